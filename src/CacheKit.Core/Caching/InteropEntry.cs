using System.Text;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Keys;

namespace CacheKit.Core.Caching;

/// <summary>
/// Seals and opens encrypted interop entries: <c>nonce || ciphertext || tag</c>, with tenant, key, <c>msgpack</c> and
/// <c>False</c> as associated data (PROTOCOL sections 3.1, 3.2 and 7.5).
/// </summary>
internal static class InteropEntry
{
    private static ReadOnlySpan<byte> Format => "msgpack"u8;

    /// <summary>Seals a value.</summary>
    /// <param name="keys">The keys that encrypt.</param>
    /// <param name="key">Where the entry will lie.</param>
    /// <param name="value">One MessagePack document.</param>
    public static byte[] Seal(TenantKeys keys, string key, ReadOnlySpan<byte> value)
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
    public static bool TryOpen(
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
