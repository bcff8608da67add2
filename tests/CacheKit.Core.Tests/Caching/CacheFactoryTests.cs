using CacheKit.Core.Caching;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage.Memory;
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
    public async Task Cache_the_default_database_is_in_the_users_cache_directory()
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
    public async Task Cache_a_given_path_is_used()
    {
        string path = _directory.File("a/b.db");
        await RoundTripAsync(_environment with { CachePath = path });
        Assert.True(File.Exists(path));
    }

    [Fact]
    public async Task Cache_creating_touches_no_store()
    {
        string path = _directory.File("a/b.db");
        await using (await CreateAsync(_environment with { CachePath = path }))
        {
            Assert.False(Directory.Exists(_directory.File("a")));
        }
    }

    [Fact]
    public async Task Cache_the_default_tenant_is_used()
    {
        await using EntryCache cache = await CreateAsync(_environment);
        using TenantKeyRing expected = TestKeys.Ring("default", 0xAA);
        Assert.Equal(expected.KeysFor("n", [1]).Current.ToString(), cache.KeysFor("n", [1]).Current.ToString());
    }

    [Fact]
    public async Task Cache_caches_on_the_same_tiers_share_them_and_the_last_one_closes_them()
    {
        FakeStore store = new();
        CacheTiers tiers = new(store, new MemoryTier(_clock), _clock);
        using KeyRing ring = new(TestKeys.Of(1));
        EntryCache one = new EntryCache(tiers, CacheMode.Secure, () => ring, "one");
        EntryCache other = new EntryCache(tiers, CacheMode.Secure, () => ring, "one");
        EntryCache foreign = new EntryCache(tiers, CacheMode.Secure, () => ring, "foreign");
        await EntryCacheTestBase.PutAsync(one, [1]);
        Assert.Equal([1], EntryCacheTestBase.Local(other));
        Assert.Null(EntryCacheTestBase.Local(foreign));

        await tiers.DisposeAsync();
        await one.DisposeAsync();
        await foreign.DisposeAsync();
        Assert.False(store.IsDisposed);
        await other.DisposeAsync();
        Assert.True(store.IsDisposed);
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
    public void Cache_a_path_that_is_not_a_full_file_path_is_rejected(string path)
    {
        CacheKitException failure = Refused(_environment with { CachePath = path });
        Assert.Equal(ErrorIds.CachePathInvalid, failure.ErrorId);
        Assert.Contains("CACHEKIT_CACHE_PATH", failure.Message + failure.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("relative")]
    public void Cache_without_a_home_a_path_is_required(string? home)
    {
        CacheKitException failure = Refused(_environment with { Home = home });
        Assert.Equal(ErrorIds.CachePathInvalid, failure.ErrorId);
    }

    private async Task<EntryCache> CreateAsync(CacheKitEnvironment environment)
    {
        using KeyRing ring = KeyRingSource.ReadFirst(environment);
        await using CacheTiers tiers = CacheTiers.Open(
            StoreChoice.FromEnvironment(environment), MemoryTier.DefaultMaxBytes, _clock);
        return new EntryCache(tiers, CacheMode.Secure, () => ring, TenantKeyDerivation.DefaultTenant);
    }

    private static CacheKitException Refused(CacheKitEnvironment environment) =>
        Assert.Throws<CacheKitException>(() => StoreChoice.FromEnvironment(environment));

    private async Task RoundTripAsync(CacheKitEnvironment environment)
    {
        byte[] value = [1, 2, 3];
        await using (EntryCache writer = await CreateAsync(environment))
        {
            await EntryCacheTestBase.PutAsync(writer, value);
        }

        await using EntryCache reader = await CreateAsync(environment);
        Assert.Equal(value, await EntryCacheTestBase.StoredAsync(reader, LookupOutcome.Hit));
    }
}
