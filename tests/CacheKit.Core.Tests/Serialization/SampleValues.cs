using System.Collections;
using System.Numerics;
using System.Security;
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
        0f, -0f, 1.1f, float.MinValue, float.MaxValue, float.Epsilon, float.NaN, float.PositiveInfinity, float.NegativeInfinity,
        0d, -0d, 0.1, Math.PI, double.MinValue, double.MaxValue, double.Epsilon, double.NaN, double.PositiveInfinity,
        double.NegativeInfinity, BitConverter.Int64BitsToDouble(0x7FF8_0000_0000_1234),
        0m, 0.00m, decimal.Negate(0m), 1.10m, decimal.MinValue, decimal.MaxValue, 1e-28m, -79228162514.264337593543950335m,
        BigInteger.Zero, BigInteger.One, BigInteger.MinusOne, new BigInteger(127), new BigInteger(128), new BigInteger(-129),
        BigInteger.Pow(2, 64), -BigInteger.Pow(3, 5000),
        'a', '\0', '\uFFFF', '\uD800', 'é',
    ];

    public static IReadOnlyList<object?> Texts { get; } =
    [
        "", "a", " ", "é", "e\u0301", "\0", "\r\n", "\uFEFF", "\uFFFD", "\uFFFE", "\U0001F511", "👩‍👩‍👧", "ключ", "鍵",
        "\uD800", "\uDC00", "a\uD800b", "\uDC00\uD800", "\U0001F511\uD83D",
        new string('x', 31), new string('x', 32), new string('x', 255), new string('x', 256), new string('x', 65_535),
        new string('ß', 65_536), new string('\uDFFF', 40_000),
        ValueText.Secret(""), ValueText.Secret("p"), ValueText.Secret("pässwörd \U0001F511"), ValueText.Secret("\uD800\0"),
        ValueText.Secret(new string('s', 65_536)),
    ];

    public static IReadOnlyList<object?> Others { get; } =
    [
        DateTime.MinValue, DateTime.MaxValue, new DateTime(2024, 2, 29, 12, 34, 56, 789, DateTimeKind.Unspecified).AddTicks(7),
        new DateTime(2024, 2, 29, 1, 2, 3, DateTimeKind.Utc), new DateTime(2024, 2, 29, 1, 2, 3, DateTimeKind.Local),
        DateTime.SpecifyKind(DateTime.MinValue, DateTimeKind.Utc), DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Local),
        DateTimeOffset.MinValue, DateTimeOffset.MaxValue, DateTimeOffset.UnixEpoch,
        new DateTimeOffset(2024, 2, 29, 1, 2, 3, TimeSpan.FromHours(14)), new DateTimeOffset(2024, 2, 29, 1, 2, 3, TimeSpan.FromHours(-14)),
        new DateTimeOffset(2024, 2, 29, 1, 2, 3, TimeSpan.FromMinutes(345)), new DateTimeOffset(2024, 2, 29, 1, 2, 3, TimeSpan.FromMinutes(-1)),
        TimeSpan.Zero, TimeSpan.MinValue, TimeSpan.MaxValue, new TimeSpan(-1),
        DateOnly.MinValue, DateOnly.MaxValue, new DateOnly(2024, 2, 29),
        TimeOnly.MinValue, TimeOnly.MaxValue, new TimeOnly(12, 34, 56),
        Guid.Empty, Guid.AllBitsSet, Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"),
        new Version(1, 2), new Version(1, 2, 3), new Version(1, 2, 3, 4), new Version(int.MaxValue, 0, int.MaxValue, int.MaxValue),
        new Uri("https://user@example.org:8443/a%20b/ä?q=1#f"), new Uri("a/b?c", UriKind.Relative), new Uri("", UriKind.Relative),
        new Uri("/a/b", UriKind.Relative), new Uri("/a/b", UriKind.RelativeOrAbsolute), new Uri("//a/b", UriKind.Relative),
        new Uri("mailto:a@example.org"), new Uri("file:///tmp/x y"), new Uri(new Uri("http://a/b/c"), "../d?x=%20 y"),
        Array.Empty<byte>(), new byte[] { 0, 255 }, new byte[300], new byte[70_000],
    ];

    public static IReadOnlyList<object?> Composites { get; } =
    [
        Array.Empty<object>(), new object?[] { null }, new object?[] { 1, "a", null, 2.5 }, new object[] { Array.Empty<object>() },
        new object?[] { new object?[] { new object?[] { 1 }, null } }, Enumerable.Range(0, 70_000).Cast<object?>().ToArray(),
        new List<object?>(), new List<object?> { 1, null, new List<object?> { "x" } },
        new ArrayList(), new ArrayList { 1, null, new ArrayList { (byte)1 } },
        new Table(false, []), new Table(true, []), new Table(false, [Pair("a", 1), Pair(2, null), Pair(3L, "x")]),
        new Table(true, [Pair("a", 1), Pair("A", 2)]), new Table(false, Enumerable.Range(0, 70_000).Select(i => Pair(i, i))),
        new OrderedTable(false, []), new OrderedTable(true, []), new OrderedTable(false, [Pair("z", 1), Pair("a", new Table(true, []))]),
        new OrderedTable(true, [Pair("a", 1), Pair("A", 2)]),
        new Bag([], []), new Bag([], [new("Name", "x"), new("", null), new("\uD800", 1)]),
        new Bag(["Deserialized.Some.Type", "System.Object"], [new("Name", "x"), new("Inner", new Bag([], [new("a", 1)]))]),
        new Bag(["\uD800"], []), new Bag([.. Enumerable.Repeat("T", 40)], []),
        new Credential("user", ValueText.Secret("pass")), new Credential("domain\\üser", ValueText.Secret("")),
        new object?[] { new Credential("u", ValueText.Secret("p")), new Table(false, [Pair("c", new Credential("v", ValueText.Secret("q")))]) },
        new SecureString[] { ValueText.Secret("a"), ValueText.Secret("b") },
        new string?[] { "a", null, "\uD800" }, new Uri?[] { new("a", UriKind.Relative), null }, new Version?[] { null },
        new bool[] { true, false }, new int[] { 1, int.MinValue }, Array.Empty<int>(), new long[] { 1, long.MaxValue },
        new sbyte[] { -1 }, new short[] { -1, 1 }, new ushort[] { 1 }, new uint[] { uint.MaxValue }, new ulong[] { ulong.MaxValue },
        new float[] { float.NaN }, new double[] { -0d, 1 }, new decimal[] { 1.0m }, new char[] { 'a', '\uD800' },
        new BigInteger[] { 5 }, new DateTime[] { DateTime.MaxValue }, new DateTimeOffset[] { DateTimeOffset.MinValue },
        new TimeSpan[] { TimeSpan.MinValue }, new DateOnly[] { DateOnly.MaxValue }, new TimeOnly[] { TimeOnly.MaxValue },
        new Guid[] { Guid.AllBitsSet }, new object?[] { new int[] { 1 }, new byte[] { 1 }, new string[] { "a" } },
    ];

    public static IReadOnlyList<object?> All { get; } = [.. Scalars, .. Texts, .. Others, .. Composites];

    private static KeyValuePair<object, object?> Pair(object key, object? value) => new(key, value);
}
