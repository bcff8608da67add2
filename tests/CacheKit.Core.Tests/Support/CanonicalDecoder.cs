using System.Numerics;
using System.Text;

namespace CacheKit.Core.Tests.Support;

/// <summary>
/// Reads any MessagePack document, made from the format's own page alone: nothing of the readers that it is compared
/// with, and no bounds. Integers are BigIntegers, maps keep their order, and no map is a time.
/// </summary>
internal sealed class CanonicalDecoder
{
    private readonly byte[] _bytes;
    private int _position;

    private CanonicalDecoder(byte[] bytes)
    {
        _bytes = bytes;
    }

    /// <summary>Reads one document.</summary>
    /// <exception cref="FormatException">It is not whole, or something follows.</exception>
    public static object? Decode(byte[] bytes)
    {
        CanonicalDecoder decoder = new(bytes);
        object? value = decoder.Next();
        return decoder._position == bytes.Length ? value : throw new FormatException("Something follows.");
    }

    private object? Next()
    {
        int code = Take(1)[0];
        return code switch
        {
            < 0x80 => new BigInteger(code),
            < 0x90 => Map(code - 0x80),
            < 0xA0 => Items(code - 0x90),
            < 0xC0 => Text(code - 0xA0),
            0xC0 => null,
            0xC2 => false,
            0xC3 => true,
            0xC4 or 0xC5 or 0xC6 => Take(Length(code - 0xC4)),
            0xC7 or 0xC8 or 0xC9 => Extension(Length(code - 0xC7)),
            0xCA => (double)BitConverter.Int32BitsToSingle((int)Number(4, isSigned: true)),
            0xCB => BitConverter.Int64BitsToDouble((long)Number(8, isSigned: true)),
            >= 0xCC and <= 0xCF => Number(1 << (code - 0xCC), isSigned: false),
            >= 0xD0 and <= 0xD3 => Number(1 << (code - 0xD0), isSigned: true),
            >= 0xD4 and <= 0xD8 => Extension(1 << (code - 0xD4)),
            0xD9 or 0xDA or 0xDB => Text(Length(code - 0xD9)),
            0xDC or 0xDD => Items(Length(code - 0xDC + 1)),
            0xDE or 0xDF => Map(Length(code - 0xDE + 1)),
            >= 0xE0 => new BigInteger(code - 0x100),
            _ => throw new FormatException("There is no such code."),
        };
    }

    private long Length(int form) => (long)Number(1 << form, isSigned: false);

    private BigInteger Number(int size, bool isSigned) => new(Take(size), isUnsigned: !isSigned, isBigEndian: true);

    private byte[] Take(long size)
    {
        if (size > _bytes.Length - _position)
        {
            throw new FormatException("It is cut off.");
        }

        byte[] taken = _bytes[_position..(_position + (int)size)];
        _position += taken.Length;
        return taken;
    }

    private string Text(long size)
    {
        try
        {
            return new UTF8Encoding(false, true).GetString(Take(size));
        }
        catch (DecoderFallbackException exception)
        {
            throw new FormatException("It is not UTF-8.", exception);
        }
    }

    private ExtensionOf Extension(long size)
    {
        sbyte code = unchecked((sbyte)Take(1)[0]);
        return new ExtensionOf(code, Take(size));
    }

    private object?[] Items(long count)
    {
        List<object?> items = [];
        for (long i = 0; i < count; i++)
        {
            items.Add(Next());
        }

        return [.. items];
    }

    private Table Map(long count)
    {
        List<KeyValuePair<object, object?>> pairs = [];
        for (long i = 0; i < count; i++)
        {
            pairs.Add(new KeyValuePair<object, object?>(Next()!, Next()));
        }

        return new Table(true, pairs);
    }
}
