using System.Numerics;
using System.Text;

namespace CacheKit.Core.Tests.Support;

/// <summary>
/// Writes MessagePack that is well-formed and need not be canonical: pairs as they come, any keys, float32, extension
/// types, and of the forms that a number or header has, one that is drawn.
/// </summary>
/// <param name="random">Draws the forms; null for the shortest.</param>
internal sealed class LooseEncoder(Random? random)
{
    /// <summary>The bytes of a value, each form the shortest, and its maps as they are.</summary>
    public static byte[] InOrder(object? value) => [.. new LooseEncoder(null).Encode(value)];

    /// <summary>The bytes of a value in forms that are drawn.</summary>
    public static byte[] InAnyForm(object? value, int seed) => [.. new LooseEncoder(new Random(seed)).Encode(value)];

    private List<byte> Encode(object? value) => value switch
    {
        float number => [0xCA, .. CanonicalEncoder.BigEndian(BitConverter.SingleToInt32Bits(number), 4)],
        ExtensionOf { Data.Length: 1 or 2 or 4 or 8 or 16 } extension when !Draw() =>
            [(byte)(0xD4 + BitOperations.Log2((uint)extension.Data.Length)), .. Body(extension)],
        ExtensionOf extension => [.. Header(extension.Data.Length, default, 0xC7, 0xC8, 0xC9), .. Body(extension)],
        byte[] bytes => [.. Header(bytes.Length, default, 0xC4, 0xC5, 0xC6), .. bytes],
        string text when Encoding.UTF8.GetBytes(text) is var bytes =>
            [.. Header(bytes.Length, (0xA0, 32), 0xD9, 0xDA, 0xDB), .. bytes],
        object?[] items => [.. Header(items.Length, (0x90, 16), 0, 0xDC, 0xDD), .. items.SelectMany(Encode)],
        Table map =>
        [
            .. Header(map.Count, (0x80, 16), 0, 0xDE, 0xDF),
            .. map.SelectMany(pair => (List<byte>)[.. Encode(pair.Key), .. Encode(pair.Value)]),
        ],
        _ when CanonicalModel.IntegerOf(value) is { } number && Draw() => WideInteger(number),
        _ => [.. CanonicalEncoder.OfValue(value)],
    };

    private static List<byte> Body(ExtensionOf extension) => [unchecked((byte)extension.Code), .. extension.Data];

    private bool Draw() => random?.Next(3) == 0;

    private List<byte> Header(long length, (byte Code, int Below) shortest, params byte[] codes)
    {
        byte[] wide = [codes[0], .. codes[1..]];
        bool skipsShortest = Draw();
        if (skipsShortest && codes[0] != 0 && Draw())
        {
            wide[0] = 0;
        }

        if (skipsShortest && Draw())
        {
            return [codes[2], .. CanonicalEncoder.BigEndian(length, 4)];
        }

        return CanonicalEncoder.Header(length, skipsShortest ? default : shortest, wide);
    }

    private static List<byte> WideInteger(BigInteger number) => number > long.MaxValue
        ? [0xCF, .. CanonicalEncoder.BigEndian(number, 8)]
        : number.Sign < 0 || int.IsEvenInteger((int)(number % 1000))
            ? [0xD3, .. CanonicalEncoder.BigEndian(number, 8)]
            : [0xCF, .. CanonicalEncoder.BigEndian(number, 8)];
}
