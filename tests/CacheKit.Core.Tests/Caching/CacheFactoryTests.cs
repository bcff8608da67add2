using CacheKit.Core.Caching;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;
using CacheKit.Core.Tests.Support;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CacheKit.Core.Tests.Caching;

public sealed class CacheFactoryTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly CacheKitEnvironment _environment;

    public CacheFactoryTests()
    {
        _environment = new CacheKitEnvironment { MasterKey = new string('a', 64), Home = _directory.Path };
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task The_default_database_lies_in_the_users_cache_directory()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The folders of Linux.");
        await RoundTripAsync(_environment);
        string database = _directory.File(".cache/cachekit/cache.db");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, UnixMode.Of(database));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            UnixMode.Of(Path.GetDirectoryName(database)!));
    }

    [Fact]
    public async Task A_given_path_is_taken()
    {
        string path = _directory.File("a/b.db");
        await RoundTripAsync(_environment with { CachePath = path });
        Assert.True(File.Exists(path));
    }

    [Fact]
    public async Task Making_a_cache_touches_no_store()
    {
        string path = _directory.File("a/b.db");
        await using (CacheFactory.Create(_environment with { CachePath = path }, _clock))
        {
            Assert.False(Directory.Exists(_directory.File("a")));
        }
    }

    [Fact]
    public async Task The_tenant_is_the_default_one()
    {
        await using SecureCache cache = CacheFactory.Create(_environment, _clock);
        using TenantKeyRing expected = TestKeys.Ring("default", 0xAA);
        Assert.Equal(expected.KeysFor("n", [1]).Current.ToString(), cache.KeysFor("n", [1]).Current.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("cache.db")]
    [InlineData("./cache.db")]
    [InlineData("~/cache.db")]
    [InlineData("/tmp/\0")]
    [InlineData("/tmp/")]
    [InlineData("/tmp")]
    [InlineData("/")]
    public void A_path_that_is_not_the_full_path_of_a_file_is_refused(string path)
    {
        CacheKitException failure = Refused(_environment with { CachePath = path });
        Assert.Equal(ErrorIds.CachePathInvalid, failure.ErrorId);
        Assert.Contains("CACHEKIT_CACHE_PATH", failure.Message + failure.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("relative")]
    public void Without_a_home_a_path_must_be_given(string? home)
    {
        CacheKitException failure = Refused(_environment with { Home = home });
        Assert.Equal(ErrorIds.CachePathInvalid, failure.ErrorId);
    }

    [Fact]
    public void Without_a_key_there_is_no_cache()
    {
        Assert.Equal(ErrorIds.MasterKeyMissing, Refused(_environment with { MasterKey = null }).ErrorId);
        Assert.Equal(ErrorIds.MasterKeyInvalid, Refused(_environment with { MasterKey = "" }).ErrorId);
    }

    private CacheKitException Refused(CacheKitEnvironment environment) =>
        Assert.Throws<CacheKitException>(() => CacheFactory.Create(environment, _clock));

    private async Task RoundTripAsync(CacheKitEnvironment environment)
    {
        byte[] value = [1, 2, 3];
        await using (SecureCache writer = CacheFactory.Create(environment, _clock))
        {
            await SecureCacheTestBase.PutAsync(writer, value);
        }

        await using SecureCache reader = CacheFactory.Create(environment, _clock);
        Assert.Equal(value, await SecureCacheTestBase.StoredAsync(reader, LookupOutcome.Hit));
    }
}
