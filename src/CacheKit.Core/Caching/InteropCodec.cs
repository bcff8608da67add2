using System.Text;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Core.Serialization;

namespace CacheKit.Core.Caching;

/// <summary>
/// Entries that the CacheKit SDKs of all languages share (PROTOCOL section 7): plain MessagePack under a key that they
/// all compute. Encrypted for one tenant that they have agreed on they are <c>nonce || ciphertext || tag</c>, with
/// tenant, key, <c>msgpack</c> and <c>False</c> as associated data (PROTOCOL sections 3.1, 3.2 and 7.5).
/// </summary>
/// <remarks>
/// An entry has no times of its own, so that only the store knows when it is over. Hence none is kept in memory: what
/// another language has replaced or removed is never returned.
/// </remarks>
/// <param name="keys">The tenant's keys, which belong to the codec from then on; null for entries in clear.</param>
internal sealed class InteropCodec(TenantKeyRing? keys) : IEntryCodec
{
    private const byte Separator = (byte)':';

    /// <inheritdoc/>
    public CacheMode Mode => keys is null ? CacheMode.PlainInterop : CacheMode.Interop;

    /// <inheritdoc/>
    public TenantKeyRing? Ring => keys;

    /// <inheritdoc/>
    public bool HasTimes => false;

    private static ReadOnlySpan<byte> Format => "msgpack"u8;

    /// <summary>Computes where an entry lies.</summary>
    /// <param name="namespace">The namespace, as <see cref="InteropKey.IsNamespace"/> says.</param>
    /// <param name="identity">The operation in ASCII, a colon, and the canonical MessagePack of the arguments.</param>
    /// <param name="holdsSecret">Must be false: the hash of a guessable secret tells the secret.</param>
    /// <exception cref="ArgumentException">
    /// Namespace or operation cannot be one, or the identity holds a secret.
    /// </exception>
    public EntryKeys KeysFor(string @namespace, ReadOnlySpan<byte> identity, bool holdsSecret)
    {
        int end = identity.IndexOf(Separator);
        if (holdsSecret || end < 0)
        {
            throw new ArgumentException("An interop key is made of an operation and arguments, and not of a secret.");
        }

        string operation = Encoding.ASCII.GetString(identity[..end]);
        string key = InteropKey.Compute(@namespace, operation, identity[(end + 1)..]);
        return new EntryKeys(EntryKey.ForInterop(keys?.Current, @namespace, key), [], default);
    }

    /// <inheritdoc/>
    public byte[]? Seal(
        EntryKeys place, string? name, ReadOnlySpan<byte> value, in EntryHeader header, bool compress) =>
        keys is null ? value.ToArray() : Seal(keys.Current, place.Current.ToString(), value);

    /// <inheritdoc/>
    public OpenOutcome Open(in EntryKey key, ReadOnlyMemory<byte> frame, out OpenedEntry entry)
    {
        entry = default;
        SensitiveBuffer value = SensitiveBuffer.Rent(frame.Length);
        int place = 0;
        if (keys is null)
        {
            value.Write(frame.Span);
        }
        else if (!TryOpen(keys.Keys, key.ToString(), frame.Span, value, out place))
        {
            value.Dispose();
            return OpenOutcome.NotAuthentic;
        }

        entry = new OpenedEntry(value, keys?.Keys[place].Fingerprint ?? default);
        return OpenOutcome.Opened;
    }

    /// <summary>
    /// What the bytes look like. It is told, and never acted upon: configuration decides (PROTOCOL section 7.5).
    /// </summary>
    /// <param name="frame">The bytes.</param>
    public string? ProblemOf(ReadOnlyMemory<byte> frame)
    {
        try
        {
            InteropValueReader.Check(frame.Span);
            return "It reads as an entry without encryption: who wrote it has none configured.";
        }
        catch (MalformedValueException)
        {
            return frame.Length < EntryCipher.Overhead ? "It is too short to be sealed." : null;
        }
    }

    /// <summary>Zeroes the keys.</summary>
    public void Dispose() => keys?.Dispose();

    /// <summary>Writes what identifies an entry, in front of its canonical arguments.</summary>
    /// <param name="identity">Empty; takes it.</param>
    /// <param name="operation">The operation, as <see cref="InteropKey.IsOperation"/> says.</param>
    internal static void BeginIdentity(SensitiveBuffer identity, string operation)
    {
        identity.Write(Encoding.ASCII.GetBytes(operation));
        identity.Write(Separator);
    }

    /// <summary>Seals a value.</summary>
    /// <param name="keys">The keys that encrypt.</param>
    /// <param name="key">Where the entry will lie.</param>
    /// <param name="value">One MessagePack document.</param>
    internal static byte[] Seal(TenantKeys keys, string key, ReadOnlySpan<byte> value)
    {
        byte[] sealedBytes = new byte[value.Length + EntryCipher.Overhead];
        keys.Cipher.Seal(value, AssociatedDataOf(keys, key), sealedBytes);
        return sealedBytes;
    }

    /// <summary>
    /// Opens an entry. It does not say which key sealed it: they are tried in turn, always with the same associated
    /// data (PROTOCOL section 4). Bytes that are too short for any are refused at once.
    /// </summary>
    /// <param name="ring">The keys, the encrypting one first.</param>
    /// <param name="key">Where it was found.</param>
    /// <param name="sealedBytes">Its bytes, untrusted.</param>
    /// <param name="value">Empty; takes the document, which is not checked yet.</param>
    /// <param name="place">Which key has opened it.</param>
    /// <returns>Whether it is authentic.</returns>
    internal static bool TryOpen(
        IReadOnlyList<TenantKeys> ring,
        string key,
        ReadOnlySpan<byte> sealedBytes,
        SensitiveBuffer value,
        out int place)
    {
        place = 0;
        int size = sealedBytes.Length - EntryCipher.Overhead;
        if (size < 0)
        {
            return false;
        }

        byte[] associatedData = AssociatedDataOf(ring[0], key);
        Span<byte> target = value.GetSpan(size)[..size];
        for (; place < ring.Count; place++)
        {
            if (ring[place].Cipher.TryOpen(sealedBytes, associatedData, target))
            {
                value.Advance(size);
                return true;
            }
        }

        return false;
    }

    private static byte[] AssociatedDataOf(TenantKeys keys, string key)
    {
        ReadOnlySpan<byte> start = keys.AssociatedDataStart;
        byte[] keyBytes = Encoding.UTF8.GetBytes(key);
        ReadOnlySpan<byte> compressed = AssociatedData.CompressedComponent(false);
        byte[] result = new byte[start.Length + AssociatedData.ComponentSize(keyBytes.Length)
            + AssociatedData.ComponentSize(Format.Length) + AssociatedData.ComponentSize(compressed.Length)];
        start.CopyTo(result);
        Span<byte> rest = result.AsSpan(start.Length);
        rest = rest[AssociatedData.WriteComponent(rest, keyBytes)..];
        rest = rest[AssociatedData.WriteComponent(rest, Format)..];
        _ = AssociatedData.WriteComponent(rest, compressed);
        return result;
    }
}
