using CacheKit.Core.Caching;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Memory;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Caching;

/// <summary>A cache that several calls use: whoever lets go last closes it.</summary>
public sealed class EntryCacheHolderTests
{
    [Fact]
    public void Cache_the_last_release_closes_it_for_good()
    {
        FakeStore store = new();
        EntryCache cache = Open(store);
        Assert.True(cache.TryHold());
        Assert.True(cache.TryHold());
        cache.Release();
        cache.Release();
        Assert.False(store.IsDisposed);
        Assert.NotNull(cache.KeysFor("n", [1]));

        cache.Release();
        Assert.True(store.IsDisposed);
        Assert.Throws<ObjectDisposedException>(() => cache.KeysFor("n", [1]));
        Assert.False(cache.TryHold());
        Assert.False(cache.TryHold());
    }

    [Fact]
    public async Task Cache_concurrent_holders_never_see_it_closed()
    {
        for (int round = 0; round < 50; round++)
        {
            FakeStore store = new();
            EntryCache cache = Open(store);
            using ManualResetEventSlim start = new();
            Task[] holders =
            [
                .. Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
                {
                    start.Wait(TestContext.Current.CancellationToken);
                    while (cache.TryHold())
                    {
                        Assert.False(store.IsDisposed);
                        cache.Release();
                    }
                })),
            ];
            start.Set();
            Assert.False(store.IsDisposed);
            cache.Release();
            await Task.WhenAll(holders);
            Assert.True(store.IsDisposed);
            Assert.False(cache.TryHold());
        }
    }

    [Fact]
    public async Task Cache_tiers_that_are_closed_take_no_other_cache()
    {
        FakeStore store = new();
        CacheTiers tiers = Tiers(store);
        await tiers.DisposeAsync();
        Assert.True(store.IsDisposed);
        Assert.Throws<ObjectDisposedException>(
            () => new EntryCache(tiers, CacheMode.Plain, () => throw new InvalidOperationException(), "acme"));
    }

    [Fact]
    public void HolderCount_only_the_last_of_all_holders_is_told_so()
    {
        HolderCount count = new();
        Assert.True(count.TryHold());
        Assert.False(count.Release());
        Assert.True(count.TryHold());
        Assert.False(count.Release());
        Assert.True(count.Release());
        Assert.False(count.TryHold());
    }

    private static EntryCache Open(FakeStore store) => new(new NativeCodec(TestKeys.Ring("acme", 1)), Tiers(store));

    private static CacheTiers Tiers(FakeStore store) =>
        new(store, new MemoryTier(TimeProvider.System), TimeProvider.System);
}
