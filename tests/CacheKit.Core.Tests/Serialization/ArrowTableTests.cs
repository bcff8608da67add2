using System.Numerics;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Serialization;
using CacheKit.Core.Serialization.Tables;
using Xunit;

namespace CacheKit.Core.Tests.Serialization;

/// <summary>Tables come back exactly; what cannot is refused; wrong bytes are malformed, whatever they are.</summary>
public sealed class ArrowTableTests
{
    public static TheoryData<string, object?[], ArrowTypeId> Columns => new()
    {
        { "bool", [true, false, null, true], ArrowTypeId.Boolean },
        { "sbyte", [sbyte.MinValue, sbyte.MaxValue], ArrowTypeId.Int8 },
        { "byte", [byte.MinValue, byte.MaxValue], ArrowTypeId.UInt8 },
        { "short", [short.MinValue, null, short.MaxValue], ArrowTypeId.Int16 },
        { "ushort", [ushort.MinValue, ushort.MaxValue], ArrowTypeId.UInt16 },
        { "int", [int.MinValue, null, int.MaxValue], ArrowTypeId.Int32 },
        { "uint", [uint.MinValue, uint.MaxValue], ArrowTypeId.UInt32 },
        { "long", [long.MinValue, long.MaxValue], ArrowTypeId.Int64 },
        { "ulong", [ulong.MinValue, ulong.MaxValue], ArrowTypeId.UInt64 },
        { "float", [float.MinValue, float.NaN, float.Epsilon], ArrowTypeId.Float },
        { "double", [double.MaxValue, double.NegativeInfinity, -0.0, null], ArrowTypeId.Double },
        { "string", ["", "a\0b", "\uD83D\uDE00", null], ArrowTypeId.String },
        { "bytes", [Array.Empty<byte>(), new byte[] { 0, 255 }, null], ArrowTypeId.Binary },
        { "decimals of one scale", [1.50m, -2.25m, 79228162514264337593543950.33m], ArrowTypeId.Decimal128 },
        { "decimals of many scales", [1m, 1.0m, 1.00m, -0.0m, 0m, null], ArrowTypeId.Decimal128 },
        { "largest decimals", [decimal.MaxValue, decimal.MinValue], ArrowTypeId.Decimal128 },
        {
            "smallest decimal", [0.0000000000000000000000000001m, -1.0000000000000000000000000000m],
            ArrowTypeId.Decimal128
        },
        { "UTC", [new DateTime(2024, 5, 6, 7, 8, 9, DateTimeKind.Utc), null], ArrowTypeId.Timestamp },
        { "local", [new DateTime(638505760891234567, DateTimeKind.Local)], ArrowTypeId.Timestamp },
        { "widest times", [DateTime.MinValue, DateTime.MaxValue], ArrowTypeId.Timestamp },
        {
            "one offset", [new DateTimeOffset(2024, 5, 6, 7, 8, 9, TimeSpan.FromMinutes(-210)), null],
            ArrowTypeId.Timestamp
        },
        {
            "offsets", [new DateTimeOffset(638505760891234567, TimeSpan.FromHours(14)), DateTimeOffset.MaxValue, null],
            ArrowTypeId.Timestamp
        },
        { "durations", [TimeSpan.FromSeconds(-1.5), TimeSpan.Zero], ArrowTypeId.Duration },
        { "ticks", [new TimeSpan(-1), new TimeSpan(7)], ArrowTypeId.Duration },
        { "widest durations", [TimeSpan.MinValue, TimeSpan.MaxValue, null], ArrowTypeId.Duration },
        { "dates", [DateOnly.MinValue, DateOnly.MaxValue], ArrowTypeId.Date32 },
        { "times of day", [TimeOnly.MinValue, TimeOnly.MaxValue], ArrowTypeId.Time64 },
        { "guid", [Guid.Empty, new Guid("01234567-89ab-cdef-0123-456789abcdef")], ArrowTypeId.String },
        { "char", ['x', '\0', '\u20AC'], ArrowTypeId.String },
        { "version", [new Version(1, 2), new Version(1, 2, 3, 4)], ArrowTypeId.String },
        { "uri", [new Uri("http://a/b c"), new Uri("d", UriKind.Relative)], ArrowTypeId.String },
        { "big integers", [BigInteger.Pow(-7, 99), BigInteger.Zero], ArrowTypeId.String },
        { "nulls", [null, null], ArrowTypeId.String },
        { "nine flags", [true, true, true, true, true, true, true, null, false], ArrowTypeId.Boolean },
    };

    [Theory]
    [MemberData(nameof(Columns), DisableDiscoveryEnumeration = true)]
    public void Arrow_a_column_round_trips_exactly(string name, object?[] values, ArrowTypeId type)
    {
        byte[] bytes = Write(new Table(TableShape.Rows, values.Length, [new TableColumn(name, values)]));
        Table table = ArrowTableReader.Read(bytes);
        TableColumn column = Assert.Single(table.Columns);
        Assert.Equal(name, column.Name);
        Assert.Equal(values.Select(Describe), column.Values.Select(Describe));
        using ArrowStreamReader reader = new(bytes);
        Assert.Equal(type, reader.Schema.GetFieldByIndex(0).DataType.TypeId);
    }

