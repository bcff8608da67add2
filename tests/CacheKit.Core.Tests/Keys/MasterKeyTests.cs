using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Keys;

public sealed class MasterKeyTests
{
    private const string Good = "007f80ffa55ac33c1ee12dd24bb469968778f00f01102332455467768998abba";

    public static TheoryData<string> RejectedHex =>
    [
        .. EncryptionVectors.All.MasterKeyHexReject.Select(row => row.Value),
        Good[..63],
        Good + "00",
        Good[..62],
        "0x" + Good,
        "0x" + Good[2..],
        " " + Good[..63],
        Good[..63] + " ",
        Good + " ",
        Good + "\n",
        Good[..63] + "\n",
        Good[..31] + " " + Good[32..],
        Good[..31] + "-" + Good[32..],
        Good[..63] + "G",
        Good[..63] + "\0",
        // Digits to Unicode, not to us: fullwidth, Arabic-Indic, and a fullwidth letter.
        Good[..63] + "\uFF10",
        Good[..63] + "\u0660",
        "\uFF21" + Good[1..],
        Good[..62] + "\uD835\uDFCE",
        "/" + Good[1..],
        ":" + Good[1..],
        "@" + Good[1..],
        "`" + Good[1..],
        new string('z', 64),
        "hunter2 hunter2 hunter2",
    ];

    public static TheoryData<string> RejectedBytes =>
    [
        .. EncryptionVectors.All.RawKeyReject.Select(row => row.Hex),
        "",
        Good + "00",
    ];

    [Fact]
    public void MasterKey_all_rejected_rows_of_the_vectors_are_there()
    {
        Assert.Equal(6, EncryptionVectors.All.MasterKeyHexReject.Count);
        Assert.Equal(3, EncryptionVectors.All.RawKeyReject.Count);
    }

    [Fact]
    public void MasterKey_digits_of_either_case_are_a_key_in_lower_case()
    {
        using MasterKey lower = MasterKey.FromHex(Good, "x");
        using MasterKey upper = MasterKey.FromHex(Good.ToUpperInvariant(), "x");
        Assert.Equal(Good, TestKeys.HexOf(lower));
        Assert.Equal(Good, TestKeys.HexOf(upper));
        Assert.True(lower.HasSameBytes(upper));
        Assert.Equal(Convert.FromHexString(Good), lower.Bytes.ToArray());
    }

    [Theory]
    [MemberData(nameof(RejectedHex))]
    public void MasterKey_any_other_text_is_rejected_without_quoting_it(string digits)
    {
        CacheKitException failure = Assert.Throws<CacheKitException>(() => MasterKey.FromHex(digits, "THE_SOURCE"));
        Assert.Equal(ErrorIds.MasterKeyInvalid, failure.ErrorId);
        Assert.StartsWith("THE_SOURCE ", failure.Message, StringComparison.Ordinal);
        Assert.Contains("New-CacheKitMasterKey", failure.RecommendedAction, StringComparison.Ordinal);
        AssertTellsNothing(digits, failure);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(" \t\r\n")]
    [InlineData("                                                                ")]
    [InlineData(null)]
    public void MasterKey_blank_text_is_rejected_as_blank(string? digits)
    {
        CacheKitException failure = Assert.Throws<CacheKitException>(() => MasterKey.FromHex(digits, "THE_SOURCE"));
        Assert.Equal(ErrorIds.MasterKeyInvalid, failure.ErrorId);
        Assert.Contains("is blank", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(66)]
    [InlineData(1000)]
    public void MasterKey_the_message_gives_the_length(int length)
    {
        CacheKitException failure = Assert.Throws<CacheKitException>(
            () => MasterKey.FromHex(new string('a', length), "x"));
        Assert.Contains($"has {length} characters", failure.Message, StringComparison.Ordinal);
        Assert.Contains("64 hexadecimal digits", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MasterKey_the_message_gives_the_position_of_a_wrong_digit()
    {
        for (int i = 0; i < Good.Length; i++)
        {
            string digits = $"{Good[..i]}g{Good[(i + 1)..]}";
            CacheKitException failure = Assert.Throws<CacheKitException>(() => MasterKey.FromHex(digits, "x"));
            Assert.EndsWith($"at position {i + 1} of 64.", failure.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(RejectedBytes))]
    public void MasterKey_raw_bytes_of_another_length_are_rejected(string hex)
    {
        byte[] bytes = Convert.FromHexString(hex);
        CacheKitException failure = Assert.Throws<CacheKitException>(() => MasterKey.FromBytes(bytes, "THE_SOURCE"));
        Assert.Equal(ErrorIds.MasterKeyInvalid, failure.ErrorId);
        Assert.StartsWith($"THE_SOURCE has {bytes.Length} bytes", failure.Message, StringComparison.Ordinal);
        AssertTellsNothing(hex, failure);
    }

    [Fact]
    public void MasterKey_raw_bytes_are_copied()
    {
        byte[] bytes = Convert.FromHexString(Good);
        using MasterKey key = MasterKey.FromBytes(bytes, "x");
        bytes.AsSpan().Clear();
        Assert.Equal(Good, TestKeys.HexOf(key));
    }

    [Fact]
    public void MasterKey_generated_keys_all_differ()
    {
        string[] keys = [.. Enumerable.Range(0, 200).Select(_ =>
        {
            using MasterKey key = MasterKey.Generate();
            return TestKeys.HexOf(key);
        })];
        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.DoesNotContain(new string('0', 64), keys);
    }

    [Fact]
    public void MasterKey_a_generated_key_is_read_back()
    {
        using MasterKey key = MasterKey.Generate();
        using MasterKey copy = MasterKey.FromHex(TestKeys.HexOf(key), "x");
        Assert.True(copy.HasSameBytes(key));
    }

    [Fact]
    public void MasterKey_a_disposed_key_reveals_nothing()
    {
        MasterKey key = MasterKey.FromHex(Good, "x");
        key.Dispose();
        key.Dispose();
        Assert.Throws<ObjectDisposedException>(() => TestKeys.HexOf(key));
        Assert.Throws<ObjectDisposedException>(() => key.Bytes.ToArray());
        using MasterKey other = MasterKey.FromHex(Good, "x");
        Assert.Throws<ObjectDisposedException>(() => other.HasSameBytes(key));
        Assert.Throws<ObjectDisposedException>(() => new TenantKeys(key, "t"));
    }

    [Fact]
    public void MasterKey_its_text_is_redacted()
    {
        using MasterKey key = MasterKey.FromHex(Good, "x");
        Assert.Equal("master key (redacted)", key.ToString());
    }

    /// <summary>No four characters of the content in a row stand in what the user is shown.</summary>
    private static void AssertTellsNothing(string content, CacheKitException failure)
    {
        string shown = $"{failure.Message} {failure.RecommendedAction} {failure}";
        for (int i = 0; i + 4 <= content.Length; i++)
        {
            string part = content.Substring(i, 4);
            Assert.False(shown.Contains(part, StringComparison.OrdinalIgnoreCase), $"The message holds '{part}'.");
        }

        Assert.Null(failure.InnerException);
    }
}
