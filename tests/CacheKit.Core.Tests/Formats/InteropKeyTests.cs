using CacheKit.Core.Formats;
using Xunit;

namespace CacheKit.Core.Tests.Formats;

/// <summary>PROTOCOL section 7.1: names are taken as they are or not at all.</summary>
public sealed class InteropKeyTests
{
    private const string HashOfNothing = "8064bf5f945dba521b017bb3f32b31a293a6e16944838d171ea9e77fab085e8e";

    public static TheoryData<string> Segments =>
    [
        "a", "0", "users", "a.b", "a-b", "a_b", "a.", "a-", "a_", "9.9", "nsx", "ns.", "ns-api", "nsapi2", "xns",
        new string('a', 64), "a" + new string('.', 1) + new string('b', 62),
    ];

    public static TheoryData<string> NoSegments =>
    [
        "", " ", ".", "-", "_", ".a", "-a", "_a", "a..b", "a..", "A", "users\n", "\nusers", "us ers", "users ",
        "us:ers",
        "us/ers", "us\0ers", "üsers", "a\u0661", "\uFF10", "a\u017F", "a\u212A", "\u0131", "us*ers", "us%65rs",
        new string('a', 65), "A" + new string('a', 63), "a" + new string('b', 63) + "\n",
    ];

    [Theory]
    [MemberData(nameof(Segments))]
    public void Interop_valid_names_are_accepted(string name)
    {
        Assert.True(InteropKey.IsNamespace(name));
        Assert.True(InteropKey.IsOperation(name));
        string key = InteropKey.Compute(name, name, [0x90]);
        Assert.Equal($"{name}:{name}:{HashOfNothing}", key);
        Assert.True(InteropKey.IsKey(key));
    }

    [Theory]
    [MemberData(nameof(NoSegments))]
    public void Interop_invalid_names_are_rejected(string name)
    {
        Assert.False(InteropKey.IsNamespace(name));
        Assert.False(InteropKey.IsOperation(name));
        Assert.Throws<ArgumentException>(() => InteropKey.Compute(name, "op", [0x90]));
        Assert.Throws<ArgumentException>(() => InteropKey.Compute("users", name, [0x90]));
        Assert.False(InteropKey.IsKey($"{name}:op:{HashOfNothing}"));
        Assert.False(InteropKey.IsKey($"users:{name}:{HashOfNothing}"));
    }

    [Theory]
    [InlineData("ns")]
    [InlineData("nsapi")]
    public void Interop_two_names_are_reserved_for_namespaces_alone(string name)
    {
        Assert.False(InteropKey.IsNamespace(name));
        Assert.True(InteropKey.IsOperation(name));
        Assert.Throws<ArgumentException>(() => InteropKey.Compute(name, "op", [0x90]));
        Assert.Equal($"users:{name}:{HashOfNothing}", InteropKey.Compute("users", name, [0x90]));
        Assert.False(InteropKey.IsKey($"{name}:op:{HashOfNothing}"));
    }

    [Fact]
    public void Interop_the_longest_key_has_194_characters() => Assert.Equal(
        194, InteropKey.Compute(new string('a', 64), new string('b', 64), [0x90]).Length);

    [Theory]
    [InlineData("")]
    [InlineData("users")]
    [InlineData("users:op")]
    [InlineData("users:op:")]
    [InlineData("users:op:" + HashOfNothing + ":")]
    [InlineData("ck:users:op:" + HashOfNothing)]
    [InlineData("users:op:" + HashOfNothing + "\n")]
    [InlineData("users:op:" + HashOfNothing + "0")]
    [InlineData("users:op:8064bf5f945dba521b017bb3f32b31a293a6e16944838d171ea9e77fab085e8")]
    [InlineData("users:op:8064BF5F945DBA521B017BB3F32B31A293A6E16944838D171EA9E77FAB085E8E")]
    [InlineData("users:op:8064bf5f945dba521b017bb3f32b31a293a6e16944838d171ea9e77fab085e\u0661e")]
    public void Interop_malformed_keys_are_rejected(string key) => Assert.False(InteropKey.IsKey(key));
}
