using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace CacheKit.Core.Serialization.Tables;

/// <summary>Values of a fixed size.</summary>
/// <typeparam name="TValue">Their type.</typeparam>
/// <typeparam name="TStored">What is stored for one.</typeparam>
/// <param name="arrowType">The Arrow type.</param>
/// <param name="store">Gives what is stored.</param>
/// <param name="restore">Gives the value back.</param>
internal sealed class FixedColumn<TValue, TStored>(
    IArrowType arrowType, Func<TValue, TStored> store, Func<TStored, TValue> restore) : ColumnCodec(typeof(TValue))
    where TValue : struct
    where TStored : unmanaged
{
    /// <inheritdoc/>
    protected override (IArrowType Type, ArrowBuffer[] Body) EncodeBody(
        TableColumn column, ColumnBuffers buffers, IDictionary<string, string> metadata)
    {
        object?[] values = column.Values;
        Span<byte> bytes = buffers.Allocate(values.Length * Unsafe.SizeOf<TStored>(), out ArrowBuffer buffer);
        Span<TStored> stored = MemoryMarshal.Cast<byte, TStored>(bytes);
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] is TValue value)
            {
                stored[i] = store(value);
            }
        }

        return (arrowType, [buffer]);
    }

    /// <inheritdoc/>
    protected override void DecodeBody(
        ArrayData data, IReadOnlyDictionary<string, string> metadata, Validity validity, object?[] values)
    {
        if (data.DataType.TypeId != arrowType.TypeId)
        {
            throw Malformed();
        }

        ReadOnlySpan<TStored> stored = MemoryMarshal.Cast<byte, TStored>(data.Buffers[1].Span);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = validity[i] ? restore(stored[i]) : null;
        }
    }
}

/// <summary>Booleans: a bit for each.</summary>
internal sealed class BooleanColumn() : ColumnCodec(typeof(bool))
{
    private static readonly object s_true = true;
    private static readonly object s_false = false;

    /// <inheritdoc/>
    protected override (IArrowType Type, ArrowBuffer[] Body) EncodeBody(
        TableColumn column, ColumnBuffers buffers, IDictionary<string, string> metadata)
    {
        object?[] values = column.Values;
        Span<byte> bits = buffers.Allocate((values.Length + 7) / 8, out ArrowBuffer buffer);
        for (int i = 0; i < values.Length; i++)
        {
            bits[i / 8] |= (byte)(values[i] is true ? 1 << (i % 8) : 0);
        }

        return (BooleanType.Default, [buffer]);
    }

    /// <inheritdoc/>
    protected override void DecodeBody(
        ArrayData data, IReadOnlyDictionary<string, string> metadata, Validity validity, object?[] values)
    {
        ReadOnlySpan<byte> bits = data.Buffers[1].Span;
        if (data.DataType.TypeId != ArrowTypeId.Boolean || bits.Length < (values.Length + 7) / 8)
        {
            throw Malformed();
        }

        for (int i = 0; i < values.Length; i++)
        {
            bool flag = ((bits[i / 8] >> (i % 8)) & 1) != 0;
            values[i] = !validity[i] ? null : flag ? s_true : s_false;
        }
    }
}
