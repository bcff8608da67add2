using CacheKit.Core.Cryptography;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;

namespace CacheKit.Core.Caching;

/// <summary>
/// Our own encrypted entries (docs/formats.md). Only entries that authenticate under the tenant's keys, at the key
/// where they were found, ever open: what is authenticated beside the clear text is the tenant, the physical key, the
/// serializer, the compressed flag and every readable byte of the frame.
/// </summary>
/// <param name="keys">The tenant's keys, which belong to the codec from then on.</param>
internal sealed class NativeCodec(TenantKeyRing keys) : IEntryCodec
{
    /// <inheritdoc/>
    public CacheMode Mode => CacheMode.Secure;

    /// <inheritdoc/>
    public TenantKeyRing Ring => keys;

    /// <inheritdoc/>
    public bool HasTimes => true;

    /// <inheritdoc/>
    public EntryKeys KeysFor(string @namespace, ReadOnlySpan<byte> identity, bool holdsSecret) =>
        keys.KeysFor(@namespace, identity, holdsSecret);

    /// <inheritdoc/>
    byte[]? IEntryCodec.Seal(
        EntryKeys place, string? name, ReadOnlySpan<byte> value, in EntryHeader header, bool compress) =>
        Seal(place.Current, place.Digest, name, value, header, compress);

    /// <inheritdoc/>
    OpenOutcome IEntryCodec.Open(in EntryKey key, ReadOnlyMemory<byte> frame, out OpenedEntry entry) =>
        Open(key, frame, out entry);

    /// <summary>The entry of a call that comes again is prepared already; it is decrypted each time.</summary>
    /// <inheritdoc/>
    OpenOutcome IEntryCodec.OpenAgain(
        in EntryKey key, ReadOnlyMemory<byte> frame, ref PreparedFrame? prepared, out OpenedEntry entry)
    {
        entry = default;
        prepared = prepared is not null && prepared.IsOf(frame) ? prepared : Prepare(key, frame);
        return prepared is null ? OpenOutcome.NotAuthentic : Open(key, prepared, out entry);
    }

    /// <inheritdoc/>
    public bool TryReadHeader(ReadOnlySpan<byte> frame, out EntryHeader header) =>
        NativeFrame.TryReadStart(frame, out header, out _);

    /// <summary>Zeroes the keys.</summary>
    public void Dispose() => keys.Dispose();

    /// <summary>Seals a value.</summary>
    /// <param name="key">Where the entry will lie.</param>
    /// <param name="digest">The digest of what identifies it.</param>
    /// <param name="name">The item's name, or null.</param>
    /// <param name="value">The serialized value.</param>
    /// <param name="header">The header; fingerprint and flags are filled in here.</param>
    /// <param name="compress">Whether a large value may be compressed.</param>
    public static byte[] Seal(
        in EntryKey key,
        in IdentityDigest digest,
        string? name,
        ReadOnlySpan<byte> value,
        EntryHeader header,
        bool compress)
    {
        using SensitiveBuffer plaintext = SensitiveBuffer.Rent(value.Length + 256);
        header = header with
        {
            Fingerprint = key.Keys.Fingerprint,
            Compressed = PlaintextLayout.Write(plaintext, digest, name, value, compress),
            HasDigest = true,
        };
        Span<byte> start = stackalloc byte[NativeFrame.PrefixSize + NativeFrame.LongestHeader];
        start = start[..NativeFrame.WriteStart(header, start)];
        byte[] frame = new byte[start.Length + plaintext.Length + EntryCipher.Overhead];
        start.CopyTo(frame);

        byte[] associatedData = new byte[AssociatedDataSize(key, header, start.Length)];
        WriteAssociatedData(key, header, start, associatedData);
        key.Keys.Cipher.Seal(plaintext.WrittenSpan, associatedData, frame.AsSpan(start.Length));
        return frame;
    }

    /// <summary>Opens an entry.</summary>
    /// <param name="key">Where it was found.</param>
    /// <param name="frame">Its bytes, untrusted.</param>
    /// <param name="entry">The entry, to be disposed by the caller.</param>
    public static OpenOutcome Open(in EntryKey key, ReadOnlyMemory<byte> frame, out OpenedEntry entry)
    {
        entry = default;
        return Prepare(key, frame) is { } prepared ? Open(key, prepared, out entry) : OpenOutcome.NotAuthentic;
    }

