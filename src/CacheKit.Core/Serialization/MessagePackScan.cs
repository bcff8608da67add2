using CacheKit.Core.Formats;
using System.Text.Unicode;
using MessagePack;
using static MessagePack.MessagePackPrimitives;

namespace CacheKit.Core.Serialization;

/// <summary>
/// Looks over the headers of a MessagePack document before anything is made of it (PROTOCOL section 7.4): the elements
/// and bytes that it declares are no more than the document has, it nests at most 100 deep, is whole, and nothing
/// follows. Each fault has its own message.
/// </summary>
internal static class MessagePackScan
{
    private const int DeepestNesting = 100;

    /// <summary>Checks a document.</summary>
    /// <param name="document">The bytes.</param>
    /// <param name="takesExtensions">Whether extension types have a meaning in it.</param>
    /// <param name="looksIntoText">
    /// Whether nobody reads the text afterwards, so that it is seen to be UTF-8 here.
    /// </param>
    /// <exception cref="MalformedValueException">They break a bound.</exception>
    public static void Check(ReadOnlySpan<byte> document, bool takesExtensions = false, bool looksIntoText = false)
    {
        // What is left of the innermost container, and of those around it.
        long left = 1;
        Span<long> outer = stackalloc long[DeepestNesting];
        int depth = 0;
        long declared = 0;
        int position = 0;
        while (left > 0 || depth > 0)
        {
            if (left == 0)
            {
                left = outer[--depth];
                continue;
            }

            left--;
            byte code = position < document.Length ? document[position] : throw CutOff();
            if (IsWhole(code))
            {
                position++;
                continue;
            }

            (int size, long items, long bytes) = code is >= MessagePackCode.MinFixStr and <= MessagePackCode.MaxFixStr
                ? (1, 0, code - MessagePackCode.MinFixStr)
                : ReadHeader(document[position..], takesExtensions);
            declared += items + bytes;
            if (declared > document.Length - 1 || bytes > document.Length - position - size)
            {
                throw new MalformedValueException("The value declares more than there is.");
            }

            if (looksIntoText && bytes > 0)
            {
                RequireText(code, document.Slice(position + size, (int)bytes));
            }

            position += size + (int)bytes;
            if (items > 0)
            {
                outer[depth < DeepestNesting ? depth++ : throw TooDeep()] = left;
                left = items;
            }
        }

        if (position != document.Length)
        {
            throw new MalformedValueException("There are bytes behind the value.");
        }
    }

    /// <summary>Whether a byte is a value by itself, as most are.</summary>
    private static bool IsWhole(byte code) => code
        is <= MessagePackCode.MaxFixInt
        or >= MessagePackCode.MinNegativeFixInt
        or MessagePackCode.Nil
        or MessagePackCode.True
        or MessagePackCode.False;

    private static void RequireText(byte code, ReadOnlySpan<byte> body)
    {
        if (MessagePackCode.ToMessagePackType(code) == MessagePackType.String && !Utf8.IsValid(body))
        {
            throw new MalformedValueException("The value is not well-formed.");
        }
    }

    /// <summary>Reads one header.</summary>
    /// <returns>
    /// Its size with the bytes of a number, the elements (two for a pair), and the bytes that follow.
    /// </returns>
    private static (int Size, long Items, long Bytes) ReadHeader(ReadOnlySpan<byte> rest, bool takesExtensions)
    {
        DecodeResult result;
        int size;
        uint count = 0;
        MessagePackType type = MessagePackCode.ToMessagePackType(rest[0]);
        switch (type)
        {
            case MessagePackType.Integer:
                size = SizeOfInteger(rest);
                return (size, 0, 0);
            case MessagePackType.Float:
                size = rest[0] == MessagePackCode.Float32 ? 5 : 9;
                return rest.Length >= size ? (size, 0, 0) : throw CutOff();
            case MessagePackType.String:
                result = TryReadStringHeader(rest, out count, out size);
                break;
            case MessagePackType.Binary:
                result = TryReadBinHeader(rest, out count, out size);
                break;
            case MessagePackType.Array:
                result = TryReadArrayHeader(rest, out count, out size);
                break;
            case MessagePackType.Map:
                result = TryReadMapHeader(rest, out count, out size);
                break;
            case MessagePackType.Extension when takesExtensions:
                result = TryReadExtensionHeader(rest, out ExtensionHeader extension, out size);
                count = extension.Length;
                break;
            default:
                throw new MalformedValueException("The value has a type that is not known here.");
        }

        if (result != DecodeResult.Success)
        {
            throw CutOff();
        }

        return type switch
        {
            MessagePackType.Array => (size, count, 0),
            MessagePackType.Map => (size, 2L * count, 0),
            _ => (size, 0, count),
        };
    }

    private static int SizeOfInteger(ReadOnlySpan<byte> rest)
    {
        if (rest[0] == MessagePackCode.UInt64)
        {
            return rest.Length >= 9 ? 9 : throw CutOff();
        }

        return MessagePackInteger.TryRead(rest, out _, out int size) ? size : throw CutOff();
    }

    private static MalformedValueException TooDeep() => new($"The value nests deeper than {DeepestNesting} levels.");

    private static MalformedValueException CutOff() => new("The value is cut off.");
}
