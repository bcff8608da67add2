using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Serialization;
using CacheKit.Core.Serialization.Tables;
using CacheKit.Core.Tests.Support;
using Xunit;
using Table = CacheKit.Core.Serialization.Tables.Table;

namespace CacheKit.Core.Tests.Serialization;

/// <summary>Arrow files of other programs.</summary>
public sealed class ArrowFileTableTests
{
    private static readonly DateTimeOffset s_time = new(2026, 11, 28, 5, 45, 30, TimeSpan.Zero);

    public static TheoryData<string, object?> Values => new()
    {
        { "bool", true },
        { "int8", (sbyte)-1 },
        { "uint8", (byte)200 },
        { "int16", (short)-300 },
        { "uint16", (ushort)60000 },
        { "int32", -70000 },
        { "uint32", 4_000_000_000 },
        { "int64", long.MinValue },
        { "uint64", ulong.MaxValue },
        { "float", 1.5f },
        { "half", 0.25f },
        { "double", 0.1 },
        { "string", "Zoë" },
        { "large string", "Zoë" },
        { "binary", new byte[] { 1, 2 } },
        { "date32", new DateOnly(2026, 11, 28) },
        { "date64", new DateOnly(2026, 11, 28) },
        { "time64", new TimeOnly(5, 45, 30) },
        { "duration", TimeSpan.FromMilliseconds(1500) },
        { "timestamp", s_time.DateTime },
        { "timestamptz", s_time },
        { "decimal", 12.50m },
        { "words", "b" },
        { "null", null },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void Arrow_a_foreign_value_of_each_type_is_read(string type, object? expected)
    {
        byte[] file = ForeignTables.Write(ForeignTables.Column("c", ArrayOf(type)));
        Table table = ArrowFileTable.Read(file);
        TableColumn column = Assert.Single(table.Columns);
        Assert.Equal(TableShape.Rows, table.Shape);
        Assert.Equal("c", column.Name);
        Assert.Equal([expected, null], column.Values);
    }

    [Fact]
    public void Arrow_the_batches_of_a_foreign_file_are_one_table()
    {
        byte[] file = ForeignTables.Write(ForeignTables.People(1, "a", null), ForeignTables.People(3, "c"));
        Table table = ArrowFileTable.Read(file);
        Assert.Equal(3, table.RowCount);
        Assert.Equal([1L, 2L, 3L], table.Columns[0].Values);
        Assert.Equal(["a", null, "c"], table.Columns[1].Values);
    }

    /// <summary>Python compresses with zstd unless told otherwise.</summary>
    [Theory]
    [InlineData(CompressionCodecType.Zstd)]
    [InlineData(CompressionCodecType.Lz4Frame)]
    public void Arrow_compressed_buffers_are_read(CompressionCodecType codec)
    {
        string[] names = [.. Enumerable.Repeat("the same name", 10_000)];
        byte[] file = ForeignTables.Write(codec, ForeignTables.People(1, names), ForeignTables.People(10_001, "last"));
        Table table = ArrowFileTable.Read(file);
        Assert.True(file.Length < names.Length * names[0].Length);
        Assert.Equal([.. names, "last"], table.Columns[1].Values);
        Assert.Equal(10_001L, table.Columns[0].Values[^1]);
    }

    [Fact]
    public void Arrow_a_foreign_table_without_rows_is_empty() =>
        Assert.Equal(0, ArrowFileTable.Read(ForeignTables.Write(ForeignTables.People(1))).RowCount);

    [Fact]
    public void Arrow_an_unsupported_type_is_named_with_its_column()
    {
        ListArray.Builder lists = new(Int32Type.Default);
        lists.Append();
        byte[] file = ForeignTables.Write(ForeignTables.Column("many", lists.Build()));
        CacheKitException failure = Assert.Throws<CacheKitException>(() => ArrowFileTable.Read(file));
        Assert.Equal(ErrorIds.PythonSerializerUnsupported, failure.ErrorId);
        Assert.Contains("'many'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("list", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Arrow_a_truncated_file_or_a_stream_is_malformed()
    {
        byte[] file = ForeignTables.Write(ForeignTables.People(1, "a", "b"));
        for (int length = 0; length < file.Length; length++)
        {
            byte[] part = file[..length];
            Assert.Throws<MalformedValueException>(() => ArrowFileTable.Read(part));
        }

        Assert.Throws<MalformedValueException>(() => ArrowFileTable.Read(file.AsMemory(8)));
    }

    /// <summary>Whatever byte is another one: a table, or one exception.</summary>
    [Fact]
    public void Arrow_damage_never_causes_another_exception()
    {
        byte[] file = ForeignTables.Write(ForeignTables.People(1, "a", "b"));
        for (int i = 0; i < file.Length; i++)
        {
            byte[] damaged = [.. file];
            damaged[i] ^= 0xFF;
            try
            {
                Assert.NotNull(ArrowFileTable.Read(damaged));
            }
            catch (CacheKitException)
            {
                // The one that is allowed.
            }
        }
    }

    private static IArrowArray ArrayOf(string type) => type switch
    {
        "bool" => new BooleanArray.Builder().Append(true).AppendNull().Build(),
        "int8" => new Int8Array.Builder().Append(-1).AppendNull().Build(),
        "uint8" => new UInt8Array.Builder().Append(200).AppendNull().Build(),
        "int16" => new Int16Array.Builder().Append(-300).AppendNull().Build(),
        "uint16" => new UInt16Array.Builder().Append(60000).AppendNull().Build(),
        "int32" => new Int32Array.Builder().Append(-70000).AppendNull().Build(),
        "uint32" => new UInt32Array.Builder().Append(4_000_000_000).AppendNull().Build(),
        "int64" => new Int64Array.Builder().Append(long.MinValue).AppendNull().Build(),
        "uint64" => new UInt64Array.Builder().Append(ulong.MaxValue).AppendNull().Build(),
        "float" => new FloatArray.Builder().Append(1.5f).AppendNull().Build(),
        "half" => new HalfFloatArray.Builder().Append((Half)0.25).AppendNull().Build(),
        "double" => new DoubleArray.Builder().Append(0.1).AppendNull().Build(),
        "string" => new StringArray.Builder().Append("Zoë").AppendNull().Build(),
        "large string" => new LargeStringArray(new ArrayData(
            LargeStringType.Default,
            length: 2,
            nullCount: 1,
            offset: 0,
            [
                new ArrowBuffer(new byte[] { 1 }),
                new ArrowBuffer(MemoryMarshal.AsBytes<long>([0, 4, 4]).ToArray()),
                new ArrowBuffer("Zoë"u8.ToArray()),
            ])),
        "binary" => new BinaryArray.Builder().Append([1, 2]).AppendNull().Build(),
        "date32" => new Date32Array.Builder().Append(new DateOnly(2026, 11, 28)).AppendNull().Build(),
        "date64" => new Date64Array.Builder().Append(new DateOnly(2026, 11, 28)).AppendNull().Build(),
        "time64" => new Time64Array.Builder().Append(new TimeOnly(5, 45, 30)).AppendNull().Build(),
        "duration" => new DurationArray.Builder(DurationType.Millisecond).Append(1500).AppendNull().Build(),
        "timestamp" => new TimestampArray.Builder(new TimestampType(TimeUnit.Nanosecond, (string?)null))
            .Append(s_time).AppendNull().Build(),
        "timestamptz" => new TimestampArray.Builder(new TimestampType(TimeUnit.Microsecond, "UTC"))
            .Append(s_time).AppendNull().Build(),
        "decimal" => new Decimal128Array.Builder(new Decimal128Type(10, 2)).Append(12.50m).AppendNull().Build(),
        "words" => ForeignTables.Words([1, null], "a", "b"),
        _ => new NullArray(2),
    };
}
