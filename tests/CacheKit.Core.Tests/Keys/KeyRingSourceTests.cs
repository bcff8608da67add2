using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Keys;

public sealed class KeyRingSourceTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly CacheKitEnvironment _nothing;

    public KeyRingSourceTests()
    {
        _nothing = new CacheKitEnvironment { ConfigurationHome = _directory.Path, Home = _directory.Path };
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void KeyRing_a_missing_source_is_an_error_that_says_how_to_make_one()
    {
        Assert.Null(KeyRingSource.Find(_nothing));
        CacheKitException failure = Assert.Throws<CacheKitException>(() => KeyRingSource.ReadFirst(_nothing));
        Assert.Equal(ErrorIds.MasterKeyMissing, failure.ErrorId);
        Assert.Contains("CACHEKIT_MASTER_KEY ", failure.Message, StringComparison.Ordinal);
        Assert.Contains("CACHEKIT_MASTER_KEY_FILE ", failure.Message, StringComparison.Ordinal);
        Assert.Contains(
            "$env:CACHEKIT_MASTER_KEY = New-CacheKitMasterKey", failure.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void KeyRing_the_variable_precedes_the_file_variable_and_that_the_saved_file()
    {
        CacheKitEnvironment saved = WithSavedKey(3);
        CacheKitEnvironment fileToo = saved with { MasterKeyFile = WriteKey("two.key", 2) };
        CacheKitEnvironment all = fileToo with { MasterKey = Hex(1) };
        AssertReads(1, all, "CACHEKIT_MASTER_KEY");
        AssertReads(2, fileToo, "CACHEKIT_MASTER_KEY_FILE");
        AssertReads(3, saved, "the saved key file");
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("not a key")]
    public void KeyRing_a_broken_variable_is_an_error_and_never_skipped(string value)
    {
        CacheKitEnvironment environment = WithSavedKey(3) with { MasterKey = value, MasterKeyFile = WriteKey("k", 2) };
        CacheKitException failure = Assert.Throws<CacheKitException>(() => KeyRingSource.ReadFirst(environment));
        Assert.Equal(ErrorIds.MasterKeyInvalid, failure.ErrorId);
        Assert.StartsWith("CACHEKIT_MASTER_KEY ", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("/nowhere/at/all.key")]
    [InlineData("\0")]
    public void KeyRing_a_broken_file_variable_is_an_error_and_never_skipped(string value)
    {
        CacheKitEnvironment environment = WithSavedKey(3) with { MasterKeyFile = value };
        CacheKitException failure = Assert.Throws<CacheKitException>(() => KeyRingSource.ReadFirst(environment));
        Assert.Equal(ErrorIds.KeyFileUnusable, failure.ErrorId);
    }

    [Fact]
    public void KeyRing_a_blank_file_variable_is_named()
    {
        CacheKitEnvironment environment = _nothing with { MasterKeyFile = "" };
        CacheKitException failure = Assert.Throws<CacheKitException>(() => KeyRingSource.ReadFirst(environment));
        Assert.StartsWith("CACHEKIT_MASTER_KEY_FILE is blank", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void KeyRing_a_broken_saved_file_is_an_error()
    {
        CacheKitEnvironment environment = WithSavedKey(3);
        File.WriteAllText(environment.SavedKeyPath!, "not a key");
        CacheKitException failure = Assert.Throws<CacheKitException>(() => KeyRingSource.ReadFirst(environment));
        Assert.Equal(ErrorIds.MasterKeyInvalid, failure.ErrorId);
        Assert.Contains(environment.SavedKeyPath!, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("not a key", failure.Message, StringComparison.Ordinal);
    }

    private CacheKitEnvironment WithSavedKey(byte fill)
    {
        using MasterKey key = TestKeys.Of(fill);
        KeyFile.Write(_nothing.SavedKeyPath!, key, overwrite: false, protect: true);
        return _nothing;
    }

    private string WriteKey(string name, byte fill)
    {
        using MasterKey key = TestKeys.Of(fill);
        KeyFile.Write(_directory.File(name), key, overwrite: false, protect: false);
        return _directory.File(name);
    }

    private static string Hex(byte fill)
    {
        using MasterKey key = TestKeys.Of(fill);
        return TestKeys.HexOf(key);
    }

    private static void AssertReads(byte fill, CacheKitEnvironment environment, string description)
    {
        Assert.Equal(description, KeyRingSource.Find(environment)!.Description);
        using MasterKey expected = TestKeys.Of(fill);
        using KeyRing found = KeyRingSource.ReadFirst(environment);
        Assert.True(found.Current.HasSameBytes(expected));
    }
}
