using System.Collections;
using System.Numerics;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Serialization;

/// <summary>
/// The bytes of the format, by hand. Entries outlive the version that wrote them: what stands here once never changes.
/// </summary>
public sealed class NativeValueFormatTests
{
    private static readonly (object? Value, string Hex)[] s_forms =
    [
        (null, "c0"), (false, "c2"), (true, "c3"),
        (5, "05"), (-1, "ff"), (200, "ccc8"), (-200, "d1ff38"), (int.MaxValue, "ce7fffffff"),
        (int.MinValue, "d280000000"),
        (1f, "ca3f800000"), (1d, "cb3ff0000000000000"), ("é", "a2c3a9"), (new byte[] { 1, 2 }, "c4020102"),
        ((sbyte)-2, "d401fe"), ((byte)2, "d40202"), ((short)-2, "d503fffe"), ((ushort)2, "d5040002"),
        (2u, "d60500000002"),
        (-2L, "d706fffffffffffffffe"), (2ul, "d7070000000000000002"), ('a', "d5080061"),
        (-1.50m, "d80900000096000000000000000080020000"), (new BigInteger(-256), "d50aff00"),
        (new DateTime(0x0102030405060708, DateTimeKind.Utc), "c7090b010203040506070801"),
        (new DateTimeOffset(0x0102030405060708, TimeSpan.FromMinutes(-90)), "c70a0c0102030405060708ffa6"),
        (new TimeSpan(-2), "d70dfffffffffffffffe"),
        (Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"), "d80e00112233445566778899aabbccddeeff"),
        (new Uri("a/b", UriKind.Relative), "c7030f612f62"), (new Version(1, 2), "c70310312e32"),
        (new DateOnly(1, 1, 2), "d61100000001"), (new TimeOnly(258), "d7120000000000000102"),
        ("\uD800", "d51300d8"), (ValueText.Secret("p"), "d5147000"), (ValueText.Secret(""), "c70014"),
        (Array.Empty<object>(), "90"), (new object?[] { 1, null }, "9201c0"), (new int[] { 1 }, "92d4401601"),
        (new string[] { "a" }, "92d44019a161"), (new bool[] { true }, "92d44015c3"),
        (new float[] { 1 }, "92d44017ca3f800000"), (new double[] { 1 }, "92d44018cb3ff0000000000000"),
        (Array.Empty<byte>(), "c400"),
        (new List<object?> { 1 }, "92d4410001"), (new ArrayList { 1 }, "92d4420001"),
        (new Table(false, [new(1, 2)]), "810102"), (new Table(true, [new(1, 2)]), "93d443000102"),
        (new OrderedTable(false, [new(1, 2)]), "93d444000102"), (new OrderedTable(true, [new(1, 2)]), "93d444010102"),
        (new Bag([], [new("a", 1)]), "94d44500c0a16101"), (new Bag(["T"], []), "92d4450091a154"),
        (new Credential("u", ValueText.Secret("p")), "93d44600a175d5147000"),
    ];

    public static TheoryData<int> Forms => new(Enumerable.Range(0, s_forms.Length));

    [Theory]
    [MemberData(nameof(Forms))]
    public void Value_always_has_the_same_bytes(int form)
    {
        (object? value, string hex) = s_forms[form];
        Assert.Equal("91" + hex, Convert.ToHexStringLower(ValueGraph.Write(value)));
        Assert.Equal(ValueText.Of(value), ValueText.Of(ValueGraph.Read(Convert.FromHexString("91" + hex))[0]));
    }

    [Theory]
    [InlineData("c802580a", 600, "BigInteger")]
    [InlineData("da0258", 600, "String")]
    [InlineData("c50258", 600, "Byte[]")]
    public void Value_longer_values_have_longer_headers(string header, int length, string type)
    {
        object? value = ValueGraph.Read(
            [0x91, .. Convert.FromHexString(header), .. Enumerable.Repeat((byte)0x41, length)])[0];
        Assert.Equal(type, value!.GetType().Name);
        Assert.Equal(1 + (header.Length / 2) + length, ValueGraph.Write(value).Length);
    }
}
