using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace CacheKit.StoreWorker;

/// <summary>Values that tell by themselves whether they are whole and belong to their key.</summary>
internal static class SelfVerifyingValue
{
    private const int SeedBytes = 8;
    private const int LongestBody = 8 * 1024;

    /// <summary>Makes a value of up to 8 KiB, whose length and content follow from the key and the seed.</summary>
    public static byte[] Create(string key, long seed)
    {
        byte[] keyBytes = Encoding.UTF8.GetBytes(key);
        byte[] state = new byte[SeedBytes + keyBytes.Length];
        BinaryPrimitives.WriteInt64LittleEndian(state, seed);
        keyBytes.CopyTo(state, SeedBytes);
        byte[] hash = SHA256.HashData(state);
        byte[] value = new byte[SeedBytes + (BinaryPrimitives.ReadUInt16LittleEndian(hash) % LongestBody)];
        state.AsSpan(0, SeedBytes).CopyTo(value);
        for (int at = SeedBytes; at < value.Length; at += hash.Length)
        {
            hash = SHA256.HashData(hash);
            hash.AsSpan(0, Math.Min(hash.Length, value.Length - at)).CopyTo(value.AsSpan(at));
        }

        return value;
    }

    /// <summary>Whether a value is one that <see cref="Create"/> made for the key.</summary>
    public static bool IsFor(string key, byte[] value) =>
        value.Length >= SeedBytes
        && value.AsSpan().SequenceEqual(Create(key, BinaryPrimitives.ReadInt64LittleEndian(value)));
}
