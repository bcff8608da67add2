using System.Text;
using System.Xml;
using CacheKit.Core.Formats;
using MessagePack;
using static MessagePack.MessagePackPrimitives;

namespace CacheKit.Core.Serialization;

/// <summary>Reads what <see cref="NativeValueWriter"/> wrote, and nothing else (docs/formats.md).</summary>
/// <param name="bytes">One document: decrypted and authentic, but not trusted to be well-formed.</param>
public sealed partial class NativeValueReader(ReadOnlyMemory<byte> bytes) : ValueReader
{
    private static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, true);

    private int _position;

    // What the document may still declare: an item, a byte of a body and half a pair count one each, over all headers
    // together (PROTOCOL section 7.4). A well-formed document has a byte for each.
    private long _budget = bytes.Length;

    private ReadOnlySpan<byte> Rest => bytes.Span[_position..];

    /// <summary>Reads the beginning of the document.</summary>
    /// <returns>How many objects follow.</returns>
    /// <exception cref="MalformedValueException">The bytes are not of the format.</exception>
    public int ReadOutput() => ReadArrayHeader();

    /// <inheritdoc/>
    public override ValueKind Read()
    {
        ReadOnlySpan<byte> rest = Rest;
        if (rest.IsEmpty)
        {
            throw Malformed();
        }

        switch (MessagePackCode.ToMessagePackType(rest[0]))
        {
            case MessagePackType.Nil:
                _position++;
                Scalar = null;
                return ValueKind.Null;
            case MessagePackType.String:
                Scalar = ReadText();
                return ValueKind.Scalar;
            case MessagePackType.Integer:
                Scalar = ReadInteger();
                return ValueKind.Scalar;
            case MessagePackType.Boolean:
                Scalar = Take(TryReadBool(rest, out bool flag, out int size), size, flag);
                return ValueKind.Scalar;
            case MessagePackType.Float:
                Scalar = rest[0] == MessagePackCode.Float32
                    ? Take<object>(TryReadSingle(rest, out float single, out size), size, single)
                    : Take<object>(TryReadDouble(rest, out double real, out size), size, real);
                return ValueKind.Scalar;
            case MessagePackType.Binary:
                Scalar = Body(Take(TryReadBinHeader(rest, out uint length, out size), size, length)).ToArray();
                return ValueKind.Scalar;
            case MessagePackType.Extension:
                Scalar = ReadExtension();
                return ValueKind.Scalar;
            case MessagePackType.Map:
                uint pairs = Take(TryReadMapHeader(rest, out uint count, out size), size, count);
                Count = Bounded(2 * (long)pairs) / 2;
                CaseSensitive = false;
                return ValueKind.Hashtable;
            case MessagePackType.Array:
                return ReadComposite(ReadArrayHeader());
            default:
                throw Malformed();
        }
    }

    /// <inheritdoc/>
    public override string ReadName()
    {
        ReadOnlySpan<byte> rest = Rest;
        if (rest.IsEmpty || rest[0] is < MessagePackCode.MinFixStr or > MessagePackCode.MaxFixStr)
        {
            return ReadScalar<string>();
        }

        _position++;
        ReadOnlySpan<byte> body = Body((uint)(rest[0] & 0x1F));
        try
        {
            return NameCache.Get(body, s_strictUtf8);
        }
        catch (DecoderFallbackException)
        {
            throw Malformed();
        }
    }

    /// <inheritdoc/>
    public override void ReadEnd()
    {
        if (_position != bytes.Length)
        {
            throw Malformed();
        }
    }

    private int ReadInteger()
    {
        if (!MessagePackInteger.TryRead(Rest, out long value, out int size) || value is < int.MinValue or > int.MaxValue)
        {
            throw Malformed();
        }

        _position += size;
        return (int)value;
    }

    private object ReadExtension()
    {
        ReadOnlySpan<byte> rest = Rest;
        ExtensionHeader header = Take(TryReadExtensionHeader(rest, out ExtensionHeader read, out int size), size, read);
        ReadOnlySpan<byte> body = Body(header.Length);
        try
        {
            return ScalarDecoder.Decode((ScalarCode)header.TypeCode, body);
        }
        catch (Exception exception) when (exception
            is ArgumentException or FormatException or OverflowException or XmlException or InvalidOperationException)
        {
            throw Malformed();
        }
    }

    private string ReadText()
    {
        ReadOnlySpan<byte> rest = Rest;
        ReadOnlySpan<byte> body = Body(Take(TryReadStringHeader(rest, out uint length, out int size), size, length));
        try
        {
            return s_strictUtf8.GetString(body);
        }
        catch (DecoderFallbackException)
        {
            throw Malformed();
        }
    }

    private int ReadArrayHeader()
    {
        ReadOnlySpan<byte> rest = Rest;
        return Bounded(Take(TryReadArrayHeader(rest, out uint count, out int size), size, count));
    }

    /// <summary>An item takes a byte at least: no count is larger than the bytes that are left.</summary>
    private int Bounded(long items)
    {
        Declare(items);
        return items <= bytes.Length - _position ? (int)items : throw Malformed();
    }

    private void Declare(long units)
    {
        _budget -= units;
        if (_budget < 0)
        {
            throw Malformed();
        }
    }

    private ReadOnlySpan<byte> Body(uint length)
    {
        Declare(length);
        ReadOnlySpan<byte> rest = Rest;
        if (length > (uint)rest.Length)
        {
            throw Malformed();
        }

        _position += (int)length;
        return rest[..(int)length];
    }

    private T Take<T>(DecodeResult result, int size, T value)
    {
        if (result != DecodeResult.Success)
        {
            throw Malformed();
        }

        _position += size;
        return value;
    }

    private static MalformedValueException Malformed() => new("The value is not well-formed.");
}
