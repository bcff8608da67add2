using CacheKit.Core.Cryptography;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;

namespace CacheKit.Core.Caching.Inspection;

/// <summary>
/// Reads what a listing tells of an entry. Authenticating takes the whole entry; of its clear text only digest and name
/// are looked at: no value is decompressed or decoded, and all of it is zeroed at once.
/// </summary>
internal static class EntryInspector
{
    /// <summary>Inspects an entry.</summary>
    /// <param name="ring">The tenant's keys.</param>
    /// <param name="key">Where it was found.</param>
    /// <param name="frame">Its bytes, untrusted.</param>
    /// <param name="isInMemory">Whether this process has it in memory.</param>
    public static EntryInfo Inspect(TenantKeyRing ring, in EntryKey key, byte[] frame, bool isInMemory)
    {
        if (NativeCodec.Prepare(key, frame) is not { } prepared)
        {
            return Unsound(key, EntryCondition.NotAuthentic, frame.Length);
        }

        ReadOnlySpan<byte> sealedBytes = frame.AsSpan(prepared.Start);
        int size = sealedBytes.Length - EntryCipher.Overhead;
        using SensitiveBuffer plaintext = SensitiveBuffer.Rent(size);
        if (!key.Keys.Cipher.TryOpen(sealedBytes, prepared.AssociatedData, plaintext.GetSpan(size)[..size]))
        {
            return Unsound(key, EntryCondition.NotAuthentic, frame.Length);
        }

        plaintext.Advance(size);
        int nameStart = prepared.Header.HasDigest ? IdentityDigest.Size : 0;
        if (size < nameStart || !PlaintextLayout.TryFindValue(plaintext.WrittenSpan[nameStart..], out int nameSize))
        {
            return Unsound(key, EntryCondition.Malformed, frame.Length);
        }

        EntryKeys keys = prepared.Header.HasDigest
            ? ring.KeysFor(key.Namespace, IdentityDigest.FromBytes(plaintext.WrittenSpan))
            : Alone(key);
        return new EntryInfo
        {
            Key = key,
            Keys = keys,
            Condition = EntryCondition.Sound,
            Header = prepared.Header,
            Name = PlaintextLayout.ReadName(plaintext.WrittenSpan.Slice(nameStart, nameSize)),
            Size = frame.Length,
            IsCurrentKey = prepared.Header.Fingerprint == ring.Current.Fingerprint,
            IsInMemory = isInMemory,
        };
    }

    private static EntryInfo Unsound(in EntryKey key, EntryCondition condition, int size) =>
        new() { Key = key, Keys = Alone(key), Condition = condition, Size = size };

    /// <summary>Where an entry lies that does not tell where the other keys would put it.</summary>
    private static EntryKeys Alone(in EntryKey key) => new(key, [], default);
}
