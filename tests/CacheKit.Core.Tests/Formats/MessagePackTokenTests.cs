using CacheKit.Core.Formats;
using MessagePack;
using Xunit;

namespace CacheKit.Core.Tests.Formats;

/// <summary>The heads of MessagePack values: each form there is, whole and cut off.</summary>
public sealed class MessagePackTokenTests
{
    [Theory]
    [InlineData("00", MessagePackType.Integer, 0)]
    [InlineData("7f", MessagePackType.Integer, 127)]
    [InlineData("e0", MessagePackType.Integer, -32)]
    [InlineData("ff", MessagePackType.Integer, -1)]
    [InlineData("ccff", MessagePackType.Integer, 255)]
    [InlineData("cdffff", MessagePackType.Integer, 65_535)]
    [InlineData("ceffffffff", MessagePackType.Integer, uint.MaxValue)]
    [InlineData("cf7fffffffffffffff", MessagePackType.Integer, long.MaxValue)]
    [InlineData("d080", MessagePackType.Integer, sbyte.MinValue)]
    [InlineData("d18000", MessagePackType.Integer, short.MinValue)]
    [InlineData("d280000000", MessagePackType.Integer, int.MinValue)]
    [InlineData("d38000000000000000", MessagePackType.Integer, long.MinValue)]
    [InlineData("d3ffffffffffffffff", MessagePackType.Integer, -1)]
    [InlineData("d30000000000000005", MessagePackType.Integer, 5)]
    [InlineData("c0", MessagePackType.Nil, 0)]
    [InlineData("c2", MessagePackType.Boolean, 0)]
    [InlineData("c3", MessagePackType.Boolean, 1)]
    [InlineData("ca3f800000", MessagePackType.Float, 0x3F80_0000)]
    [InlineData("cb3ff0000000000000", MessagePackType.Float, 0x3FF0_0000_0000_0000)]
    [InlineData("80", MessagePackType.Map, 0)]
    [InlineData("8f", MessagePackType.Map, 15)]
    [InlineData("deffff", MessagePackType.Map, 65_535)]
    [InlineData("dfffffffff", MessagePackType.Map, uint.MaxValue)]
    [InlineData("90", MessagePackType.Array, 0)]
    [InlineData("9f", MessagePackType.Array, 15)]
    [InlineData("dc0001", MessagePackType.Array, 1)]
    [InlineData("ddffffffff", MessagePackType.Array, uint.MaxValue)]
    [InlineData("a0", MessagePackType.String, 0)]
    [InlineData("bf", MessagePackType.String, 31)]
    [InlineData("d901", MessagePackType.String, 1)]
    [InlineData("da0001", MessagePackType.String, 1)]
    [InlineData("dbffffffff", MessagePackType.String, uint.MaxValue)]
    [InlineData("c4ff", MessagePackType.Binary, 255)]
    [InlineData("c50100", MessagePackType.Binary, 256)]
    [InlineData("c6ffffffff", MessagePackType.Binary, uint.MaxValue)]
    [InlineData("d47f", MessagePackType.Extension, 1)]
    [InlineData("d57f", MessagePackType.Extension, 2)]
    [InlineData("d67f", MessagePackType.Extension, 4)]
    [InlineData("d77f", MessagePackType.Extension, 8)]
    [InlineData("d87f", MessagePackType.Extension, 16)]
    [InlineData("c7007f", MessagePackType.Extension, 0)]
    [InlineData("c800107f", MessagePackType.Extension, 16)]
    [InlineData("c9ffffffff7f", MessagePackType.Extension, uint.MaxValue)]
    public void MessagePack_each_form_is_read_whole_or_not_at_all(string hex, MessagePackType type, long number)
    {
        byte[] bytes = Convert.FromHexString(hex);
        Assert.True(MessagePackToken.TryRead([.. bytes, 0xC1], out MessagePackToken token));
        Assert.Equal((type, bytes.Length, number), (token.Type, token.Size, unchecked((long)token.Number)));
        Assert.Equal(type == MessagePackType.Extension ? 0x7F : 0, token.ExtensionCode);
        Assert.Equal(type == MessagePackType.Integer, token.TryGetInteger(out _));
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.False(MessagePackToken.TryRead(bytes.AsSpan(0, length), out _));
        }
    }

    [Fact]
    public void MessagePack_the_unused_code_is_no_token() =>
        Assert.False(MessagePackToken.TryRead([0xC1, 0, 0, 0, 0, 0, 0, 0, 0], out _));

    [Theory]
    [InlineData("cf8000000000000000")]
    [InlineData("cfffffffffffffffff")]
    public void MessagePack_an_integer_that_long_does_not_hold_is_not_taken(string hex)
    {
        ReadOnlySpan<byte> bytes = Convert.FromHexString(hex);
        ReadOnlySpan<byte> rest = bytes;
        Assert.True(MessagePackToken.TryRead(bytes, out MessagePackToken token));
        Assert.False(token.TryGetInteger(out _));
        Assert.False(MessagePackToken.TryTakeInteger(ref rest, out _));
        Assert.True(rest == bytes);
    }

    [Theory]
    [InlineData("a2c3a9", true)]
    [InlineData("d902c3a9", true)]
    [InlineData("a2c3", false)]
    [InlineData("dbffffffffc3a9", false)]
    [InlineData("db80000000c3a9", false)]
    [InlineData("c402c3a9", false)]
    [InlineData("", false)]
    public void MessagePack_a_body_is_taken_when_all_of_it_is_there(string hex, bool expected)
    {
        ReadOnlySpan<byte> bytes = Convert.FromHexString(hex);
        ReadOnlySpan<byte> rest = bytes;
        bool isTaken = MessagePackToken.TryTakeBody(ref rest, MessagePackType.String, out ReadOnlySpan<byte> body);
        Assert.Equal(expected, isTaken);
        Assert.True(expected ? rest.IsEmpty : rest == bytes);
        Assert.Equal(expected ? "C3A9" : "", Convert.ToHexString(body));
    }
}
