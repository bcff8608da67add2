using CacheKit.Core.Caching;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Caching;

/// <summary>A ring with previous keys: what an old key sealed is found, and leaves with the next write.</summary>
public sealed class EntryCacheRingTests : EntryCacheTestBase
{
    private readonly ObservedStore _store;

    public EntryCacheRingTests()
    {
        _store = new ObservedStore(Store);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task KeyRing_an_entry_of_any_previous_key_is_found_in_one_batch(byte oldKey)
    {
        await PutAsync(Open(oldKey), Value, name: "n");
        EntryCache cache = Open(_store, Tenant, 1, 2, 3, 4);
        Assert.Equal(Value, await StoredAsync(cache, LookupOutcome.Hit));
        Assert.Equal(1, _store.Reads);
        Assert.Equal(Value, Local(cache));
        Assert.Equal(1, _store.Reads);
        Assert.Empty(Notices(cache));
    }

    [Fact]
    public async Task KeyRing_a_key_dropped_from_the_ring_opens_nothing()
    {
        await PutAsync(Open(5), Value);
        Assert.Null(await StoredAsync(Open(1, 2, 3), LookupOutcome.Miss));
    }

    [Fact]
    public async Task KeyRing_the_entry_of_the_encrypting_key_comes_first()
    {
        await PutAsync(Open(2), Value);
        await PutAsync(Open(1), [7]);
        EntryCache cache = Open(1, 2);
        Assert.Equal([7], await StoredAsync(cache, LookupOutcome.Hit));
        Assert.Equal([7], Local(cache));
    }

    [Fact]
    public async Task KeyRing_a_write_seals_under_the_first_key_and_removes_entries_of_the_others()
    {
        EntryKeys old = await PutAsync(Open(2), Value);
        EntryCache cache = Open(_store, Tenant, 1, 2, 3);
        Assert.Equal(Value, await StoredAsync(cache, LookupOutcome.Hit));
        EntryKeys keys = await PutAsync(cache, [7]);
        Assert.Equal([keys.Current.ToString()], _store.Writes.Select(write => write.Key));
        Assert.Empty(_store.Removals);
        Assert.Equal(
            keys.Previous.Select(key => (key.ToString(), (string?)null)),
            _store.Exchanges.Select(exchange => (exchange.Key, exchange.Target)));
        Assert.Null(await Store.GetAsync(old.Current.ToString(), Token));
        Assert.Equal([7], Local(cache));
        Assert.Equal([7], await StoredAsync(Open(1), LookupOutcome.Hit));
        Assert.Null(await StoredAsync(Open(2), LookupOutcome.Miss));
    }

    [Fact]
    public async Task KeyRing_an_older_value_of_another_key_never_follows_a_newer_one()
    {
        await PutAsync(Open(2), Value, TimeSpan.FromHours(1));
        EntryCache cache = Open(_store, Tenant, 1, 2);
        Assert.Equal(Value, await StoredAsync(cache, LookupOutcome.Hit));
        _store.WriteFault = new StoreException(StoreFault.Unavailable, "The store is down.");
        await PutAsync(cache, [7], Minute);
        Clock.Advance(Minute);
        Assert.Null(Local(cache));
    }

    [Fact]
    public async Task KeyRing_a_removal_removes_the_entries_of_every_key()
    {
        EntryKeys old = await PutAsync(Open(2), Value);
        EntryKeys recent = await PutAsync(Open(1), Value);
        EntryCache cache = Open(1, 2);
        Assert.NotNull(await StoredAsync(cache, LookupOutcome.Hit));
        await cache.RemoveAsync(cache.KeysFor(Namespace, Identity), Token);
        Assert.Null(Local(cache));
        Assert.Null(await Store.GetAsync(old.Current.ToString(), Token));
        Assert.Null(await Store.GetAsync(recent.Current.ToString(), Token));
    }

    [Fact]
    public async Task KeyRing_an_altered_entry_of_an_old_key_is_dropped()
    {
        EntryKeys old = await PutAsync(Open(2), Value);
        byte[] frame = await FrameAsync(old.Current);
        frame[^1] ^= 1;
        await PlantAsync(old.Current, frame);
        EntryCache cache = Open(1, 2);
        Assert.Null(await StoredAsync(cache, LookupOutcome.NotAuthentic));
        Assert.Contains(old.Current.ToString(), Assert.Single(Notices(cache)), StringComparison.Ordinal);
        Assert.Null(await Store.GetAsync(old.Current.ToString(), Token));
    }

    [Fact]
    public async Task KeyRing_an_entry_of_an_old_key_copied_to_the_new_key_is_not_authentic()
    {
        EntryKeys old = await PutAsync(Open(2), Value);
        EntryCache cache = Open(1, 2);
        await PlantAsync(cache.KeysFor(Namespace, Identity).Current, await FrameAsync(old.Current));
        Assert.Null(await StoredAsync(cache, LookupOutcome.NotAuthentic));
    }

    [Fact]
    public async Task KeyRing_an_expired_entry_of_the_first_key_does_not_hide_a_fresh_one_of_an_old_key()
    {
        await PutAsync(Open(1), [7], Minute);
        await PutAsync(Open(2), Value, TimeSpan.FromHours(1));
        Clock.Advance(Minute);
        EntryCache cache = Open(1, 2);
        Assert.Equal(Value, await StoredAsync(cache, LookupOutcome.Hit));
    }

    protected override ICacheStore CreateStore() => new FakeStore();
}
