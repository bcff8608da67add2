using System.Text;
using CacheKit.Core.Formats;
using MessagePack;
using static MessagePack.MessagePackPrimitives;

namespace CacheKit.Core.Serialization;

/// <summary>Reads what <see cref="NativeValueWriter"/> wrote, and nothing else (docs/formats.md).</summary>
/// <param name="bytes">One document: decrypted and authentic, but not trusted to be well-formed.</param>
public sealed class NativeValueReader(ReadOnlyMemory<byte> bytes) : ValueReader
{
    private static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, true);

    private int _position;

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
    public override string ReadName() => Read() == ValueKind.Scalar && Scalar is string name ? name : throw Malformed();

    /// <inheritdoc/>
    public override void ReadEnd()
    {
        if (_position != bytes.Length)
        {
            throw Malformed();
        }
    }

    private ValueKind ReadComposite(int items)
    {
        if (items == 0 || !TryReadTag(out CompositeTag tag, out byte detail))
        {
            ElementType = typeof(object);
            Count = items;
            return ValueKind.Array;
        }

        Count = items - 1;
        switch (tag)
        {
            case CompositeTag.TypedArray when ScalarTypes.TryGetElementType(detail, out Type type):
                ElementType = type;
                return ValueKind.Array;
            case CompositeTag.List when detail == 0:
                return ValueKind.List;
            case CompositeTag.ArrayList when detail == 0:
                return ValueKind.ArrayList;
            case CompositeTag.CaseSensitiveHashtable when Count % 2 == 0 && detail == 0:
                Count /= 2;
                CaseSensitive = true;
                return ValueKind.Hashtable;
            case CompositeTag.OrderedDictionary when Count % 2 == 0 && detail <= 1:
                Count /= 2;
                CaseSensitive = detail == 1;
                return ValueKind.OrderedDictionary;
            case CompositeTag.PropertyBag when Count % 2 == 1 && detail == 0:
                TypeNames = ReadTypeNames();
                Count = (items - 2) / 2;
                return ValueKind.PropertyBag;
            case CompositeTag.Credential when Count == 2 && detail == 0:
                return ValueKind.Credential;
            default:
                throw Malformed();
        }
    }

    private bool TryReadTag(out CompositeTag tag, out byte detail)
    {
        ReadOnlySpan<byte> rest = Rest;
        // A tag is always a fixext 1; scalars of one byte have codes below the first tag.
        bool isTag = rest.Length >= 3 && rest[0] == MessagePackCode.FixExt1
            && unchecked((sbyte)rest[1]) >= (sbyte)CompositeTag.TypedArray;
        tag = isTag ? (CompositeTag)rest[1] : default;
        detail = isTag ? rest[2] : default;
        _position += isTag ? 3 : 0;
        return isTag;
    }

    private string[] ReadTypeNames()
    {
        if (!Rest.IsEmpty && Rest[0] == MessagePackCode.Nil)
        {
            _position++;
            return [];
        }

        string[] names = new string[ReadArrayHeader()];
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = ReadName();
        }

        return names;
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
        catch (Exception exception) when (exception is ArgumentException or FormatException or OverflowException)
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

    /// <summary>An item takes a byte at least: no count is larger than the bytes that are left (PROTOCOL section 7.4).</summary>
    private int Bounded(long items) => items <= bytes.Length - _position ? (int)items : throw Malformed();

    private ReadOnlySpan<byte> Body(uint length)
    {
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