    [Theory]
    [InlineData(TableShape.Rows)]
    [InlineData(TableShape.Array)]
    [InlineData(TableShape.DataRows)]
    [InlineData(TableShape.DataTable)]
    public void Arrow_shape_name_and_type_names_round_trip(TableShape shape)
    {
        Table table = new(shape, 1, [new TableColumn("a", [1])]) { Name = "t \u20AC", TypeNames = ["A\nB", "C"] };
        Table read = ArrowTableReader.Read(Write(table));
        Assert.Equal(shape, read.Shape);
        Assert.Equal(table.Name, read.Name);
        Assert.Equal(table.TypeNames, read.TypeNames);
    }

    [Fact]
    public void Arrow_a_table_without_rows_round_trips()
    {
        Table read = ArrowTableReader.Read(Write(new Table(TableShape.Array, 0, [])));
        Assert.Equal((0, 0), (read.RowCount, read.Columns.Count));
        Table typed = new(TableShape.DataTable, 0, [new TableColumn("a", []) { DeclaredType = typeof(DateTime) }]);
        Assert.Equal(typeof(DateTime), ArrowTableReader.Read(Write(typed)).Columns[0].DeclaredType);
    }

    public static TheoryData<object?[], string> Mixed => new()
    {
        { [1, null, "b"], "System.String in row 2" },
        { [1, 2L], "System.Int64 in row 1" },
        { [DateTime.UnixEpoch, DateTime.MinValue], "DateTime (Unspecified) in row 1" },
        { [decimal.MaxValue, 0.0000000000000000000000000001m], "row 0" },
    };

    [Theory]
    [MemberData(nameof(Mixed), DisableDiscoveryEnumeration = true)]
    public void Arrow_a_mixed_column_is_rejected_by_name(object?[] values, string reason)
    {
        UnsupportedTableException exception = Assert.Throws<UnsupportedTableException>(
            () => Write(new Table(TableShape.Rows, values.Length, [new TableColumn("Size", values)])));
        Assert.Equal(ErrorIds.TableColumnMixed, exception.ErrorId);
        Assert.Contains("'Size'", exception.Message, StringComparison.Ordinal);
        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
    }

    public static TheoryData<object> Unsupported =>
        [new object(), new System.Security.SecureString(), DBNull.Value, "\uD800", '\uDC00', new object[] { 1 }];

    [Theory]
    [MemberData(nameof(Unsupported), DisableDiscoveryEnumeration = true)]
    public void Arrow_an_unsupported_value_is_rejected(object value)
    {
        UnsupportedTableException exception = Assert.Throws<UnsupportedTableException>(
            () => Write(new Table(TableShape.Rows, 2, [new TableColumn("a", [null, value])])));
        Assert.Equal(ErrorIds.TableShapeUnsupported, exception.ErrorId);
        Assert.Contains("'a' of row 1", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Arrow_every_truncation_and_extension_is_malformed()
    {
        byte[] bytes = Write(Sample());
        for (int size = 0; size < bytes.Length; size++)
        {
            Assert.Throws<MalformedValueException>(() => ArrowTableReader.Read(bytes.AsMemory(0, size)));
        }

        foreach (byte[] extended in
            (byte[][])[[.. bytes, 0], [0, .. bytes], [.. bytes, .. bytes], [.. bytes, .. bytes[^8..]]])
        {
            Assert.Throws<MalformedValueException>(() => ArrowTableReader.Read(extended));
        }

        Assert.Equal(2, ArrowTableReader.Read(bytes).RowCount);
    }

    [Fact]
    public void Arrow_a_flipped_bit_causes_no_exception_other_than_malformed()
    {
        byte[] bytes = Write(Sample());
        int malformed = 0;
        for (int bit = 0; bit < 8 * bytes.Length; bit++)
        {
            byte[] flipped = [.. bytes];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                ArrowTableReader.Read(flipped);
            }
            catch (MalformedValueException)
            {
                malformed++;
            }
        }

        Assert.InRange(malformed, bytes.Length, 8 * bytes.Length);
    }

    private static Table Sample() => new(
        TableShape.Rows,
        2,
        [
            new TableColumn("n", [1, null]),
            new TableColumn("s", ["a", "bc"]),
            new TableColumn("d", [1.5m, 2m]),
            new TableColumn("t", [new DateTime(638505760891234567, DateTimeKind.Utc), null]),
        ]);

    private static byte[] Write(Table table)
    {
        using SensitiveBuffer buffer = SensitiveBuffer.Rent();
        ArrowTableWriter.Write(buffer, table);
        return buffer.WrittenSpan.ToArray();
    }

    private static string Describe(object? value) => value switch
    {
        null => "null",
        DateTime time => $"DateTime {time.Ticks} {time.Kind}",
        DateTimeOffset time => $"DateTimeOffset {time.Ticks} {time.Offset}",
        decimal number => $"Decimal {string.Join(' ', decimal.GetBits(number))}",
        byte[] bytes => $"bytes {Convert.ToHexString(bytes)}",
        double number => $"Double {BitConverter.DoubleToInt64Bits(number):x}",
        float number => $"Single {BitConverter.SingleToInt32Bits(number):x}",
        TimeOnly time => $"TimeOnly {time.Ticks}",
        Uri uri => $"Uri {uri.OriginalString} {uri.IsAbsoluteUri}",
        _ => FormattableString.Invariant($"{value.GetType().Name} {value}"),
    };
}
