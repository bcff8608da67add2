namespace CacheKit.Core.Formats;

/// <summary>Lower-case hexadecimal digits in ASCII, without a string in between.</summary>
internal static class LowerHex
{
    /// <summary>Writes two digits for each byte.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="destination">Takes twice their number.</param>
    public static void Encode(ReadOnlySpan<byte> bytes, Span<byte> destination)
    {
        ReadOnlySpan<byte> digits = "0123456789abcdef"u8;
        for (int i = 0; i < bytes.Length; i++)
        {
            destination[(2 * i) + 1] = digits[bytes[i] & 0xF];
            destination[2 * i] = digits[bytes[i] >> 4];
        }
    }
}
