using System.Numerics;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Serialization;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Serialization;

/// <summary>Canonical bytes where a rule of PROTOCOL section 7.3 has an edge.</summary>
public sealed class InteropWriterTests
{
    public static TheoryData<object?> NoArguments =>
    [
        1m, 'x', new DateTime(2024, 1, 1), TimeSpan.Zero, new DateOnly(2024, 1, 1), new TimeOnly(1, 2),
        new Version(1, 2),
        double.NaN, double.PositiveInfinity, double.NegativeInfinity, float.NaN, (Half)1, (Int128)1, new Uri("urn:b"),
        new BigInteger(ulong.MaxValue) + 1, new BigInteger(long.MinValue) - 1, ValueText.Secret("s"), (sbyte[])[1],
        DayOfWeek.Friday, new ExtensionOf(1, []), "\uD800", "a\uDC00b", "\uDC00\uD800", "\uD800\uD800\uDC00",
    ];

    public static TheoryData<object?> NoValues =>
    [
        1m, 'x', TimeSpan.Zero, Guid.Empty, new Version(1, 2), double.NaN, double.NegativeInfinity,
        float.PositiveInfinity,
        (Half)1, new BigInteger(ulong.MaxValue) + 1, new BigInteger(long.MinValue) - 1, ValueText.Secret("s"),
        (sbyte[])[1],
        new SetOf(), new SetOf(1, 2), DayOfWeek.Friday, "\uD800", "a\uDC00b", "\uDFFF",
    ];

    [Theory]
    [MemberData(nameof(NoArguments))]
    public void Interop_unsupported_arguments_are_rejected(object? value)
    {
        Assert.Throws<NotSupportedException>(() => InteropGraph.WriteArguments(value));
        Assert.Throws<NotSupportedException>(() => InteropGraph.WriteArguments(new SetOf(1, new object?[] { value })));
    }

    [Theory]
    [MemberData(nameof(NoValues))]
    public void Interop_unsupported_values_are_rejected(object? value)
    {
        Assert.Throws<NotSupportedException>(() => InteropGraph.WriteValue(value));
        Assert.Throws<NotSupportedException>(() => InteropGraph.WriteValue(CanonicalModel.Map(("a", 1), ("b", value))));
    }

    [Theory]
    [InlineData(0.0, "00")]
    [InlineData(127.0, "7f")]
    [InlineData(128.0, "cc80")]
    [InlineData(-32.0, "e0")]
    [InlineData(-33.0, "d0df")]
    [InlineData(9007199254740992.0, "cf0020000000000000")]
    [InlineData(9223372036854775808.0, "cf8000000000000000")]
    [InlineData(18446744073709549568.0, "cffffffffffffff800")]
    [InlineData(18446744073709551616.0, "cb43f0000000000000")]
    [InlineData(-9223372036854775808.0, "d38000000000000000")]
    [InlineData(-9223372036854777856.0, "cbc3e0000000000001")]
    [InlineData(1e300, "cb7e37e43c8800759c")]
    [InlineData(0.5, "cb3fe0000000000000")]
    [InlineData(double.Epsilon, "cb0000000000000001")]
    public void Interop_a_whole_number_is_an_integer_only_as_an_argument(double number, string expected)
    {
        Assert.Equal("91" + expected, Convert.ToHexStringLower(InteropGraph.WriteArguments(number)));
        string bits = BitConverter.DoubleToUInt64Bits(number).ToString("x16", null);
        Assert.Equal("cb" + bits, Convert.ToHexStringLower(InteropGraph.WriteValue(number)));
    }

    [Fact]
    public void Interop_zero_has_no_sign_as_an_argument()
    {
        Assert.Equal("9100", Convert.ToHexStringLower(InteropGraph.WriteArguments(-0.0)));
        Assert.Equal("cb8000000000000000", Convert.ToHexStringLower(InteropGraph.WriteValue(-0.0)));
    }

    [Fact]
    public void Interop_a_float_is_written_as_a_double() =>
        Assert.Equal("91cb3fb99999a0000000", Convert.ToHexStringLower(InteropGraph.WriteArguments(0.1f)));

    [Theory]
    [InlineData(0, "00")]
    [InlineData(1, "00")]
    [InlineData(9, "00")]
    [InlineData(10, "cb3eb0c6f7a0b5ed8d")]
    [InlineData(-1, "cbbeb0c6f7a0b5ed8d")]
    [InlineData(-10, "cbbeb0c6f7a0b5ed8d")]
    [InlineData(-11, "cbbec0c6f7a0b5ed8d")]
    [InlineData(-10_000_000, "ff")]
    [InlineData(-10_000_001, "cbbff000010c6f7a0b")]
    public void Interop_a_time_is_rounded_down_to_the_microsecond(long ticks, string expected)
    {
        DateTime time = DateTime.UnixEpoch.AddTicks(ticks);
        Assert.Equal("91" + expected, Convert.ToHexStringLower(InteropGraph.WriteArguments(time)));
        DateTimeOffset elsewhere = new DateTimeOffset(time).ToOffset(new TimeSpan(-3, -30, 0));
        Assert.Equal("91" + expected, Convert.ToHexStringLower(InteropGraph.WriteArguments(elsewhere)));
        Assert.Equal("91" + expected, Convert.ToHexStringLower(InteropGraph.WriteArguments(time.ToLocalTime())));
    }

