using System.Collections;
using System.Net;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Security;
using System.Xml;
using CacheKit.Core.Tests.Support;

namespace CacheKit.Core.Tests.Serialization;

/// <summary>Values of every type that the native format has, with their extremes.</summary>
internal static class SampleValues
{
    public static IReadOnlyList<object?> Scalars { get; } =
    [
        null, true, false,
        0, 1, -1, 127, 128, 255, 256, -32, -33, -128, -129, 65_535, 65_536, int.MaxValue, int.MinValue,
        0L, -1L, 42L, long.MaxValue, long.MinValue,
        byte.MinValue, byte.MaxValue, sbyte.MinValue, (sbyte)-1, (sbyte)0, sbyte.MaxValue,
        short.MinValue, (short)0, short.MaxValue, ushort.MinValue, ushort.MaxValue,
        uint.MinValue, uint.MaxValue, ulong.MinValue, ulong.MaxValue,
        0f, -0f, 1.1f, float.MinValue, float.MaxValue, float.Epsilon, float.NaN, float.PositiveInfinity,
        float.NegativeInfinity,
        0d, -0d, 0.1, Math.PI, double.MinValue, double.MaxValue, double.Epsilon, double.NaN, double.PositiveInfinity,
        double.NegativeInfinity, BitConverter.Int64BitsToDouble(0x7FF8_0000_0000_1234),
        0m, 0.00m, decimal.Negate(0m), 1.10m, decimal.MinValue, decimal.MaxValue, 1e-28m,
        -79228162514.264337593543950335m,
        BigInteger.Zero, BigInteger.One, BigInteger.MinusOne, new BigInteger(127), new BigInteger(128),
        new BigInteger(-129),
        BigInteger.Pow(2, 64), -BigInteger.Pow(3, 5000),
        (nint)0, nint.MinValue, nint.MaxValue, (nuint)0, nuint.MaxValue, Half.Zero, Half.NegativeZero, Half.NaN,
        Half.MaxValue,
        Half.Epsilon, Int128.Zero, Int128.MinValue, Int128.MaxValue, UInt128.MinValue, UInt128.MaxValue, DBNull.Value,
        'a', '\0', '\uFFFF', '\uD800', 'é',
    ];

    public static IReadOnlyList<object?> Texts { get; } =
    [
        "", "a", " ", "é", "e\u0301", "\0", "\r\n", "\uFEFF", "\uFFFD", "\uFFFE", "\U0001F511", "👩‍👩‍👧",
        "ключ", "鍵",
        "\uD800", "\uDC00", "a\uD800b", "\uDC00\uD800", "\U0001F511\uD83D",
        new string('x', 31), new string('x', 32), new string('x', 255), new string('x', 256), new string('x', 65_535),
        new string('ß', 65_536), new string('\uDFFF', 40_000),
        ValueText.Secret(""), ValueText.Secret("p"), ValueText.Secret("pässwörd \U0001F511"),
        ValueText.Secret("\uD800\0"),
        ValueText.Secret(new string('s', 65_536)),
    ];