    /// <summary>Reads what opening an entry needs.</summary>
    /// <param name="key">Where it was found.</param>
    /// <param name="frame">Its bytes, untrusted.</param>
    /// <returns>Null when it cannot be authentic under this key.</returns>
    public static PreparedFrame? Prepare(in EntryKey key, ReadOnlyMemory<byte> frame)
    {
        if (!NativeFrame.TryReadStart(frame.Span, out EntryHeader header, out int start)
            || header.Fingerprint != key.Keys.Fingerprint)
        {
            return null;
        }

        byte[] associatedData = new byte[AssociatedDataSize(key, header, start)];
        WriteAssociatedData(key, header, frame.Span[..start], associatedData);
        return new PreparedFrame(frame, header, start, associatedData);
    }

    /// <summary>Opens an entry.</summary>
    /// <param name="key">Where it was found.</param>
    /// <param name="prepared">The entry, prepared under this key.</param>
    /// <param name="entry">The entry, to be disposed by the caller.</param>
    public static OpenOutcome Open(in EntryKey key, PreparedFrame prepared, out OpenedEntry entry)
    {
        entry = default;
        ReadOnlySpan<byte> sealedBytes = prepared.Frame.Span[prepared.Start..];
        int plaintextSize = sealedBytes.Length - EntryCipher.Overhead;
        SensitiveBuffer plaintext = SensitiveBuffer.Rent(plaintextSize);
        Span<byte> target = plaintext.GetSpan(plaintextSize)[..plaintextSize];
        if (!key.Keys.Cipher.TryOpen(sealedBytes, prepared.AssociatedData, target))
        {
            plaintext.Dispose();
            return OpenOutcome.NotAuthentic;
        }

        plaintext.Advance(plaintextSize);
        return TryUnpack(plaintext, prepared.Header, out entry) ? OpenOutcome.Opened : OpenOutcome.Malformed;
    }

    private static bool TryUnpack(SensitiveBuffer plaintext, in EntryHeader header, out OpenedEntry entry)
    {
        entry = default;
        int nameStart = header.HasDigest ? IdentityDigest.Size : 0;
        if (plaintext.Length < nameStart
            || !PlaintextLayout.TryFindValue(plaintext.WrittenSpan[nameStart..], out int start))
        {
            plaintext.Dispose();
            return false;
        }

        start += nameStart;
        if (!header.Compressed)
        {
            entry = new OpenedEntry(plaintext, start, header, nameStart);
            return true;
        }

        SensitiveBuffer value = SensitiveBuffer.Rent();
        value.Write(plaintext.WrittenSpan[..start]);
        bool whole = PlaintextLayout.TryDecompress(plaintext.WrittenSpan[start..], value);
        plaintext.Dispose();
        if (!whole)
        {
            value.Dispose();
            return false;
        }

        entry = new OpenedEntry(value, start, header, nameStart);
        return true;
    }

    private static int AssociatedDataSize(in EntryKey key, in EntryHeader header, int startSize) =>
        key.Keys.AssociatedDataStart.Length
        + AssociatedData.ComponentSize(key.Size)
        + AssociatedData.ComponentSize(NativeFrame.NameOf(header.Serializer).Length)
        + AssociatedData.ComponentSize(AssociatedData.CompressedComponent(header.Compressed).Length)
        + startSize;

    private static void WriteAssociatedData(
        in EntryKey key,
        in EntryHeader header,
        ReadOnlySpan<byte> start,
        Span<byte> destination)
    {
        ReadOnlySpan<byte> tenant = key.Keys.AssociatedDataStart;
        tenant.CopyTo(destination);
        Span<byte> rest = destination[tenant.Length..];

        Span<byte> physicalKey = stackalloc byte[PhysicalKey.LongestSize];
        rest = rest[AssociatedData.WriteComponent(rest, physicalKey[..key.CopyTo(physicalKey)])..];
        rest = rest[AssociatedData.WriteComponent(rest, NativeFrame.NameOf(header.Serializer))..];
        rest = rest[AssociatedData.WriteComponent(rest, AssociatedData.CompressedComponent(header.Compressed))..];
        start.CopyTo(rest);
    }
}

/// <summary>How opening an entry ended.</summary>
internal enum OpenOutcome
{
    /// <summary>It is authentic and in clear.</summary>
    Opened,

    /// <summary>It was altered, moved, or sealed under another key; which of these is not told.</summary>
    NotAuthentic,

    /// <summary>It is authentic, but its content does not decode.</summary>
    Malformed,
}