    [Theory]
    [InlineData("0001-01-01T00:00:00Z")]
    [InlineData("0001-01-01T00:00:00.0000001Z")]
    [InlineData("1969-12-31T23:59:59.9999999Z")]
    [InlineData("9999-12-31T23:59:59.9999999Z")]
    public void Interop_the_limits_of_time_match_the_reference_encoder(string text)
    {
        DateTime time = DateTime.Parse(text, null, System.Globalization.DateTimeStyles.RoundtripKind);
        Assert.Equal(CanonicalEncoder.OfArguments(time), InteropGraph.WriteArguments(time));
        Assert.Equal(CanonicalEncoder.OfValue(time), InteropGraph.WriteValue(time));
        DateTime local = DateTime.SpecifyKind(time, DateTimeKind.Unspecified);
        Assert.Equal(CanonicalEncoder.OfValue(local), InteropGraph.WriteValue(local));
    }

    [Theory]
    [InlineData(15, 15)]
    [InlineData(16, 15)]
    [InlineData(17, 15)]
    [InlineData(17, 16)]
    [InlineData(16, 1)]
    [InlineData(65_536, 65_535)]
    [InlineData(65_537, 65_536)]
    [InlineData(65_540, 15)]
    public void Interop_a_set_that_loses_duplicates_has_the_header_of_the_rest(int items, int distinct)
    {
        object?[] all = [.. Enumerable.Range(0, items).Select(i => (object?)(distinct - 1 - (i % distinct)))];
        object?[] sorted = [.. Enumerable.Range(0, distinct).Cast<object?>()];
        byte[] written = InteropGraph.WriteArguments("before", new SetOf(all), "after");
        byte[] expected = CanonicalEncoder.OfArguments("before", new SetOf(sorted), "after");
        Assert.True(expected.AsSpan().SequenceEqual(written));
        object?[] read = Assert.IsType<object?[]>(CanonicalDecoder.Decode(written));
        Assert.Equal(distinct, Assert.IsType<object?[]>(read[1]).Length);
    }

    [Theory]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(255)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    public void Interop_headers_are_the_shortest(int count)
    {
        object?[] items = new object?[count];
        Table map = new(
            true, Enumerable.Range(0, count).Reverse().Select(i => new KeyValuePair<object, object?>($"n{i}", i)));
        foreach (object value in
            (object[])[items, map, new byte[count], new string('x', count), new string('é', count / 2)])
        {
            Assert.True(CanonicalEncoder.OfValue(value).AsSpan().SequenceEqual(InteropGraph.WriteValue(value)));
            Assert.True(CanonicalEncoder.OfArguments(value).AsSpan().SequenceEqual(InteropGraph.WriteArguments(value)));
        }
    }

    [Fact]
    public void Interop_nested_maps_and_sets_are_sorted()
    {
        Table inner = CanonicalModel.Map(
            ("z", 1), ("y", CanonicalModel.Map(("b", 1), ("a", new SetOf(3, 3, 1)))), ("", 0));
        Table outer = CanonicalModel.Map(
            ("\uFF61", inner), ("\U00010000", inner), ("\uE000", new SetOf(inner, inner)), ("~", 1));
        object?[] arguments = [outer, new SetOf(outer, new SetOf("b", "a", "b"), outer), inner];
        Assert.Equal(CanonicalEncoder.OfArguments(arguments), InteropGraph.WriteArguments(arguments));
    }

    [Fact]
    public void Interop_the_empty_name_and_names_that_differ_by_case_are_names()
    {
        Table map = CanonicalModel.Map(("a", 1), ("A", 2), ("", 3));
        Assert.Equal("83a003a14102a16101", Convert.ToHexStringLower(InteropGraph.WriteValue(map)));
        Bag bag = new([], [new("b", 1), new("a", 2)]);
        Assert.Equal("82a16102a16201", Convert.ToHexStringLower(InteropGraph.WriteValue(bag)));
    }

    /// <summary>Records of one kind have the same names, whose bytes are copied from one to the next.</summary>
    [Fact]
    public void Interop_repeated_names_match_the_reference_encoder()
    {
        Random random = new(20301203);
        string[] names =
            ["a", "b", "c", "d", "", "\u00E9", new string('n', 31), new string('n', 32), new string('n', 300)];
        for (int round = 0; round < 2000; round++)
        {
            object?[] records = [.. Enumerable.Range(0, random.Next(2, 8)).Select(_ => Record(random, names, 3))];
            Assert.Equal(CanonicalEncoder.OfArguments(records), InteropGraph.WriteArguments(records));
        }
    }

