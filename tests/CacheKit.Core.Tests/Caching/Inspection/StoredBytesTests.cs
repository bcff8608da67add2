using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Inspection;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Memory;
using CacheKit.Core.Storage.Redis;
using CacheKit.Core.Storage.Resilience;
using CacheKit.Core.Tests.Storage.Redis;
using CacheKit.Core.Tests.Support;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CacheKit.Core.Tests.Caching.Inspection;

/// <summary>The bytes of a store, whoever put them there.</summary>
public sealed class StoredBytesTests(RedisServerFixture redis) : IClassFixture<RedisServerFixture>, IAsyncDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly FakeStore _store = new();
    private readonly RedisTestStores _stores = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _stores.DisposeAsync();
    }

    [Fact]
    public async Task Inspection_stored_bytes_are_listed_whoever_wrote_them()
    {
        await using EntryCache cache = Open(_store);
        for (byte i = 1; i <= 3; i++)
        {
            await _store.SetAsync($"other:{i}", new[] { i }, TimeSpan.FromHours(1), Token);
        }

        await using ListingSteps<IReadOnlyList<StoredBytes>> all = new StoredListing(cache)
            .List(["*", "other:*"], _ => true);
        Assert.True(await all.MoveNextAsync(Token));
        Assert.Equal(["other:1", "other:2", "other:3"], all.Current.Select(stored => stored.Key).Order());
        Assert.False(await all.MoveNextAsync(Token));

        await using ListingSteps<IReadOnlyList<StoredBytes>> some =
            new StoredListing(cache).List(["other:*"], key => key.EndsWith('2'));
        Assert.True(await some.MoveNextAsync(Token));
        Assert.Equal([2], Assert.Single(some.Current).Bytes);
    }

    [Fact]
    public async Task Inspection_stored_bytes_come_in_pages_of_a_hundred()
    {
        await using EntryCache cache = Open(_store);
        for (int i = 0; i < 250; i++)
        {
            await _store.SetAsync($"{i}", new byte[] { 1 }, TimeSpan.FromHours(1), Token);
        }

        await using ListingSteps<IReadOnlyList<StoredBytes>> steps = new StoredListing(cache).List(["*"], _ => true);
        List<int> pages = [];
        while (await steps.MoveNextAsync(Token))
        {
            pages.Add(steps.Current.Count);
        }

        Assert.Equal([100, 100, 50], pages);
    }

    [Fact]
    public async Task Inspection_stored_bytes_are_found_by_key()
    {
        await using EntryCache cache = Open(_store);
        await _store.SetAsync("other:1", new byte[] { 1 }, TimeSpan.FromHours(1), Token);
        Assert.Equal([1], await new StoredListing(cache).FindAsync("other:1", Token));
        Assert.Null(await new StoredListing(cache).FindAsync("other:2", Token));
    }

    [Fact]
    public async Task Inspection_a_key_that_the_store_cannot_hold_finds_nothing()
    {
        await using EntryCache cache = Open(_stores.Make(redis.Server.Url));
        Assert.Null(await new StoredListing(cache).FindAsync("", Token));
    }

    [Fact]
    public async Task Inspection_a_Redis_value_that_is_no_entry_is_skipped_in_listings_and_an_error_by_key()
    {
        RedisStore store = _stores.Make(redis.Server.Url);
        await using EntryCache cache = Open(store);
        await store.SetAsync("stored-bytes:1", new byte[] { 1 }, TimeSpan.FromHours(1), Token);
        redis.Server.Command("RPUSH stored-bytes:2 a");
        await using ListingSteps<IReadOnlyList<StoredBytes>> steps = new StoredListing(cache)
            .List(["stored-bytes:*"], _ => true);
        Assert.True(await steps.MoveNextAsync(Token));
        Assert.Equal("stored-bytes:1", Assert.Single(steps.Current).Key);
        StoreException fault = await Assert.ThrowsAsync<StoreException>(
            async () => await new StoredListing(cache).FindAsync("stored-bytes:2", Token));
        Assert.Equal(StoreFault.UnexpectedAnswer, fault.Fault);
        Assert.Equal([1], await new StoredListing(cache).FindAsync("stored-bytes:1", Token));
    }

    private EntryCache Open(ICacheStore store) =>
        new(new NativeCodec(TestKeys.Ring("acme", 1)), new CacheTiers(store, new MemoryTier(_clock), _clock));
}
