using System.Buffers;
using System.Text;

namespace CacheKit.Core.Formats;

/// <summary>Lower-case hexadecimal digits in ASCII, without a string in between.</summary>
internal static class LowerHex
{
    private static readonly SearchValues<byte> s_digits = SearchValues.Create("0123456789abcdef"u8);

    /// <summary>Whether all of a text are such digits.</summary>
    /// <param name="text">The text, in ASCII.</param>
    public static bool IsAll(ReadOnlySpan<byte> text) => !text.ContainsAnyExcept(s_digits);

    /// <summary>Makes a text of two digits for each byte.</summary>
    /// <param name="bytes">At most 64 bytes.</param>
    public static string ToText(ReadOnlySpan<byte> bytes)
    {
        Span<byte> digits = stackalloc byte[128];
        Encode(bytes, digits);
        return Encoding.ASCII.GetString(digits[..(2 * bytes.Length)]);
    }

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