    private static object? Record(Random random, string[] names, int depth)
    {
        int count = random.Next(0, 4);
        object? Next() => depth > 0 && random.Next(3) == 0 ? Record(random, names, depth - 1) : random.Next(300);

        return random.Next(8) switch
        {
            0 => new SetOf([.. Enumerable.Range(0, count).Select(_ => Next())]),
            1 => new object?[] { Next(), Next() },
            2 => new Table(true, names.OrderBy(_ => random.Next()).Take(count).Select(PairOf)),
            _ => new Table(true, names.Skip(random.Next(3)).Take(count).Select(PairOf)),
        };

        KeyValuePair<object, object?> PairOf(string name) => new(name, Next());
    }

    [Theory]
    [InlineData("z", "y")]
    [InlineData("a", "y")]
    public void Interop_a_name_first_seen_elsewhere_is_compared_with_the_one_before_it(string before, string name)
    {
        object?[] records =
        [
            CanonicalModel.Map((before, CanonicalModel.Map((name, 1)))), CanonicalModel.Map((before, 1), (name, 2)),
            CanonicalModel.Map((before, 1), (name, 2)), CanonicalModel.Map(("zz", 1), (name, 2)),
        ];
        Assert.Equal(CanonicalEncoder.OfValue(records), InteropGraph.WriteValue(records));
    }

    [Fact]
    public void Interop_a_name_seen_before_is_still_rejected_when_repeated()
    {
        string name = "a";
        Table once = CanonicalModel.Map((name, 1));
        Table twice = CanonicalModel.Map((name, 1), (name, 2));
        Assert.Throws<InteropModelException>(() => InteropGraph.WriteValue(new object?[] { once, once, twice }));
        Assert.Throws<InteropModelException>(() => InteropGraph.WriteValue(
            new object?[] { CanonicalModel.Map((name, once)), CanonicalModel.Map((name, once)), twice }));
    }

    [Fact]
    public void Interop_an_empty_map_is_a_map() =>
        Assert.Equal(
            "9280a0", Convert.ToHexStringLower(InteropGraph.WriteValue(new object?[] { CanonicalModel.Map(), "" })));

    [Theory]
    [InlineData("a", "a")]
    [InlineData("a", "b", "a")]
    [InlineData("b", "a", "b")]
    [InlineData("c", "a", "b", "a")]
    [InlineData("", "")]
    public void Interop_a_repeated_name_is_rejected(params string[] names)
    {
        Table map = new(true, names.Select(name => new KeyValuePair<object, object?>(name, 1)));
        foreach (Action write in (Action[])
            [() => InteropGraph.WriteValue(map), () => InteropGraph.WriteArguments(1, new SetOf(map))])
        {
            InteropModelException exception = Assert.Throws<InteropModelException>(write);
            Assert.Equal(ErrorIds.ValueTypeUnsupported, exception.ErrorId);
            Assert.Equal("a map has the same name twice", exception.Problem);
        }
    }

    public static TheoryData<object> NoNames =>
        [
            1, true, 1.5, new byte[] { 1 }, new object?[] { "a" }, CanonicalModel.Map(("a", 1)), DateTime.UnixEpoch,
            Guid.Empty,
        ];

    [Theory]
    [MemberData(nameof(NoNames))]
    public void Interop_a_key_that_is_not_text_is_rejected(object key)
    {
        Table map = CanonicalModel.Map(("a", 1), (key, 2));
        Assert.Throws<InteropModelException>(() => InteropGraph.WriteValue(map));
        Assert.Throws<InteropModelException>(() => InteropGraph.WriteArguments(map));
    }

    [Theory]
    [InlineData('\uD800')]
    [InlineData('\uDFFF')]
    public void Interop_an_ill_formed_name_is_rejected(char half)
    {
        string name = $"a{half}";
        Assert.Throws<NotSupportedException>(() => InteropGraph.WriteValue(CanonicalModel.Map((name, 1))));
        Assert.Throws<InteropModelException>(() => InteropGraph.WriteValue(new Bag([], [new(name, 1)])));
    }

    [Fact]
    public void Interop_a_null_key_is_rejected()
    {
        using SensitiveBuffer buffer = SensitiveBuffer.Rent();
        InteropValueWriter writer = new(buffer);
        writer.TryBeginDictionary(new(ValueKind.Hashtable, true, typeof(object), typeof(object)), 1);
        Assert.Throws<InteropModelException>(writer.WriteNull);
    }

    [Fact]
    public void Interop_sorting_leaves_no_plaintext_behind()
    {
        using SensitiveBuffer buffer = SensitiveBuffer.Rent();
        InteropArgumentWriter writer = new(buffer);
        writer.BeginArguments(1);
        writer.TryBeginList(ValueKind.Set, typeof(object), 3);
        for (int i = 0; i < 3; i++)
        {
            writer.TryWriteScalar("secret");
        }

        Assert.Equal("9191a6736563726574", Convert.ToHexStringLower(buffer.WrittenSpan));
        Assert.Equal(-1, buffer.GetSpan(1)[..20].IndexOfAnyExcept((byte)0));
    }
}
