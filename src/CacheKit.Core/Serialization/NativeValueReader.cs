using System.Text;
using System.Xml;
using CacheKit.Core.Formats;
using MessagePack;

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
        Next(out MessagePackToken token);
        switch (token.Type)
        {
            case MessagePackType.Nil:
                Scalar = null;
                return ValueKind.Null;
            case MessagePackType.String:
                Scalar = ReadText(token);
                return ValueKind.Scalar;
            case MessagePackType.Integer:
                Scalar = token.TryGetInteger(out long number) && number is >= int.MinValue and <= int.MaxValue
                    ? (int)number
                    : throw Malformed();
                return ValueKind.Scalar;
            case MessagePackType.Boolean:
                Scalar = token.Number != 0;
                return ValueKind.Scalar;
            case MessagePackType.Float:
                Scalar = token.Code == MessagePackCode.Float32
                    ? BitConverter.UInt32BitsToSingle((uint)token.Number)
                    : (object)BitConverter.UInt64BitsToDouble(token.Number);
                return ValueKind.Scalar;
            case MessagePackType.Binary:
                Scalar = ReadBody(token).ToArray();
                return ValueKind.Scalar;
            case MessagePackType.Extension:
                Scalar = ReadExtension(token);
                return ValueKind.Scalar;
            case MessagePackType.Map:
                Count = Bounded(2 * (long)token.Number) / 2;
                CaseSensitive = false;
                return ValueKind.Hashtable;
            default:
                return ReadComposite(Bounded((long)token.Number));
        }
    }

    /// <inheritdoc/>
    public override string ReadName()
    {
        if (Rest is not [>= MessagePackCode.MinFixStr and <= MessagePackCode.MaxFixStr, ..])
        {
            return ReadScalar<string>();
        }

        Next(out MessagePackToken token);
        ReadOnlySpan<byte> body = ReadBody(token);
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

    private void Next(out MessagePackToken token) =>
        _position += MessagePackToken.TryRead(Rest, out token) ? token.Size : throw Malformed();

    private object ReadExtension(in MessagePackToken token)
    {
        ReadOnlySpan<byte> body = ReadBody(token);
        try
        {
            return ScalarDecoder.Decode((ScalarCode)token.ExtensionCode, body);
        }
        catch (Exception exception) when (exception
            is ArgumentException or FormatException or OverflowException or XmlException or InvalidOperationException)
        {
            throw Malformed();
        }
    }

    private string ReadText(in MessagePackToken token)
    {
        ReadOnlySpan<byte> body = ReadBody(token);
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
        Next(out MessagePackToken token);
        return token.Type == MessagePackType.Array ? Bounded((long)token.Number) : throw Malformed();
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

    private ReadOnlySpan<byte> ReadBody(in MessagePackToken token)
    {
        Declare((long)token.Number);
        ReadOnlySpan<byte> rest = Rest;
        if (token.Number > (uint)rest.Length)
        {
            throw Malformed();
        }

        _position += (int)token.Number;
        return rest[..(int)token.Number];
    }

    private static MalformedValueException Malformed() => new("The value is not well-formed.");
}
