using CacheKit.Core.Caching;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Sqlite;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Caching;

/// <summary>A store that is broken: the cache goes on, and says so once an outage.</summary>
public sealed class EntryCacheFaultTests : EntryCacheTestBase
{
    private static readonly StoreException s_down = new(StoreFault.Unavailable, "The store is down.");
    private static readonly StoreException s_full = new(StoreFault.Full, "The store is full.");

    private readonly ObservedStore _store;

    public EntryCacheFaultTests()
    {
        _store = new ObservedStore(Store);
    }

    [Fact]
    public async Task Outage_a_read_fault_is_a_miss_with_one_warning()
    {
        EntryCache cache = Open(_store);
        _store.ReadFault = s_down;
        for (int i = 0; i < 3; i++)
        {
            Assert.Null(await StoredAsync(cache, LookupOutcome.Miss));
        }

        Assert.Equal(["The store is down. The script goes on without it."], Notices(cache));
        _store.ReadFault = null;
        await StoredAsync(cache, LookupOutcome.Miss);
        Assert.Empty(Notices(cache));
        _store.ReadFault = s_down;
        await StoredAsync(cache, LookupOutcome.Miss);
        await StoredAsync(cache, LookupOutcome.Miss);
        Assert.Single(Notices(cache));
    }

    [Fact]
    public async Task Outage_a_write_fault_loses_the_write_with_one_warning()
    {
        EntryCache cache = Open(_store);
        _store.WriteFault = s_full;
        await PutAsync(cache, Value);
        await PutAsync(cache, Value);
        Assert.Equal(["The store is full. The script goes on without it."], Notices(cache));
        Assert.Equal(Value, Local(cache));
        Assert.Null(await StoredAsync(cache, LookupOutcome.Miss));

        _store.WriteFault = null;
        await PutAsync(cache, Value);
        Assert.Empty(Notices(cache));
        Assert.Equal(Value, await StoredAsync(cache, LookupOutcome.Hit));
        _store.WriteFault = s_full;
        await PutAsync(cache, Value);
        Assert.Single(Notices(cache));
    }

    [Fact]
    public async Task Outage_one_reason_is_warned_once_for_reads_and_writes()
    {
        EntryCache cache = Open(_store);
        _store.ReadFault = s_down;
        _store.WriteFault = s_down;
        await StoredAsync(cache, LookupOutcome.Miss);
        await PutAsync(cache, Value);
        await cache.RemoveAsync(cache.KeysFor(Namespace, Identity), Token);
        await StoredAsync(cache, LookupOutcome.Miss);
        Assert.Single(Notices(cache));
    }

    [Fact]
    public async Task Outage_different_reasons_are_each_warned()
    {
        EntryCache cache = Open(_store);
        _store.ReadFault = s_down;
        _store.WriteFault = s_full;
        await StoredAsync(cache, LookupOutcome.Miss);
        await PutAsync(cache, Value);
        Assert.Equal(2, Notices(cache).Count);
    }

    [Fact]
    public async Task Outage_a_working_removal_ends_it_for_writes()
    {
        EntryCache cache = Open(_store);
        EntryKeys keys = cache.KeysFor(Namespace, Identity);
        _store.WriteFault = s_down;
        await cache.RemoveAsync(keys, Token);
        await cache.RemoveAsync(keys, Token);
        Assert.Single(Notices(cache));
        _store.WriteFault = null;
        await cache.RemoveAsync(keys, Token);
        _store.WriteFault = s_down;
        await cache.RemoveAsync(keys, Token);
        Assert.Single(Notices(cache));
    }

    [Fact]
    public async Task Outage_a_failed_removal_leaves_nothing_in_memory()
    {
        EntryCache cache = Open(_store);
        EntryKeys keys = await PutAsync(cache, Value);
        _store.WriteFault = s_down;
        await cache.RemoveAsync(keys, Token);
        Assert.Null(Local(cache));
    }

