using System.Numerics;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace CacheKit.Core.Serialization.Tables;

/// <summary>Writes and reads the columns of one .NET type (docs/formats.md).</summary>
/// <param name="type">The type of the values.</param>
internal abstract class ColumnCodec(Type type)
{
    private static readonly Dictionary<Type, ColumnCodec> s_byType = All().ToDictionary(codec => codec.Type);

    private static readonly Dictionary<string, ColumnCodec> s_byName = All().ToDictionary(codec => codec.Name);

    /// <summary>The type of the values.</summary>
    public Type Type { get; } = type;

    /// <summary>How the metadata of a column says the type.</summary>
    public string Name => Type.Name;

    /// <summary>Finds the codec of a type.</summary>
    public static bool TryGet(Type type, out ColumnCodec codec) => s_byType.TryGetValue(type, out codec!);

    /// <summary>Finds the codec that a name stands for.</summary>
    /// <exception cref="MalformedValueException">There is none of this name.</exception>
    public static ColumnCodec Get(string name) =>
        s_byName.TryGetValue(name, out ColumnCodec? codec) ? codec : throw Malformed();

    /// <summary>Writes a column whose values are all of the type, or null.</summary>
    /// <param name="column">The column.</param>
    /// <param name="buffers">Gives the memory.</param>
    /// <param name="metadata">Takes what the Arrow type alone does not say.</param>
    /// <exception cref="UnsupportedTableException">The values cannot be kept exactly.</exception>
    public ArrayData Encode(TableColumn column, ColumnBuffers buffers, IDictionary<string, string> metadata)
    {
        object?[] values = column.Values;
        int nulls = values.Count(value => value is null);
        ArrowBuffer validity = ArrowBuffer.Empty;
        if (nulls > 0)
        {
            Span<byte> bits = buffers.Allocate((values.Length + 7) / 8, out validity);
            for (int i = 0; i < values.Length; i++)
            {
                bits[i / 8] |= (byte)(values[i] is null ? 0 : 1 << (i % 8));
            }
        }

        (IArrowType arrowType, ArrowBuffer[] body) = EncodeBody(column, buffers, metadata);
        return new ArrayData(arrowType, values.Length, nulls, offset: 0, [validity, .. body]);
    }

    /// <summary>Reads a column.</summary>
    /// <param name="data">The column.</param>
    /// <param name="metadata">What the Arrow type alone does not say.</param>
    /// <exception cref="MalformedValueException">It is not what <see cref="Encode"/> writes.</exception>
    public object?[] Decode(ArrayData data, IReadOnlyDictionary<string, string> metadata)
    {
        if (data.Offset != 0 || data.Buffers.Length < 2)
        {
            throw Malformed();
        }

        object?[] values = new object?[data.Length];
        DecodeBody(data, metadata, new Validity(data.Buffers[0].Span), values);
        return values;
    }

    /// <summary>Writes the values; those of null rows count for nothing.</summary>
    protected abstract (IArrowType Type, ArrowBuffer[] Body) EncodeBody(
        TableColumn column, ColumnBuffers buffers, IDictionary<string, string> metadata);

    /// <summary>Reads the values of the rows that are not null.</summary>
    protected abstract void DecodeBody(
        ArrayData data, IReadOnlyDictionary<string, string> metadata, Validity validity, object?[] values);

    /// <summary>What is thrown for bytes that no writer of ours makes.</summary>
    protected static MalformedValueException Malformed() => new("The table is not well-formed.");

    private static IEnumerable<ColumnCodec> All() =>
    [
        new BooleanColumn(),
        new FixedColumn<sbyte, sbyte>(Int8Type.Default, value => value, value => value),
        new FixedColumn<byte, byte>(UInt8Type.Default, value => value, value => value),
        new FixedColumn<short, short>(Int16Type.Default, value => value, value => value),
        new FixedColumn<ushort, ushort>(UInt16Type.Default, value => value, value => value),
        new FixedColumn<int, int>(Int32Type.Default, value => value, value => value),
        new FixedColumn<uint, uint>(UInt32Type.Default, value => value, value => value),
        new FixedColumn<long, long>(Int64Type.Default, value => value, value => value),
        new FixedColumn<ulong, ulong>(UInt64Type.Default, value => value, value => value),
        new FixedColumn<float, float>(FloatType.Default, value => value, value => value),
        new FixedColumn<double, double>(DoubleType.Default, value => value, value => value),
        new FixedColumn<DateOnly, int>(
            Date32Type.Default,
            value => value.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber,
            value => DateOnly.FromDayNumber(value + DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber)),
        new FixedColumn<TimeOnly, long>(
            new Time64Type(TimeUnit.Nanosecond),
            value => value.Ticks * TickColumn.NanosecondsPerTick,
            value => new TimeOnly(TickColumn.FromNanoseconds(value))),
        new DateTimeColumn(),
        new DateTimeOffsetColumn(),
        new TimeSpanColumn(),
        new DecimalColumn(),
        new BinaryColumn(),
        new TextColumn<string>(value => value, text => text),
        new TextColumn<Guid>(value => value.ToString("D"), text => Guid.ParseExact(text, "D")),
        new TextColumn<char>(value => value.ToString(), char.Parse),
        new TextColumn<Version>(value => value.ToString(), Version.Parse),
        new TextColumn<Uri>(value => value.OriginalString, text => new Uri(text, UriKind.RelativeOrAbsolute)),
        new TextColumn<BigInteger>(
            value => value.ToString(System.Globalization.CultureInfo.InvariantCulture),
            text => BigInteger.Parse(text, System.Globalization.CultureInfo.InvariantCulture)),
        // A column of nulls has no type of its own. As text, it takes bytes for each row: a reader can bound it.
        new TextColumn<DBNull>(_ => "", _ => throw Malformed()),
    ];
}

/// <summary>Which rows have a value.</summary>
/// <param name="bits">A bit for each row, the lowest first; none when all rows have one.</param>
internal readonly ref struct Validity(ReadOnlySpan<byte> bits)
{
    private readonly ReadOnlySpan<byte> _bits = bits;

    /// <summary>Whether a row has a value.</summary>
    public bool this[int row] => _bits.IsEmpty || ((_bits[row / 8] >> (row % 8)) & 1) != 0;
}
