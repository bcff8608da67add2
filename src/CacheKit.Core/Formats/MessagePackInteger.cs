using MessagePack;
using static MessagePack.MessagePackPrimitives;

namespace CacheKit.Core.Formats;

/// <summary>
/// Reads integers of bytes that may say anything: the library throws where a number is too large for a type.
/// </summary>
internal static class MessagePackInteger
{
    /// <summary>Reads an integer of any of MessagePack's forms.</summary>
    /// <param name="bytes">They begin with it.</param>
    /// <param name="value">The integer.</param>
    /// <param name="size">The size of its form in bytes.</param>
    /// <returns>Whether there is a whole integer, and a <see cref="long"/> holds it.</returns>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out long value, out int size)
    {
        if (bytes.Length > 1 && bytes[0] == MessagePackCode.UInt64 && bytes[1] > sbyte.MaxValue)
        {
            value = 0;
            size = 0;
            return false;
        }

        return TryReadInt64(bytes, out value, out size) == DecodeResult.Success;
    }
}
