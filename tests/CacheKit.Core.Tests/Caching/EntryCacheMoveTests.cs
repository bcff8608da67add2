using CacheKit.Core.Caching;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Caching;

/// <summary>
/// Readers and writers of several keys while others write under another key, or move entries between them.
/// </summary>
public sealed class EntryCacheMoveTests : EntryCacheTestBase
{
    private readonly ObservedStore _store;

    public EntryCacheMoveTests()
    {
        _store = new ObservedStore(Store);
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    public async Task Rotation_a_read_finds_an_entry_that_moves_between_two_reads(byte current, byte previous)
    {
        // The store reads one key after the other: the entry comes to the first when that has been read already.
        EntryCache cache = Open(_store, Tenant, current, previous);
        EntryKeys keys = cache.KeysFor(Namespace, Identity);
        byte[] frame = await SealedAsync(current);
        int reads = 0;
        _store.AfterRead = () =>
        {
            if (reads++ == 0)
            {
                Put(keys.Current, frame);
            }
        };
        Assert.Equal(Value, await StoredAsync(cache, LookupOutcome.Hit));
        Assert.Equal(2, _store.Reads);
    }

    [Fact]
    public async Task Rotation_a_batch_finds_all_moved_entries_with_one_more_read()
    {
        EntryCache cache = Open(_store, Tenant, 1, 2);
        EntryKeys[] keys = [.. new byte[] { 1, 2, 3, 4 }.Select(id => cache.KeysFor(Namespace, [id]))];
        await PutAsync(Open(2), [1], identity: [1]);
        byte[] second = await SealedAsync(1, [2]);
        byte[] fourth = await SealedAsync(1, [4]);
        int reads = 0;
        _store.AfterRead = () =>
        {
            if (reads++ == 0)
            {
                Put(keys[1].Current, second);
                Put(keys[3].Current, fourth);
            }
        };
        IReadOnlyList<LookupResult> results = await cache.GetManyAsync(keys, keepEvidence: false, Token);
        Assert.Equal(
            [LookupOutcome.Hit, LookupOutcome.Hit, LookupOutcome.Miss, LookupOutcome.Hit],
            results.Select(result => result.Outcome));
        Assert.Equal(2, _store.Reads);
        Assert.All(results, result => result.Dispose());
    }

    [Fact]
    public async Task Rotation_a_miss_costs_one_read_with_one_key_two_with_several_and_one_while_down()
    {
        Assert.Null(await StoredAsync(Open(_store), LookupOutcome.Miss));
        Assert.Equal(1, _store.Reads);
        Assert.Null(await StoredAsync(Open(_store, Tenant, 1, 2), LookupOutcome.Miss));
        Assert.Equal(3, _store.Reads);
        _store.ReadFault = new StoreException(StoreFault.Unavailable, "The store is down.");
        Assert.Null(await StoredAsync(Open(_store, Tenant, 1, 2), LookupOutcome.Miss));
        Assert.Equal(4, _store.Reads);
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    public async Task Rotation_a_read_takes_what_was_sealed_last_in_either_key_order(byte older, byte newer)
    {
        EntryKeys first = await PutAsync(Open(older), [1], TimeSpan.FromHours(2));
        Clock.Advance(Minute);
        EntryKeys second = await PutAsync(Open(newer), [2], TimeSpan.FromHours(1));
        foreach (EntryCache cache in (EntryCache[])[Open(1, 2), Open(2, 1)])
        {
            Assert.Equal([2], await StoredAsync(cache, LookupOutcome.Hit));
            Assert.Equal([2], Local(cache));
        }

        // When the newer one is over, the older one is no answer.
        Clock.Advance(TimeSpan.FromHours(1));
        Assert.Null(await StoredAsync(Open(1, 2), LookupOutcome.Miss));
        Assert.NotNull(await Store.GetAsync(first.Current.ToString(), Token));
        Assert.NotNull(await Store.GetAsync(second.Current.ToString(), Token));
    }

    [Fact]
    public async Task Rotation_memory_and_stale_reads_take_what_was_sealed_last()
    {
        EntryCache cache = Open(1, 2);
        EntryKeys keys = cache.KeysFor(Namespace, Identity);
        await PutAsync(Open(1), [1], TimeSpan.FromHours(2));
        Assert.Equal([1], await StoredAsync(cache, LookupOutcome.Hit));
        Clock.Advance(Minute);
        await PutAsync(Open(2, 1), [2], Minute);
        Assert.Equal([2], await StoredAsync(cache, LookupOutcome.Hit));
        // Nobody told of the change, so that the older one was in memory too.
        Assert.Equal([2], Local(cache));
        Clock.Advance(Minute);
        Assert.Null(Local(cache));
        using LookupResult stale = await cache.GetStaleAsync(keys, TimeSpan.FromHours(1), Token);
        Assert.Equal(LookupOutcome.Miss, stale.Outcome);
    }

    [Fact]
    public async Task Rotation_a_write_keeps_its_own_entry_that_moved_meanwhile()
    {
        // An old deployment writes under key 1, a rotation moves that to key 2 before the write is cleared up.
        EntryCache cache = Open(_store, Tenant, 1, 2);
        EntryKeys keys = cache.KeysFor(Namespace, Identity);
        byte[] moved = await SealedAsync(2);
        void Move()
        {
            _store.AfterRead = null;
            _store.AfterWrite = null;
            Entries.Remove(keys.Current.ToString());
            Put(keys.Previous[0], moved);
        }

        // Before the write looks for what it has replaced, and after that.
        foreach (bool isAfterRead in (bool[])[false, true])
        {
            Entries.Clear();
            _store.AfterWrite = isAfterRead ? null : Move;
            _store.AfterRead = isAfterRead ? Move : null;
            await PutAsync(cache, Value);
            Assert.Null(_store.AfterWrite);
            Assert.Null(_store.AfterRead);
            Assert.Equal([keys.Previous[0].ToString()], Entries.Keys);
            Assert.Equal(Value, await StoredAsync(Open(2, 1), LookupOutcome.Hit));
        }
    }

    [Fact]
    public async Task Rotation_a_write_replaces_a_different_entry_of_the_same_moment_but_no_newer_one()
    {
        EntryCache cache = Open(_store, Tenant, 1, 2);
        EntryKeys keys = await PutAsync(Open(2), [1]);
        await PutAsync(cache, [2]);
        Assert.Null(await Store.GetAsync(keys.Current.ToString(), Token));

        _store.AfterWrite = () =>
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            PutAsync(Open(2), [3]).GetAwaiter().GetResult();
        };
        await PutAsync(cache, [2]);
        Assert.Equal([3], await StoredAsync(Open(1, 2), LookupOutcome.Hit));
    }

    [Fact]
    public async Task Rotation_an_old_entry_that_changes_while_it_is_cleared_is_checked_again()
    {
        EntryCache cache = Open(_store, Tenant, 1, 2);
        EntryKeys old = await PutAsync(Open(2), [1], TimeSpan.FromHours(1));
        byte[] older = await FrameAsync(old.Current);
        Clock.Advance(Minute);
        await PutAsync(Open(2), [2], TimeSpan.FromHours(1));
        Clock.Advance(Minute);
        _store.BeforeExchange = _ =>
        {
            _store.BeforeExchange = null;
            Put(old.Current, older);
        };
        await PutAsync(cache, [3]);
        Assert.Equal(2, _store.Exchanges.Count);
        Assert.Null(await Store.GetAsync(old.Current.ToString(), Token));
    }

    [Theory]
    [InlineData(1, 2, 3)]
    [InlineData(3, 1, 2)]
    public async Task Rotation_a_removal_removes_an_entry_that_moves_meanwhile(byte first, byte second, byte third)
    {
        byte[] masters = [first, second, third];
        for (int from = 0; from < 3; from++)
        {
            for (int to = 0; to < 3; to++)
            {
                for (int moment = 0; moment < 3; moment++)
                {
                    await RemoveWhileMovingAsync(masters, from, to, moment);
                }
            }
        }
    }

    protected override ICacheStore CreateStore() => new FakeStore();

    private async Task RemoveWhileMovingAsync(byte[] masters, int from, int to, int moment)
    {
        ObservedStore store = new(Store);
        EntryCache cache = Open(store, Tenant, masters[0], masters[1..]);
        EntryKeys keys = cache.KeysFor(Namespace, Identity);
        EntryKey[] all = [keys.Current, .. keys.Previous];
        await PutAsync(Open(masters[from]), Value);
        byte[] moved = await SealedAsync(masters[to]);
        int removals = 0;
        store.BeforeRemoval = _ =>
        {
            if (removals++ == moment && from != to && Entries.Remove(all[from].ToString()))
            {
                Put(all[to], moved);
            }
        };
        await cache.RemoveAsync(keys, Token);
        Assert.True(Entries.Count == 0, $"from {from} to {to} before removal {moment}");
    }

    private IDictionary<string, byte[]> Entries => ((FakeStore)Store).Entries;

    private void Put(EntryKey key, byte[] frame) => Entries[key.ToString()] = frame;

    /// <summary>
    /// What the entry would be under a key, as sealed by another process; the store does not keep it.
    /// </summary>
    private async Task<byte[]> SealedAsync(byte master, byte[]? identity = null)
    {
        EntryCache other = Open(master);
        await PutAsync(other, Value, identity: identity);
        string key = other.KeysFor(Namespace, identity ?? Identity).Current.ToString();
        byte[] frame = Entries[key];
        Entries.Remove(key);
        return frame;
    }
}
