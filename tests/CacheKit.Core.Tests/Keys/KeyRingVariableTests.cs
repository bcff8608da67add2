using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;
using CacheKit.Core.Tests.Support;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace CacheKit.Core.Tests.Keys;

/// <summary>
/// The variables that hold several keys (DESIGN section 6, PROTOCOL section 4). In the rows a digit or letter stands
/// for a key of its own (a letter for the same in either case), and <c>null</c> for a variable that is not set.
/// </summary>
public sealed class KeyRingVariableTests
{
    private const string Master = "CACHEKIT_MASTER_KEY";
    private const string Previous = "CACHEKIT_PREVIOUS_MASTER_KEYS";
    private const string Rotation = "CACHEKIT_MASTER_KEY_ROTATION";

    [Theory]
    [InlineData("1", null, null, Master, "1")]
    [InlineData("1", "2", null, Master, "12")]
    [InlineData("1", "2,3,4", null, Master, "1234")]
    [InlineData("1", " 4 ,\t3", null, Master, "143")]
    [InlineData("a", "B,c", null, Master, "abc")]
    [InlineData(null, null, "1", Rotation, "1")]
    [InlineData(null, null, "1,2,3,4", Rotation, "1234")]
    [InlineData("1", null, "2", Rotation, "21")]
    [InlineData("1", null, "2, 3, 4", Rotation, "2341")]
    public void KeyRing_variables_are_read_in_order(
        string? master, string? previous, string? rotation, string source, string keys)
    {
        CacheKitEnvironment environment = Environment(master, previous, rotation);
        Assert.Equal(source, KeyRingSource.Find(environment)!.Description);
        using KeyRing ring = KeyRingSource.ReadFirst(environment);
        AssertIs(keys, ring);
    }

