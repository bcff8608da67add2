using CacheKit.Core.Caching;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Memory;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Caching;

/// <summary>Entries past their time (stale-if-error), and lookups of several at once.</summary>
public sealed class EntryCacheStaleTests : EntryCacheTestBase
{
    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);

    protected override ICacheStore CreateStore() => new FakeStore();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Stale_entries_are_a_miss_unless_asked_for(bool memoryIsEmpty)
    {
        EntryCache cache = Open();
        EntryKeys keys = await PutAsync(cache);
        cache = memoryIsEmpty ? Open() : cache;
        Clock.Advance(Minute);
        Assert.Null(Local(cache));
        Assert.Null(await StoredAsync(cache, LookupOutcome.Miss));
        Assert.Equal(Value, await StaleAsync(cache, keys, s_hour));
        Assert.Empty(Notices(cache));
    }

    [Fact]
    public async Task Stale_the_grace_of_the_caller_limits_it()
    {
        EntryCache cache = Open();
        EntryKeys keys = await PutAsync(cache);
        Clock.Advance(Minute + TimeSpan.FromMilliseconds(10));
        Assert.Null(await StaleAsync(cache, keys, TimeSpan.FromMilliseconds(10)));
        Assert.Equal(Value, await StaleAsync(cache, keys, TimeSpan.FromMilliseconds(11)));
    }

    [Fact]
    public async Task Stale_the_sealed_grace_limits_it_whatever_the_store_keeps()
    {
        EntryCache cache = Open();
        EntryKeys keys = await PutAsync(cache);
        byte[] frame = await FrameAsync(keys.Current);
        Clock.Advance(Minute + s_hour - TimeSpan.FromMilliseconds(1));
        await PlantAsync(keys.Current, frame);
        Assert.Equal(Value, await StaleAsync(Open(), keys: null, TimeSpan.FromDays(1)));
        Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null(await StaleAsync(Open(), keys: null, TimeSpan.FromDays(1)));
    }

    [Fact]
    public async Task Stale_without_grace_an_entry_expires_at_once()
    {
        EntryCache cache = Open();
        EntryKeys keys = await PutAsync(cache, Value, Minute);
        Clock.Advance(Minute);
        Assert.Null(await StaleAsync(cache, keys, TimeSpan.FromDays(1)));
    }

    [Fact]
    public async Task Stale_an_altered_entry_is_not_returned()
    {
        EntryCache cache = Open();
        EntryKeys keys = await PutAsync(cache);
        byte[] frame = await FrameAsync(keys.Current);
        frame[^1] ^= 1;
        await PlantAsync(keys.Current, frame);
        Assert.Null(await StaleAsync(Open(), keys: null, s_hour));
    }

    [Fact]
    public async Task Stale_an_entry_of_a_previous_key_is_found()
    {
        await PutAsync(Open(2));
        Clock.Advance(Minute);
        Assert.Equal(Value, await StaleAsync(Open(1, 2, 3), keys: null, s_hour));
    }

    [Fact]
    public async Task Cache_a_batch_is_one_read_in_the_order_of_its_keys()
    {
        EntryCache writer = Open();
        await PutAsync(writer, [1], identity: [1]);
        await PutAsync(writer, [3], identity: [3]);
        ObservedStore store = new(Store);
        EntryCache cache = Open(store, Tenant, 1, 2, 3);
        EntryKeys[] keys = [.. new byte[] { 1, 2, 3 }.Select(id => cache.KeysFor(Namespace, [id]))];
        IReadOnlyList<LookupResult> results = await cache.GetManyAsync(keys, keepEvidence: false, Token);
        Assert.Equal(
            [LookupOutcome.Hit, LookupOutcome.Miss, LookupOutcome.Hit], results.Select(result => result.Outcome));
        Assert.Equal([1], results[0].Entry.Value.ToArray());
        Assert.Equal([3], results[2].Entry.Value.ToArray());
        // The one that is not there is asked for once more, since it may have moved from key to key meanwhile.
        Assert.Equal(2, store.Reads);
        Assert.Equal([1], Local(cache, [1]));
        foreach (LookupResult result in results)
        {
            result.Dispose();
        }
    }

    [Fact]
    public async Task Outage_a_batch_of_lookups_is_misses_with_one_warning()
    {
        ObservedStore store = new(Store) { ReadFault = new StoreException(StoreFault.Unavailable, "Away.") };
        EntryCache cache = Open(store);
        EntryKeys[] keys = [.. new byte[] { 1, 2, 3 }.Select(id => cache.KeysFor(Namespace, [id]))];
        IReadOnlyList<LookupResult> results = await cache.GetManyAsync(keys, keepEvidence: false, Token);
        Assert.All(results, result => Assert.Equal(LookupOutcome.Miss, result.Outcome));
        Assert.Single(Notices(cache));
    }

    [Fact]
    public async Task SingleFlight_one_caller_opens_what_another_sealed()
    {
        EntryCache cache = Open();
        EntryKeys keys = cache.KeysFor(Namespace, Identity);
        SealedEntry? entry = cache.Seal(keys, null, SerializerKind.PowerShell, Value, Minute);
        Assert.NotNull(entry);
        Assert.True(cache.TryOpen(entry, keys, out OpenedEntry opened));
        Assert.Equal(Value, opened.Value.ToArray());
        opened.Dispose();
        await cache.SetAsync(entry, Token);
    }

    [Fact]
    public async Task SingleFlight_a_follower_opens_what_the_leader_sealed_before_zeroing_its_keys()
    {
        // As when a key is added to a session while a block runs: who waits for the block has another cache.
        await using CacheTiers tiers = new(new ObservedStore(Store), new MemoryTier(Clock), Clock);
        using KeyRing one = new(TestKeys.Of(1));
        using KeyRing two = new(TestKeys.Of(1), TestKeys.Of(2));
        await using EntryCache follower = new EntryCache(tiers, CacheMode.Secure, () => two, Tenant);
        SealedEntry? entry;
        await using (EntryCache leader = new EntryCache(tiers, CacheMode.Secure, () => one, Tenant))
        {
            entry = leader.Seal(leader.KeysFor(Namespace, Identity), null, SerializerKind.PowerShell, Value, Minute);
        }

        Assert.NotNull(entry);
        Assert.True(follower.TryOpen(entry, follower.KeysFor(Namespace, Identity), out OpenedEntry opened));
        using (opened)
        {
            Assert.Equal(Value, opened.Value.ToArray());
        }
    }

    [Fact]
    public async Task Compression_a_value_is_not_compressed_when_switched_off()
    {
        EntryCache cache = Open();
        byte[] value = new byte[50_000];
        EntryKeys keys = cache.KeysFor(Namespace, Identity);
        SealedEntry? entry = cache.Seal(keys, null, SerializerKind.PowerShell, value, Minute, compress: false);
        await cache.SetAsync(entry!, Token);
        Assert.True((await FrameAsync(keys.Current)).Length > value.Length);
        Assert.Equal(value, await StoredAsync(Open(), LookupOutcome.Hit));
    }

    private static async Task<EntryKeys> PutAsync(EntryCache cache)
    {
        EntryKeys keys = cache.KeysFor(Namespace, Identity);
        SealedEntry? entry = cache.Seal(
            keys, null, SerializerKind.PowerShell, Value, new EntryLifetime(Minute, s_hour));
        await cache.SetAsync(entry!, Token);
        return keys;
    }

    private static async Task<byte[]?> StaleAsync(EntryCache cache, EntryKeys? keys, TimeSpan grace)
    {
        using LookupResult result = await cache.GetStaleAsync(keys ?? cache.KeysFor(Namespace, Identity), grace, Token);
        return result.Outcome == LookupOutcome.Hit ? result.Entry.Value.ToArray() : null;
    }
}
