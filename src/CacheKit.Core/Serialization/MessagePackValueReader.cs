using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;
using CacheKit.Core.Formats;
using MessagePack;

namespace CacheKit.Core.Serialization;

/// <summary>
/// Reads plain MessagePack (PROTOCOL section 7.4): what <see cref="MessagePackValueWriter"/> wrote, and the longer
/// forms that other writers use. Maps come as property bags, integers in the smallest of Int32, Int64 and UInt64.
/// </summary>
public class MessagePackValueReader : ValueReader
{
    private static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, true);

    // An array, since the span of a memory is not for nothing, and each token takes it.
    private readonly byte[] _array;
    private readonly int _end;
    private int _position;

    /// <summary>Begins to read.</summary>
    /// <param name="bytes">One document: decrypted and authentic, but not trusted to be well-formed.</param>
    /// <exception cref="MalformedValueException">It breaks a bound.</exception>
    public MessagePackValueReader(ReadOnlyMemory<byte> bytes)
        : this(bytes, takesExtensions: false)
    {
    }

    private protected MessagePackValueReader(ReadOnlyMemory<byte> bytes, bool takesExtensions)
    {
        MessagePackScan.Check(bytes.Span, takesExtensions);
        ArraySegment<byte> segment = MemoryMarshal.TryGetArray(bytes, out ArraySegment<byte> known)
            ? known
            : new ArraySegment<byte>(bytes.ToArray());
        _array = segment.Array!;
        _position = segment.Offset;
        _end = segment.Offset + segment.Count;
    }

    /// <summary>What a map is that is no time.</summary>
    private protected virtual ValueKind MapKind => ValueKind.PropertyBag;

    private ReadOnlySpan<byte> Rest => _array.AsSpan(_position, _end - _position);

    /// <inheritdoc/>
    public override ValueKind Read()
    {
        Next(out MessagePackToken token);
        switch (token.Type)
        {
            case MessagePackType.Nil:
                Scalar = null;
                return ValueKind.Null;
            case MessagePackType.String:
                Scalar = TextOf(BodyOf(token));
                return ValueKind.Scalar;
            case MessagePackType.Array:
                Count = (int)token.Number;
                ElementType = typeof(object);
                return ValueKind.Array;
            case MessagePackType.Map:
                return ReadMap((int)token.Number);
            default:
                Scalar = ScalarOf(token);
                return ValueKind.Scalar;
        }
    }

    /// <inheritdoc/>
    public override string ReadName()
    {
        Next(out MessagePackToken token);
        return token.Type == MessagePackType.String ? TextOf(BodyOf(token)) : throw Malformed();
    }

    /// <inheritdoc/>
    public override void ReadEnd()
    {
        if (_position != _end)
        {
            throw Malformed();
        }
    }

    private ValueKind ReadMap(int pairs)
    {
        Count = pairs;
        if (pairs == 2)
        {
            int start = _position;
            Scalar = ReadTime();
            if (Scalar is not null)
            {
                return ValueKind.Scalar;
            }

            _position = start;
        }

        TypeNames = [];
        Text = null;
        return MapKind;
    }

    /// <summary>
    /// A map of two that is a time, its names in either order; null, and the position means nothing, when it is any
    /// other.
    /// </summary>
    private object? ReadTime()
    {
        int start = _position;
        if (TryReadMark(out string? mark))
        {
            return TryReadTimeText(out string? text) ? PortableTime.Parse(mark, text) : null;
        }

        _position = start;
        return TryReadTimeText(out string? first) && TryReadMark(out mark) ? PortableTime.Parse(mark, first) : null;
    }

    private bool TryReadMark([NotNullWhen(true)] out string? mark)
    {
        bool isMark = TryReadWord("__"u8, out mark) && Rest is [MessagePackCode.True, ..];
        _position += isMark ? 1 : 0;
        return isMark;
    }

    private bool TryReadTimeText([NotNullWhen(true)] out string? text) =>
        TryReadWord("value"u8, out text) && text == PortableTime.ValueName && TryReadWord([], out text);

    /// <summary>Reads short text that begins so.</summary>
    private bool TryReadWord(ReadOnlySpan<byte> beginning, [NotNullWhen(true)] out string? word)
    {
        const int LongestWord = 64;
        ReadOnlySpan<byte> rest = Rest;
        bool isWord = MessagePackToken.TryTakeBody(ref rest, MessagePackType.String, out ReadOnlySpan<byte> body)
            && body.Length <= LongestWord
            && body.StartsWith(beginning);
        word = isWord ? TextOf(body) : null;
        _position = _end - rest.Length;
        return isWord;
    }

    private object ScalarOf(in MessagePackToken token) => token.Type switch
    {
        MessagePackType.Integer => IntegerOf(token),
        MessagePackType.Boolean => token.Number != 0,
        MessagePackType.Float when token.Code == MessagePackCode.Float32 =>
            (double)BitConverter.UInt32BitsToSingle((uint)token.Number),
        MessagePackType.Float => BitConverter.UInt64BitsToDouble(token.Number),
        MessagePackType.Binary => BodyOf(token).ToArray(),
        // Only a document that may have them gets here.
        MessagePackType.Extension => new MessagePackExtension(token.ExtensionCode, BodyOf(token).ToArray()),
        _ => throw Malformed(),
    };

    private static object IntegerOf(in MessagePackToken token)
    {
        if (!token.TryGetInteger(out long number))
        {
            return token.Number;
        }

        return number is >= int.MinValue and <= int.MaxValue ? (int)number : (object)number;
    }

    private static string TextOf(ReadOnlySpan<byte> body)
    {
        try
        {
            return s_strictUtf8.GetString(body);
        }
        catch (DecoderFallbackException)
        {
            throw Malformed();
        }
    }

    private void Next(out MessagePackToken token) =>
        _position += MessagePackToken.TryRead(Rest, out token) ? token.Size : throw Malformed();

    private ReadOnlySpan<byte> BodyOf(in MessagePackToken token)
    {
        ReadOnlySpan<byte> body = Rest[..(int)token.Number];
        _position += body.Length;
        return body;
    }

    private static MalformedValueException Malformed() => new("The value is not well-formed.");
}