    [Theory]
    [InlineData(
        "1", "2,1", null, "KeyRingInvalid", "Key 2 of CACHEKIT_PREVIOUS_MASTER_KEYS",
        "same key as CACHEKIT_MASTER_KEY")]
    [InlineData("a", "A", null, "KeyRingInvalid", "Key 1 of CACHEKIT_PREVIOUS_MASTER_KEYS", "only go forward")]
    [InlineData("1", "2,3,2", null, "KeyRingInvalid", "Key 3 of CACHEKIT_PREVIOUS_MASTER_KEYS", "same key as Key 1 of")]
    [InlineData("1", "b,B", null, "KeyRingInvalid", "Key 2 of CACHEKIT_PREVIOUS_MASTER_KEYS", "same key as Key 1 of")]
    [InlineData(
        "1", "2,3,4,5", null, "KeyRingInvalid", "With CACHEKIT_PREVIOUS_MASTER_KEYS there are 5 keys",
        "at most 3 others")]
    [InlineData("1", "", null, "KeyRingInvalid", "CACHEKIT_PREVIOUS_MASTER_KEYS is blank", "commas")]
    [InlineData("1", " \t", null, "KeyRingInvalid", "CACHEKIT_PREVIOUS_MASTER_KEYS is blank", "commas")]
    [InlineData("1", ",2", null, "KeyRingInvalid", "Key 1 of CACHEKIT_PREVIOUS_MASTER_KEYS", "is blank")]
    [InlineData("1", "2, ,3", null, "KeyRingInvalid", "Key 2 of CACHEKIT_PREVIOUS_MASTER_KEYS", "is blank")]
    [InlineData("1", "2,3,", null, "KeyRingInvalid", "Key 3 of CACHEKIT_PREVIOUS_MASTER_KEYS", "is blank")]
    [InlineData("1", ",", null, "KeyRingInvalid", "Key 1 of CACHEKIT_PREVIOUS_MASTER_KEYS", "is blank")]
    [InlineData("1", "2,x", null, "MasterKeyInvalid", "Key 2 of CACHEKIT_PREVIOUS_MASTER_KEYS", "1 characters")]
    [InlineData("1", "23", null, "MasterKeyInvalid", "Key 1 of CACHEKIT_PREVIOUS_MASTER_KEYS", "128 characters")]
    [InlineData("1", "2;3", null, "MasterKeyInvalid", "Key 1 of CACHEKIT_PREVIOUS_MASTER_KEYS", "129 characters")]
    [InlineData("1", "2,x3", null, "MasterKeyInvalid", "Key 2 of CACHEKIT_PREVIOUS_MASTER_KEYS", "65 characters")]
    [InlineData("x", "2", null, "MasterKeyInvalid", "CACHEKIT_MASTER_KEY has", "1 characters")]
    [InlineData("", "2", null, "MasterKeyInvalid", "CACHEKIT_MASTER_KEY is", "blank")]
    [InlineData(
        "1", "2", "3", "KeyRingConflict", "CACHEKIT_PREVIOUS_MASTER_KEYS and CACHEKIT_MASTER_KEY_ROTATION", "both set")]
    [InlineData(
        null, "2", "3", "KeyRingConflict", "CACHEKIT_PREVIOUS_MASTER_KEYS and CACHEKIT_MASTER_KEY_ROTATION",
        "both set")]
    [InlineData(
        "1", "", "", "KeyRingConflict", "CACHEKIT_PREVIOUS_MASTER_KEYS and CACHEKIT_MASTER_KEY_ROTATION", "both set")]
    [InlineData(null, "2", null, "KeyRingConflict", "CACHEKIT_MASTER_KEY is not", "beside a master key")]
    [InlineData(null, "", null, "KeyRingConflict", "CACHEKIT_MASTER_KEY is not", "beside a master key")]
    [InlineData("1", null, "1", "KeyRingConflict", "first of CACHEKIT_MASTER_KEY_ROTATION", "the rotation has ended")]
    [InlineData("c", null, "C,2", "KeyRingConflict", "first of CACHEKIT_MASTER_KEY_ROTATION", "the rotation has ended")]
    [InlineData(
        "1", null, "2,1", "KeyRingInvalid", "CACHEKIT_MASTER_KEY is",
        "same key as Key 2 of CACHEKIT_MASTER_KEY_ROTATION")]
    [InlineData(null, null, "2,3,2", "KeyRingInvalid", "Key 3 of CACHEKIT_MASTER_KEY_ROTATION", "only go forward")]
    [InlineData(
        null, null, "1,2,3,4,5", "KeyRingInvalid", "With CACHEKIT_MASTER_KEY_ROTATION there are 5 keys",
        "at most 3 others")]
    [InlineData(
        "1", null, "2,3,4,5", "KeyRingInvalid", "With CACHEKIT_MASTER_KEY there are 5 keys", "at most 3 others")]
    [InlineData("1", null, "", "KeyRingInvalid", "CACHEKIT_MASTER_KEY_ROTATION is blank", "commas")]
    [InlineData(null, null, " ", "KeyRingInvalid", "CACHEKIT_MASTER_KEY_ROTATION is blank", "commas")]
    [InlineData("1", null, "2,", "KeyRingInvalid", "Key 2 of CACHEKIT_MASTER_KEY_ROTATION", "is blank")]
    [InlineData("1", null, "2,x", "MasterKeyInvalid", "Key 2 of CACHEKIT_MASTER_KEY_ROTATION", "1 characters")]
    [InlineData("x", null, "2", "MasterKeyInvalid", "CACHEKIT_MASTER_KEY has", "1 characters")]
    public void KeyRing_invalid_variables_are_rejected_by_place_without_quoting_them(
        string? master, string? previous, string? rotation, string errorId, string where, string what)
    {
        CacheKitEnvironment environment = Environment(master, previous, rotation);
        CacheKitException failure = Assert.Throws<CacheKitException>(() => KeyRingSource.ReadFirst(environment));
        Assert.Equal(errorId, failure.ErrorId);
        Assert.Contains(where, failure.Message, StringComparison.Ordinal);
        Assert.Contains(what, failure.Message, StringComparison.Ordinal);
        Assert.NotEmpty(failure.RecommendedAction);
        Assert.All(
            "123456abcABC", key => Assert.DoesNotContain(Hex(key)[..8], failure.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void KeyRing_a_broken_previous_key_does_not_recommend_a_new_one()
    {
        CacheKitException failure = Assert.Throws<CacheKitException>(
            () => KeyRingSource.ReadFirst(Environment("1", "x", null)));
        Assert.DoesNotContain("New-CacheKitMasterKey", failure.RecommendedAction, StringComparison.Ordinal);
        failure = Assert.Throws<CacheKitException>(() => KeyRingSource.ReadFirst(Environment("x", null, null)));
        Assert.Contains("New-CacheKitMasterKey", failure.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void KeyRing_previous_keys_in_a_variable_conflict_with_a_key_file()
    {
        using TempDirectory directory = new();
        using MasterKey key = TestKeys.Of(1);
        KeyFile.Write(directory.File("master.key"), key, overwrite: false, protect: false);
        CacheKitEnvironment file = new() { MasterKeyFile = directory.File("master.key") };
        using KeyRing ring = KeyRingSource.ReadFirst(file);
        AssertIs("1", ring);
        CacheKitException failure = Assert.Throws<CacheKitException>(
            () => KeyRingSource.ReadFirst(file with { PreviousMasterKeys = Keys("2") }));
        Assert.Equal(ErrorIds.KeyRingConflict, failure.ErrorId);
        Assert.Contains("one a line", failure.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void KeyRing_the_variables_precede_a_key_file()
    {
        CacheKitEnvironment environment = Environment(null, null, "2,3") with { MasterKeyFile = "/nowhere/master.key" };
        Assert.Null(KeyRingSource.Find(environment)!.Path);
        using KeyRing ring = KeyRingSource.ReadFirst(environment);
        AssertIs("23", ring);
    }

    [Theory]
    [InlineData("1", "2,3", null, new[] { Master, Previous, Previous })]
    [InlineData("1", null, "2,3", new[] { Rotation, Rotation, Master })]
    [InlineData(null, null, "2,3", new[] { Rotation, Rotation })]
    public void KeyRing_each_key_reports_its_variable(
        string? master, string? previous, string? rotation, string[] variables)
    {
        CacheKitEnvironment environment = Environment(master, previous, rotation);
        KeyRingSource source = KeyRingSource.Find(environment)!;
        using KeyRing ring = source.Read(environment);
        Assert.Equal(variables, ring.Keys.Select((_, index) => source.DescribeKey(ring, index, environment)));
    }

    [Fact]
    public void KeyRing_any_variables_are_the_expected_ring_or_a_documented_error()
    {
        Gen<string?> lists = Gen.OneOf(
            Gen.Constant<string?>(null),
            Gen.Elements('1', '2', '3', '4', 'a', 'A', ',', ',', ',', ' ', 'x').ArrayOf()
                .Select(list => (string?)new string(list)));
        Gen<(string? Master, string? Previous, string? Rotation)> settings =
            from master in Gen.OneOf(Gen.Elements<string?>(null, "1", "2", "a", "A"), lists)
            from previous in lists
            from rotation in Gen.OneOf(Gen.Constant<string?>(null), lists)
            select (master, previous, rotation);
        Prop.ForAll(settings.ToArbitrary(), variables =>
        {
            string? expected = RingOf(variables.Master, variables.Previous, variables.Rotation);
            try
            {
                using KeyRing ring = KeyRingSource.ReadFirst(
                    Environment(variables.Master, variables.Previous, variables.Rotation));
                Assert.NotNull(expected);
                AssertIs(expected, ring);
            }
            catch (CacheKitException)
            {
                Assert.Null(expected);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    /// <summary>The rules once more, in the plainest words.</summary>
    private static string? RingOf(string? master, string? previous, string? rotation)
    {
        if (previous is not null && (rotation is not null || master is null))
        {
            return null;
        }

        string[] parts = rotation is null
            ? [master ?? "x", .. Parts(previous)]
            : [.. Parts(rotation), .. master is null ? [] : (string[])[master]];
        bool hasKeysOnly = parts.All(part => part.Length == 1 && "1234aA".Contains(part[0], StringComparison.Ordinal));
        string ring = string.Concat(parts).ToLowerInvariant();
        return hasKeysOnly && ring.Length <= 4 && ring.Distinct().Count() == ring.Length ? ring : null;
    }

    private static string[] Parts(string? list) => list is null ? [] : [.. list.Split(',').Select(part => part.Trim())];

    private static CacheKitEnvironment Environment(string? master, string? previous, string? rotation) =>
        new() { MasterKey = Keys(master), PreviousMasterKeys = Keys(previous), MasterKeyRotation = Keys(rotation) };

    private static string? Keys(string? row) =>
        row is null ? null : string.Concat(row.Select(item => char.IsAsciiHexDigit(item) ? Hex(item) : $"{item}"));

    /// <summary>A letter is written in its own case.</summary>
    private static string Hex(char key)
    {
        byte value = Convert.ToByte($"{key}", 16);
        using MasterKey fill = TestKeys.Of(value < 10 ? value : (byte)(value * 0x11));
        string hex = TestKeys.HexOf(fill);
        return char.IsAsciiLetterUpper(key) ? hex.ToUpperInvariant() : hex;
    }

    private static void AssertIs(string keys, KeyRing ring) => Assert.Equal(
        keys.Select(key => Hex(char.ToLowerInvariant(key))),
        ring.Keys.Select(TestKeys.HexOf));
}
