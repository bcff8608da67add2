using System.Runtime.InteropServices;
using System.Text;
using Apache.Arrow;
using Apache.Arrow.Types;
using CacheKit.Core.Cryptography;

namespace CacheKit.Core.Serialization.Tables;

/// <summary>Values of any size: where each of them ends, and the bytes of all.</summary>
/// <param name="type">Their type.</param>
/// <param name="arrowType">The Arrow type.</param>
internal abstract class VariableColumn(Type type, IArrowType arrowType) : ColumnCodec(type)
{
    /// <inheritdoc/>
    protected override (IArrowType Type, ArrowBuffer[] Body) EncodeBody(
        TableColumn column, ColumnBuffers buffers, IDictionary<string, string> metadata)
    {
        object?[] values = column.Values;
        Span<byte> offsetBytes = buffers.Allocate(sizeof(int) * (values.Length + 1), out ArrowBuffer offsetBuffer);
        Span<int> offsets = MemoryMarshal.Cast<byte, int>(offsetBytes);
        SensitiveBuffer body = buffers.Rent(16 * values.Length);
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] is { } value && !TryEncode(value, body))
            {
                throw UnsupportedTableException.NoTable(
                    $"the property '{column.Name}' of row {i} is a {Type.FullName} that text cannot carry exactly");
            }

            offsets[i + 1] = body.Length;
        }

        return (arrowType, [offsetBuffer, new ArrowBuffer(body.WrittenMemory)]);
    }

    /// <inheritdoc/>
    protected override void DecodeBody(
        ArrayData data, IReadOnlyDictionary<string, string> metadata, Validity validity, object?[] values)
    {
        if (data.DataType.TypeId != arrowType.TypeId || data.Buffers.Length != 3)
        {
            throw Malformed();
        }

        ReadOnlySpan<int> offsets = MemoryMarshal.Cast<byte, int>(data.Buffers[1].Span);
        ReadOnlySpan<byte> body = data.Buffers[2].Span;
        for (int i = 0; i < values.Length; i++)
        {
            // Ends that run backwards could give the same bytes to many rows.
            ReadOnlySpan<byte> bytes = body[offsets[i]..offsets[i + 1]];
            values[i] = validity[i] ? Decode(bytes) : null;
        }
    }

    /// <summary>Writes one value.</summary>
    /// <returns>False when it would not come back as it is.</returns>
    protected abstract bool TryEncode(object value, SensitiveBuffer body);

    /// <summary>Reads one value.</summary>
    protected abstract object Decode(ReadOnlySpan<byte> bytes);
}

/// <summary>Blocks of bytes.</summary>
internal sealed class BinaryColumn() : VariableColumn(typeof(byte[]), BinaryType.Default)
{
    /// <inheritdoc/>
    protected override bool TryEncode(object value, SensitiveBuffer body)
    {
        body.Write((byte[])value);
        return true;
    }

    /// <inheritdoc/>
    protected override object Decode(ReadOnlySpan<byte> bytes) => bytes.ToArray();
}

/// <summary>Text, and values that have an exact text form.</summary>
/// <typeparam name="T">Their type.</typeparam>
/// <param name="format">Gives the text.</param>
/// <param name="parse">Gives the value back.</param>
internal sealed class TextColumn<T>(Func<T, string> format, Func<string, T> parse)
    : VariableColumn(typeof(T), StringType.Default)
    where T : notnull
{
    private static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, true);

    /// <inheritdoc/>
    protected override bool TryEncode(object value, SensitiveBuffer body)
    {
        string text = format((T)value);
        // A Uri that was said to be absolute may look like a relative one.
        if (!Utf16.IsWellFormed(text) || (value is Uri uri && !uri.Equals(parse(text))))
        {
            return false;
        }

        int size = s_strictUtf8.GetByteCount(text);
        s_strictUtf8.GetBytes(text, body.GetSpan(size));
        body.Advance(size);
        return true;
    }

    /// <inheritdoc/>
    protected override object Decode(ReadOnlySpan<byte> bytes) => parse(s_strictUtf8.GetString(bytes));
}