    [Fact]
    public async Task Outage_an_altered_entry_that_cannot_be_dropped_is_still_not_used()
    {
        EntryCache cache = Open(_store);
        EntryKeys keys = await PutAsync(cache, Value);
        byte[] frame = await FrameAsync(keys.Current);
        frame[^1] ^= 1;
        await PlantAsync(keys.Current, frame);
        _store.WriteFault = s_down;
        EntryCache other = Open(_store);
        Assert.Null(await StoredAsync(other, LookupOutcome.NotAuthentic));
        Assert.Null(await StoredAsync(other, LookupOutcome.NotAuthentic));
        Assert.Null(Local(other));
        Assert.Contains(Notices(other), notice => notice.StartsWith("The store is down.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Cache_every_value_too_large_for_the_store_is_warned()
    {
        EntryCache cache = Open(_store);
        _store.SetFault = new StoreException(StoreFault.ValueTooLarge, "The value is too large.");
        await PutAsync(cache, Value);
        await PutAsync(cache, Value);
        Assert.Equal(Enumerable.Repeat("The value is too large. It is not cached.", 2), Notices(cache));
    }

    [Fact]
    public async Task Cache_a_value_too_large_for_the_store_removes_its_predecessor()
    {
        EntryCache cache = Open(_store);
        EntryKeys keys = await PutAsync(cache, Value, TimeSpan.FromHours(1));
        _store.SetFault = new StoreException(StoreFault.ValueTooLarge, "The value is too large.");
        await PutAsync(cache, [7]);
        Assert.Null(await Store.GetAsync(keys.Current.ToString(), Token));
        Assert.Single(Notices(cache));
    }

    [Fact]
    public async Task Cache_a_value_over_the_limit_is_not_sealed_and_evicts_its_predecessor()
    {
        EntryCache cache = Open(_store);
        EntryKeys keys = await PutAsync(cache, Value);
        byte[] value = new byte[EntryCache.LargestEntry];
        new Random(1).NextBytes(value);
        Assert.Null(cache.Seal(keys, null, default, value, Minute));
        string notice = Assert.Single(Notices(cache));
        Assert.Contains("are not cached", notice, StringComparison.Ordinal);
        Assert.Null(Local(cache));
    }

    [Fact]
    public async Task Outage_a_store_incident_is_reported_once()
    {
        EntryCache cache = Open(_store);
        _store.Incident = new StoreIncident(Clock.GetUtcNow(), "The store was damaged.");
        _store.ReadFault = s_down;
        await StoredAsync(cache, LookupOutcome.Miss);
        Assert.Equal(["The store is down. The script goes on without it.", "The store was damaged."], Notices(cache));
        Assert.Empty(Notices(cache));
    }

    [Fact]
    public async Task Outage_cancellation_is_not_a_fault()
    {
        EntryCache cache = Open(new ObservedStore(new SqliteStore(
            new SqliteStoreOptions { Path = Path.GetFullPath("never-made.db") }, Clock)));
        CancellationToken cancelled = new(canceled: true);
        EntryKeys keys = cache.KeysFor(Namespace, Identity);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await cache.GetAsync(keys, false, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await cache.RemoveAsync(keys, cancelled));
        SealedEntry entry = cache.Seal(keys, null, default, Value, Minute)!;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await cache.SetAsync(entry, cancelled));
        Assert.Empty(Notices(cache));
    }

    [Fact]
    public async Task Cache_disposing_also_disposes_store_and_keys()
    {
        EntryCache cache = Open(_store);
        EntryKeys keys = await PutAsync(cache, Value);
        SealedEntry sealedEntry = cache.Seal(keys, null, default, Value, Minute)!;
        await cache.DisposeAsync();
        Assert.True(_store.IsDisposed);
        Assert.False(cache.TryGetLocal(keys, out _));
        Assert.Throws<ObjectDisposedException>(() => cache.KeysFor(Namespace, Identity));
        Assert.Throws<ObjectDisposedException>(() => cache.Seal(keys, null, default, Value, Minute));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await cache.GetAsync(keys, false, Token));
        Assert.Equal(keys.Current.ToString(), sealedEntry.Keys.Current.ToString());
    }

    protected override ICacheStore CreateStore() => new FakeStore();
}
