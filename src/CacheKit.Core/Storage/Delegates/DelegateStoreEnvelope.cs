using System.Buffers.Binary;

namespace CacheKit.Core.Storage.Delegates;

/// <summary>
/// The expiry of an entry in a store that has no expiry of its own (docs/formats.md). It is a hint: what counts is the
/// authenticated time in the entry.
/// </summary>
internal static class DelegateStoreEnvelope
{
    private const int Size = 12;

    private static ReadOnlySpan<byte> Start => "CKD\u0001"u8;

    /// <summary>Puts bytes into an envelope.</summary>
    /// <param name="value">The bytes.</param>
    /// <param name="expires">When their time is over, in Unix milliseconds.</param>
    public static byte[] Wrap(ReadOnlySpan<byte> value, long expires)
    {
        byte[] envelope = new byte[Size + value.Length];
        Start.CopyTo(envelope);
        BinaryPrimitives.WriteInt64BigEndian(envelope.AsSpan(Start.Length), expires);
        value.CopyTo(envelope.AsSpan(Size));
        return envelope;
    }

    /// <summary>
    /// How long bytes in an envelope have left; null when their time is over, the longest time without one.
    /// </summary>
    /// <param name="stored">What the store has.</param>
    /// <param name="now">The time, in Unix milliseconds.</param>
    public static TimeSpan? TimeLeft(ReadOnlySpan<byte> stored, long now)
    {
        if (stored.Length < Size || !stored.StartsWith(Start))
        {
            return TimeSpan.MaxValue;
        }

        long expires = BinaryPrimitives.ReadInt64BigEndian(stored[Start.Length..]);
        return now < expires ? TimeSpan.FromMilliseconds(expires - now) : null;
    }

    /// <summary>
    /// Takes bytes out of their envelope, as an array of its own. Bytes without an envelope are what somebody else has
    /// written: they are given as they are, since only the owner of the key can tell what they are worth.
    /// </summary>
    /// <param name="stored">What the store has.</param>
    /// <param name="now">The time, in Unix milliseconds.</param>
    /// <returns>Null when their time is over.</returns>
    public static byte[]? Unwrap(ReadOnlySpan<byte> stored, long now) =>
        stored.Length < Size || !stored.StartsWith(Start)
            ? stored.ToArray()
            : now < BinaryPrimitives.ReadInt64BigEndian(stored[Start.Length..]) ? stored[Size..].ToArray() : null;
}
