using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;
using MessagePack;
using static MessagePack.MessagePackPrimitives;

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
        ReadOnlySpan<byte> rest = Rest;
        if (rest.IsEmpty)
        {
            throw Malformed();
        }

        MessagePackType type = MessagePackCode.ToMessagePackType(rest[0]);
        switch (type)
        {
            case MessagePackType.Nil:
                _position++;
                Scalar = null;
                return ValueKind.Null;
            case MessagePackType.String:
                Scalar = ReadText(rest);
                return ValueKind.Scalar;
            case MessagePackType.Array:
                Count = (int)Take(TryReadArrayHeader(rest, out uint items, out int size), size, items);
                ElementType = typeof(object);
                return ValueKind.Array;
            case MessagePackType.Map:
                return ReadMap();
            default:
                Scalar = ReadScalar(type, rest);
                return ValueKind.Scalar;
        }
    }

    /// <inheritdoc/>
    public override string ReadName()
    {
        ReadOnlySpan<byte> rest = Rest;
        return !rest.IsEmpty && MessagePackCode.ToMessagePackType(rest[0]) == MessagePackType.String
            ? ReadText(rest)
            : throw Malformed();
    }

    /// <inheritdoc/>
    public override void ReadEnd()
    {
        if (_position != _end)
        {
            throw Malformed();
        }
    }

    private ValueKind ReadMap()
    {
        Count = (int)Take(TryReadMapHeader(Rest, out uint pairs, out int size), size, pairs);
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
        mark = IsNext("__"u8) ? ReadText(Rest) : null;
        bool isMark = mark is not null && !Rest.IsEmpty && Rest[0] == MessagePackCode.True;
        _position += isMark ? 1 : 0;
        return isMark;
    }

    private bool TryReadTimeText([NotNullWhen(true)] out string? text)
    {
        text = IsNext("value"u8) && ReadText(Rest) == PortableTime.ValueName && IsNext([]) ? ReadText(Rest) : null;
        return text is not null;
    }

    /// <summary>Whether short text follows that begins so.</summary>
    private bool IsNext(ReadOnlySpan<byte> beginning)
    {
        const int LongestWord = 64;
        return TryReadStringHeader(Rest, out uint length, out int size) == DecodeResult.Success
            && length <= LongestWord
            && Rest.Slice(size, (int)length).StartsWith(beginning);
    }

    private object ReadScalar(MessagePackType type, ReadOnlySpan<byte> rest)
    {
        int size;
        switch (type)
        {
            case MessagePackType.Integer:
                return ReadInteger(rest);
            case MessagePackType.Boolean:
                return Take(TryReadBool(rest, out bool flag, out size), size, flag);
            case MessagePackType.Float:
                return rest[0] == MessagePackCode.Float32
                    ? (double)Take(TryReadSingle(rest, out float single, out size), size, single)
                    : Take(TryReadDouble(rest, out double real, out size), size, real);
            case MessagePackType.Binary:
                return Body(Take(TryReadBinHeader(rest, out uint length, out size), size, length)).ToArray();
            case MessagePackType.Extension:
                return ReadExtension();
            default:
                throw Malformed();
        }
    }

    /// <summary>Only a document that may have them gets here.</summary>
    private MessagePackExtension ReadExtension()
    {
        ExtensionHeader header = Take(TryReadExtensionHeader(Rest, out ExtensionHeader read, out int size), size, read);
        return new MessagePackExtension(header.TypeCode, Body(header.Length).ToArray());
    }

    private object ReadInteger(ReadOnlySpan<byte> rest)
    {
        if (rest[0] == MessagePackCode.UInt64)
        {
            ulong unsigned = Take(TryReadUInt64(rest, out ulong read, out int width), width, read);
            if (unsigned > long.MaxValue)
            {
                return unsigned;
            }

            return unsigned <= int.MaxValue ? (int)unsigned : (object)(long)unsigned;
        }

        long number = Take(TryReadInt64(rest, out long signed, out int size), size, signed);
        return number is >= int.MinValue and <= int.MaxValue ? (int)number : (object)number;
    }

    private string ReadText(ReadOnlySpan<byte> rest)
    {
        int size = 1;
        uint length = (uint)rest[0] - MessagePackCode.MinFixStr;
        if (rest[0] > MessagePackCode.MaxFixStr && TryReadStringHeader(rest, out length, out size) != DecodeResult.Success)
        {
            throw Malformed();
        }

        ReadOnlySpan<byte> body = rest.Slice(size, (int)length);
        _position += size + body.Length;
        return TextOf(body);
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

    private ReadOnlySpan<byte> Body(uint length)
    {
        ReadOnlySpan<byte> body = Rest[..(int)length];
        _position += body.Length;
        return body;
    }

    private T Take<T>(DecodeResult result, int size, T value)
    {
        _position += result == DecodeResult.Success ? size : throw Malformed();
        return value;
    }

    private static MalformedValueException Malformed() => new("The value is not well-formed.");
}
