using System.Globalization;
using CacheKit.Core.Serialization;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Serialization;

/// <summary>
/// Documents that other languages wrote, and such that nobody should have (PROTOCOL sections 7.4 and 14).
/// </summary>
public sealed class InteropReaderTests
{
    private const string TooMuch = "The value declares more than there is.";
    private const string CutOff = "The value is cut off.";
    private const string Trailing = "There are bytes behind the value.";
    private const string Unknown = "The value has a type that is not known here.";
    private const string TooDeep = "The value nests deeper than 100 levels.";

    [Theory]
    [InlineData("dc07d0", 2048, TooMuch)]
    [InlineData("dd0000157c", 1100, TooMuch)]
    [InlineData("ddffffffff", 1, TooMuch)]
    [InlineData("dfffffffff", 2, TooMuch)]
    [InlineData("df80000000", 2000, TooMuch)]
    [InlineData("c6ffffffff", 1, TooMuch)]
    [InlineData("dbffffffff", 1, TooMuch)]
    [InlineData("c9ffffffff01", 1, TooMuch)]
    [InlineData("a261", 1, TooMuch)]
    [InlineData("d8010203", 1, TooMuch)]
    [InlineData("92dc0000", 1, CutOff)]
    [InlineData("93de000000", 1, CutOff)]
    [InlineData("", 1, CutOff)]
    [InlineData("cd00", 1, CutOff)]
    [InlineData("cf00000000000000", 1, CutOff)]
    [InlineData("cb00000000000000", 1, CutOff)]
    [InlineData("ca000000", 1, CutOff)]
    [InlineData("dc00", 1, CutOff)]
    [InlineData("db000000", 1, CutOff)]
    [InlineData("c7", 1, CutOff)]
    [InlineData("d4", 1, CutOff)]
    [InlineData("c0", 2, Trailing)]
    [InlineData("9000", 1, Trailing)]
    [InlineData("a0a0", 1, Trailing)]
    [InlineData("c1", 1, Unknown)]
    [InlineData("92c1c0", 1, Unknown)]
    public void Interop_a_document_over_a_limit_is_reported_and_nothing_is_allocated(
        string part, int count, string message)
    {
        byte[] document = [.. Enumerable.Repeat(Convert.FromHexString(part), count).SelectMany(bytes => bytes)];
        Assert.Equal(message, Refuse(document));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(message, Refuse(document));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 * 1024);
    }

    [Theory]
    [InlineData("91", "c0")]
    [InlineData("dd00000001", "00")]
    [InlineData("81a0", "c0")]
    [InlineData("de0001c0", "a0")]
    public void Interop_a_hundred_levels_are_read_and_one_more_is_not(string level, string end)
    {
        byte[] Nest(int levels) => Convert.FromHexString(string.Concat(Enumerable.Repeat(level, levels)) + end);

        Assert.Equal(
            CanonicalModel.MeaningOf(CanonicalDecoder.Decode(Nest(100))),
            CanonicalModel.MeaningOf(InteropGraph.Read(Nest(100))));
        InteropValueReader.Check(Nest(100));
        Assert.Equal(TooDeep, Refuse(Nest(101)));
        Assert.Equal(TooDeep, Refuse(Nest(50_000)));
    }

    [Fact]
    public void Interop_a_Python_frame_is_reported_first() =>
        Assert.Contains("Python", Refuse("CK"u8.ToArray()), StringComparison.Ordinal);

    [Theory]
    [InlineData("43")]
    [InlineData("4b")]
    [InlineData("92434b")]
    [InlineData("a2434b")]
    public void Interop_bytes_that_only_look_like_a_Python_frame_are_a_value(string hex)
    {
        byte[] document = Convert.FromHexString(hex);
        Assert.Equal(
            CanonicalModel.MeaningOf(CanonicalDecoder.Decode(document)),
            CanonicalModel.MeaningOf(InteropGraph.Read(document)));
    }

    [Theory]
    [InlineData("a1ff")]
    [InlineData("a3eda080")]
    [InlineData("a2c080")]
    [InlineData("81a1ff01")]
    [InlineData("82a35f5fffc3a576616c7565a0")]
    [InlineData("82ac5f5f6461746574696d655f5fc3a576616c7565a1ff")]
    public void Interop_text_that_is_not_UTF8_is_malformed(string hex)
    {
        byte[] document = Convert.FromHexString(hex);
        Assert.Equal(
            "The value is not well-formed.",
            Assert.Throws<MalformedValueException>(() => InteropGraph.Read(document)).Message);
        Assert.Throws<MalformedValueException>(() => InteropValueReader.Check(document));
    }

    [Theory]
    [InlineData("cc01", typeof(int))]
    [InlineData("cf0000000000000001", typeof(int))]
    [InlineData("d3ffffffffffffffff", typeof(int))]
    [InlineData("cf000000007fffffff", typeof(int))]
    [InlineData("ce80000000", typeof(long))]
    [InlineData("d37fffffffffffffff", typeof(long))]
    [InlineData("cf7fffffffffffffff", typeof(long))]
    [InlineData("d38000000000000000", typeof(long))]
    [InlineData("cf8000000000000000", typeof(ulong))]
    [InlineData("cfffffffffffffffff", typeof(ulong))]
    [InlineData("ca3f800000", typeof(double))]
    [InlineData("ca7fc00000", typeof(double))]
    [InlineData("cb7ff0000000000000", typeof(double))]
    public void Interop_numbers_have_the_smallest_type(string hex, Type type)
    {
        byte[] document = Convert.FromHexString(hex);
        object? value = InteropGraph.Read(document);
        Assert.IsType(type, value);
        Assert.Equal(
            CanonicalModel.MeaningOf(CanonicalDecoder.Decode(document)), CanonicalModel.MeaningOf(value));
    }

    [Fact]
    public void Interop_a_repeated_name_is_returned_twice()
    {
        Table map = Assert.IsType<Table>(InteropGraph.Read(Convert.FromHexString("83a16101a16202a16103")));
        Assert.Equal(["a=1", "b=2", "a=3"], map.Select(pair => $"{pair.Key}={pair.Value}"));
    }

    [Theory]
    [InlineData("__datetime__", "2024-01-02T03:04:05Z", "2024-01-02T03:04:05.0000000+00:00")]
    [InlineData("__datetime__", "2024-01-02T03:04:05z", "2024-01-02T03:04:05.0000000+00:00")]
    [InlineData("__datetime__", "2024-01-02T03:04:05+00:00", "2024-01-02T03:04:05.0000000+00:00")]
    [InlineData("__datetime__", "2024-01-02T03:04:05-09:30", "2024-01-02T03:04:05.0000000-09:30")]
    [InlineData("__datetime__", "2024-01-02T03:04:05.1Z", "2024-01-02T03:04:05.1000000+00:00")]
    [InlineData("__datetime__", "2024-01-02T03:04:05.123456+05:30", "2024-01-02T03:04:05.1234560+05:30")]
    [InlineData("__datetime__", "2024-01-02T03:04:05.1234567Z", "2024-01-02T03:04:05.1234567+00:00")]
    [InlineData("__datetime__", "2024-01-02T03:04:05.123456789Z", "2024-01-02T03:04:05.1234567+00:00")]
    [InlineData("__datetime__", "2024-01-02T03:04:05.999999999+00:00", "2024-01-02T03:04:05.9999999+00:00")]
    [InlineData("__datetime__", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00.0000000+00:00")]
    [InlineData("__datetime__", "2024-01-02T03:04:05", "2024-01-02T03:04:05.0000000")]
    [InlineData("__datetime__", "2024-01-02T03:04:05.123456789", "2024-01-02T03:04:05.1234567")]
    [InlineData("__date__", "2024-02-29", "2024-02-29")]
    [InlineData("__time__", "23:59:59", "23:59:59.0000000")]
    [InlineData("__time__", "00:00:00.000001", "00:00:00.0000010")]
    [InlineData("__time__", "12:34:56.123456789", "12:34:56.1234567")]
    public void Interop_a_time_is_read_with_its_names_in_either_order(string mark, string text, string expected)
    {
        foreach (Table map in (Table[])
            [CanonicalModel.Map((mark, true), ("value", text)), CanonicalModel.Map(("value", text), (mark, true))])
        {
            object? time = InteropGraph.Read(LooseEncoder.InOrder(map));
            Assert.Equal(mark == "__date__" ? typeof(DateOnly) : mark == "__time__" ? typeof(TimeOnly)
                : text.Length > 19 && text[19..].AsSpan().ContainsAny("Zz+-")
                    ? typeof(DateTimeOffset)
                    : typeof(DateTime), time!.GetType());
            Assert.Equal(expected, ((IFormattable)time).ToString("O", CultureInfo.InvariantCulture));
        }
    }

    public static TheoryData<object> NoTimes =>
    [
        CanonicalModel.Map(("__datetime__", true), ("value", "yesterday")),
        CanonicalModel.Map(("__datetime__", true), ("value", "")),
        CanonicalModel.Map(("__datetime__", true), ("value", "2024-01-02")),
        CanonicalModel.Map(("__datetime__", true), ("value", "2024-01-02 03:04:05")),
        CanonicalModel.Map(("__datetime__", true), ("value", "2024-13-02T03:04:05Z")),
        CanonicalModel.Map(("__datetime__", true), ("value", "2024-01-02T03:04:05+25:00")),
        CanonicalModel.Map(("__datetime__", true), ("value", "0001-01-01T00:00:00+05:00")),
        CanonicalModel.Map(("__datetime__", true), ("value", " 2024-01-02T03:04:05Z")),
        CanonicalModel.Map(("__datetime__", true), ("value", "2024-01-02T03:04:05Z" + new string(' ', 100))),
        CanonicalModel.Map(("__datetime__", false), ("value", "2024-01-02T03:04:05Z")),
        CanonicalModel.Map(("__datetime__", 1), ("value", "2024-01-02T03:04:05Z")),
        CanonicalModel.Map(("__datetime__", true), ("Value", "2024-01-02T03:04:05Z")),
        CanonicalModel.Map(("__datetime__", true), ("value", 1)),
        CanonicalModel.Map(("__datetime__", true), ("value", new byte[] { 1 })),
        CanonicalModel.Map(("__datetime__", true)),
        CanonicalModel.Map(("value", "2024-01-02T03:04:05Z")),
        CanonicalModel.Map(("value", "2024-01-02T03:04:05Z"), ("value", "2024-01-02T03:04:05Z")),
        CanonicalModel.Map(("__datetime__", true), ("__datetime__", true)),
        CanonicalModel.Map(("__datetime__", true), ("value", "2024-01-02T03:04:05Z"), ("more", 1)),
        CanonicalModel.Map(("__date__", true), ("value", "2024-02-30")),
        CanonicalModel.Map(("__date__", true), ("value", "2024-01-02T03:04:05Z")),
        CanonicalModel.Map(("__time__", true), ("value", "24:00:00")),
        CanonicalModel.Map(("__time__", true), ("value", "01:02:03+00:00")),
        CanonicalModel.Map(("__other__", true), ("value", "2024-01-02T03:04:05Z")),
        CanonicalModel.Map(("__", true), ("value", "2024-01-02T03:04:05Z")),
    ];

    [Theory]
    [MemberData(nameof(NoTimes))]
    public void Interop_a_map_that_is_not_a_time_stays_a_map(object map)
    {
        foreach (Table each in (Table[])[(Table)map, new Table(true, ((Table)map).AsEnumerable().Reverse())])
        {
            Table read = Assert.IsType<Table>(InteropGraph.Read(LooseEncoder.InOrder(each)));
            Assert.Equal(CanonicalModel.MeaningOf(each), CanonicalModel.MeaningOf(read));
        }
    }

    private static string Refuse(byte[] document)
    {
        string message = Assert.Throws<MalformedValueException>(() => new InteropValueReader(document)).Message;
        Assert.Equal(message, Assert.Throws<MalformedValueException>(() => InteropValueReader.Check(document)).Message);
        return message;
    }
}