    public static IReadOnlyList<object?> Others { get; } =
    [
        DateTime.MinValue, DateTime.MaxValue,
        new DateTime(2024, 2, 29, 12, 34, 56, 789, DateTimeKind.Unspecified).AddTicks(7),
        new DateTime(2024, 2, 29, 1, 2, 3, DateTimeKind.Utc), new DateTime(2024, 2, 29, 1, 2, 3, DateTimeKind.Local),
        DateTime.SpecifyKind(DateTime.MinValue, DateTimeKind.Utc),
        DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Local),
        DateTimeOffset.MinValue, DateTimeOffset.MaxValue, DateTimeOffset.UnixEpoch,
        new DateTimeOffset(2024, 2, 29, 1, 2, 3, TimeSpan.FromHours(14)),
        new DateTimeOffset(2024, 2, 29, 1, 2, 3, TimeSpan.FromHours(-14)),
        new DateTimeOffset(2024, 2, 29, 1, 2, 3, TimeSpan.FromMinutes(345)),
        new DateTimeOffset(2024, 2, 29, 1, 2, 3, TimeSpan.FromMinutes(-1)),
        TimeSpan.Zero, TimeSpan.MinValue, TimeSpan.MaxValue, new TimeSpan(-1),
        DateOnly.MinValue, DateOnly.MaxValue, new DateOnly(2024, 2, 29),
        TimeOnly.MinValue, TimeOnly.MaxValue, new TimeOnly(12, 34, 56),
        Guid.Empty, Guid.AllBitsSet, Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"),
        new Version(1, 2), new Version(1, 2, 3), new Version(1, 2, 3, 4),
        new Version(int.MaxValue, 0, int.MaxValue, int.MaxValue),
        new Uri("https://user@example.org:8443/a%20b/ä?q=1#f"), new Uri("a/b?c", UriKind.Relative),
        new Uri("", UriKind.Relative),
        new Uri("/a/b", UriKind.Relative), new Uri("/a/b", UriKind.RelativeOrAbsolute),
        new Uri("//a/b", UriKind.Relative),
        new Uri("mailto:a@example.org"), new Uri("file:///tmp/x y"), new Uri(new Uri("http://a/b/c"), "../d?x=%20 y"),
        IPAddress.Any, IPAddress.Broadcast, new IPAddress(0x0100007F), IPAddress.IPv6Loopback,
        IPAddress.Parse("fe80::1%7"),
        new IPAddress(IPAddress.IPv6Any.GetAddressBytes(), uint.MaxValue), IPAddress.Parse("::ffff:10.0.0.1"),
        RepeatedHour(), new XmlDocument(), Xml("<a/>", false), Xml("<a> <b x='1'>é</b>\r\n</a>", true),
        Xml("<a> <b x='1'>t</b>\n</a>", false),
        Xml("<?xml version='1.0'?><!DOCTYPE a [<!ENTITY e 'v'>]><!--c--><a>&e;</a>", true),
        Array.Empty<byte>(), new byte[] { 0, 255 }, new byte[300], new byte[70_000],
    ];

    public static IReadOnlyList<object?> Composites { get; } =
    [
        Array.Empty<object>(), new object?[] { null }, new object?[] { 1, "a", null, 2.5 },
        new object[] { Array.Empty<object>() },
        new object?[] { new object?[] { new object?[] { 1 }, null } },
        Enumerable.Range(0, 70_000).Cast<object?>().ToArray(),
        new List<object?>(), new List<object?> { 1, null, new List<object?> { "x" } },
        new ArrayList(), new ArrayList { 1, null, new ArrayList { (byte)1 } },
        new Table(false, []), new Table(true, []), new Table(false, [Pair("a", 1), Pair(2, null), Pair(3L, "x")]),
        new Table(true, [Pair("a", 1), Pair("A", 2)]),
        new Table(false, Enumerable.Range(0, 70_000).Select(i => Pair(i, i))),
        new OrderedTable(false, []), new OrderedTable(true, []),
        new OrderedTable(false, [Pair("z", 1), Pair("a", new Table(true, []))]),
        new OrderedTable(true, [Pair("a", 1), Pair("A", 2)]),
        new Bag([], []), new Bag([], [new("Name", "x"), new("", null), new("\uD800", 1)]),
        new Bag(
            ["Deserialized.Some.Type", "System.Object"], [new("Name", "x"), new("Inner", new Bag([], [new("a", 1)]))]),
        new Bag(["\uD800"], []), new Bag([.. Enumerable.Repeat("T", 40)], []),
        new Credential("user", ValueText.Secret("pass")), new Credential("domain\\üser", ValueText.Secret("")),
        new object?[]
        {
            new Credential("u", ValueText.Secret("p")),
            new Table(false, [Pair("c", new Credential("v", ValueText.Secret("q")))]),
        },
        new SecureString[] { ValueText.Secret("a"), ValueText.Secret("b") },
        new string?[] { "a", null, "\uD800" }, new Uri?[] { new("a", UriKind.Relative), null }, new Version?[] { null },
        new bool[] { true, false }, new int[] { 1, int.MinValue }, Array.Empty<int>(), new long[] { 1, long.MaxValue },
        new sbyte[] { -1 }, new short[] { -1, 1 }, new ushort[] { 1 }, new uint[] { uint.MaxValue },
        new ulong[] { ulong.MaxValue },
        new float[] { float.NaN }, new double[] { -0d, 1 }, new decimal[] { 1.0m }, new char[] { 'a', '\uD800' },
        new BigInteger[] { 5 }, new DateTime[] { DateTime.MaxValue }, new DateTimeOffset[] { DateTimeOffset.MinValue },
        new TimeSpan[] { TimeSpan.MinValue }, new DateOnly[] { DateOnly.MaxValue },
        new TimeOnly[] { TimeOnly.MaxValue },
        new nint[] { 1 }, new Half[] { Half.NaN }, new Int128[] { -1 }, new DBNull[] { DBNull.Value },
        new IPAddress?[] { null },
        new List<int> { 1, 2 }, new List<string?> { "a", null }, new List<DateTime>(), new HashSet<object> { 1, "a" },
        new HashSet<int> { 3, 1, 2 }, new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "a", "b" },
        new Typed(true, typeof(string), typeof(int), [Pair("a", 1), Pair("A", 2)]),
        new Typed(false, typeof(string), typeof(object), []),
        new Typed(true, typeof(Guid), typeof(Uri), [Pair(Guid.Empty, null)]),
        new Constant("System.DayOfWeek", 1, "Monday"), new Constant("Some.Flags", ulong.MaxValue, "A, B"),
        new Constant("T", (byte)7, "7"),
        new TypedText("System.Management.Automation.SemanticVersion", "1.2.3-a+b"),
        new Extended([], "line", [new("PSPath", "x"), new("ReadCount", 1L)]), new Extended(["My.Type"], 1, []),
        new Extended([], new Table(false, [Pair("a", 1)]), [new("Note", new Bag([], [new("a", 1)]))]),
        new Bag(["Deserialized.T"], [new("a", 1)], "its text"), new Bag([], [], ""), new Bag(["T"], [], "\uD800"),
        new Guid[] { Guid.AllBitsSet }, new object?[] { new int[] { 1 }, new byte[] { 1 }, new string[] { "a" } },
    ];

    public static IReadOnlyList<object?> All { get; } = [.. Scalars, .. Texts, .. Others, .. Composites];

    /// <summary>The second of the two hours that clocks show twice in autumn, as .NET marks it.</summary>
    private static DateTime RepeatedHour() =>
        Unsafe.BitCast<ulong, DateTime>((3UL << 62) | (ulong)new DateTime(2024, 10, 27, 2, 30, 0).Ticks);

    private static XmlDocument Xml(string text, bool preserve)
    {
        XmlDocument document = new() { PreserveWhitespace = preserve };
        document.LoadXml(text);
        return document;
    }

    private static KeyValuePair<object, object?> Pair(object key, object? value) => new(key, value);
}
