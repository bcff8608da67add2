using System.Text.Unicode;
using CacheKit.Core.Formats;
using MessagePack;

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

            bool isCutOff = !MessagePackToken.TryRead(document[position..], out MessagePackToken token);
            if (token.Type == MessagePackType.Unknown || (token.Type == MessagePackType.Extension && !takesExtensions))
            {
                throw new MalformedValueException("The value has a type that is not known here.");
            }

            position += isCutOff ? throw CutOff() : token.Size;
            (long items, long bytes) = token.Type switch
            {
                MessagePackType.Array => ((long)token.Number, 0L),
                MessagePackType.Map => (2 * (long)token.Number, 0L),
                MessagePackType.Integer or MessagePackType.Float => (0L, 0L),
                _ => (0L, (long)token.Number),
            };
            declared += items + bytes;
            if (declared > document.Length - 1 || bytes > document.Length - position)
            {
                throw new MalformedValueException("The value declares more than there is.");
            }

            if (looksIntoText
                && token.Type == MessagePackType.String
                && !Utf8.IsValid(document.Slice(position, (int)bytes)))
            {
                throw new MalformedValueException("The value is not well-formed.");
            }

            position += (int)bytes;
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

    private static MalformedValueException TooDeep() => new($"The value nests deeper than {DeepestNesting} levels.");

    private static MalformedValueException CutOff() => new("The value is cut off.");
}
