using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Statistics;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Memory;
using CacheKit.Core.Storage.Resilience;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Caching.Statistics;

public sealed class CacheStatisticsTests : EntryCacheTestBase
{
    private readonly ObservedStore _store;

    public CacheStatisticsTests()
    {
        _store = new ObservedStore(Store);
    }

    protected override ICacheStore CreateStore() => new FakeStore();

    [Fact]
    public void Statistics_each_call_counts_once_with_or_without_a_time()
    {
        CacheStatistics statistics = new CacheStatistics(CacheMode.Secure.Label);
        foreach (CallOutcome outcome in Enum.GetValues<CallOutcome>())
        {
            statistics.Count(outcome);
            statistics.Count(outcome, TimeSpan.FromMilliseconds(1));
        }

        CacheCounts counts = statistics.Take();
        Assert.All(Enum.GetValues<CallOutcome>(), outcome => Assert.Equal(2, counts.Calls(outcome)));
        Assert.Equal(1, counts.MemoryHits.Count);
    }

    [Fact]
    public async Task Statistics_counts_are_exact_across_threads()
    {
        const int Each = 10_000;
        CacheStatistics statistics = new CacheStatistics(CacheMode.Secure.Label);
        long taken = 0;
        await Threads.RunAsync(thread =>
        {
            for (int i = 0; i < Each; i++)
            {
                statistics.Count(CallOutcome.MemoryHit, TimeSpan.FromTicks(i));
                statistics.Count(CallOutcome.Miss);
                if (thread == 0 && i % 100 == 0)
                {
                    CacheCounts counts = statistics.Take(reset: true);
                    taken += counts.Calls(CallOutcome.MemoryHit) + counts.Calls(CallOutcome.Miss);
                }
            }
        });
        CacheCounts left = statistics.Take();
        taken += left.Calls(CallOutcome.MemoryHit) + left.Calls(CallOutcome.Miss);
        Assert.Equal(2L * Each * Threads.Count, taken);
    }

    [Fact]
    public void Statistics_counting_allocates_nothing()
    {
        CacheStatistics statistics = new CacheStatistics(CacheMode.Secure.Label);
        statistics.Count(CallOutcome.MemoryHit, TimeSpan.FromTicks(1));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            statistics.Count(CallOutcome.MemoryHit, TimeSpan.FromTicks(i));
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task Statistics_reads_and_writes_count_with_the_time_of_the_store()
    {
        EntryCache cache = Open(_store);
        _store.AfterRead = () => Clock.Advance(TimeSpan.FromMilliseconds(30));
        await StoredAsync(cache, LookupOutcome.Miss);
        await PutAsync(cache, Value);
        await StoredAsync(cache, LookupOutcome.Hit);
        CacheCounts counts = cache.Statistics.Take();
        Assert.Equal(2, counts.Reads);
        Assert.Equal(TimeSpan.FromMilliseconds(30), counts.StoreReads.Max);
        Assert.Equal(1, counts.Writes);
        Assert.Equal(0, counts.ReadFaults + counts.WriteFaults);
    }

    [Fact]
    public async Task Statistics_a_batch_is_one_read()
    {
        EntryCache cache = Open(_store);
        EntryKeys[] keys = [cache.KeysFor(Namespace, [1]), cache.KeysFor(Namespace, [2])];
        await cache.GetManyAsync(keys, keepEvidence: false, Token);
        Assert.Equal(1, cache.Statistics.Take().Reads);
    }

    [Fact]
    public async Task Statistics_faults_count_as_faults()
    {
        EntryCache cache = Open(_store);
        _store.ReadFault = new StoreException(StoreFault.Unavailable, "The store is down.");
        _store.WriteFault = _store.ReadFault;
        await StoredAsync(cache, LookupOutcome.Miss);
        EntryKeys keys = await PutAsync(cache, Value);
        await cache.RemoveAsync(keys, Token);
        CacheCounts counts = cache.Statistics.Take();
        Assert.Equal(1, counts.ReadFaults);
        Assert.Equal(2, counts.WriteFaults);
        Assert.Equal(0, counts.Reads + counts.Writes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Statistics_a_refused_entry_counts_kept_or_dropped(bool keepEvidence)
    {
        EntryCache cache = Open(_store);
        EntryKeys keys = cache.KeysFor(Namespace, Identity);
        await PlantAsync(keys.Current, [1, 2, 3]);
        await StoredAsync(cache, LookupOutcome.NotAuthentic, keepEvidence);
        CacheCounts counts = cache.Statistics.Take();
        Assert.Equal(1, counts.Refused(RefusalReason.NotAuthentic));
        Assert.Equal(0, counts.Refused(RefusalReason.Malformed));
    }

    [Theory]
    [InlineData(LookupOutcome.Hit, true, false, CallOutcome.MemoryHit)]
    [InlineData(LookupOutcome.Hit, false, false, CallOutcome.StoreHit)]
    [InlineData(LookupOutcome.Miss, false, true, CallOutcome.Miss)]
    [InlineData(LookupOutcome.NotAuthentic, false, false, CallOutcome.Miss)]
    [InlineData(LookupOutcome.Malformed, false, true, CallOutcome.Failed)]
    public void Statistics_a_lookup_counts_by_what_it_found(
        LookupOutcome found, bool isLocal, bool keepEvidence, CallOutcome expected)
    {
        CacheStatistics statistics = new CacheStatistics(CacheMode.Secure.Label);
        statistics.Count(new LookupResult(found, default) { IsLocal = isLocal }.ToCallOutcome(keepEvidence));
        CacheCounts counts = statistics.Take();
        Assert.All(
            Enum.GetValues<CallOutcome>(), outcome => Assert.Equal(outcome == expected ? 1 : 0, counts.Calls(outcome)));
    }

    [Fact]
    public void Statistics_counts_of_several_caches_add_up()
    {
        CacheStatistics one = new CacheStatistics(CacheMode.Secure.Label);
        CacheStatistics two = new CacheStatistics(CacheMode.Plain.Label);
        foreach (CacheStatistics each in (CacheStatistics[])[one, two, two])
        {
            each.Count(CallOutcome.MemoryHit, TimeSpan.FromMilliseconds(1));
            each.Count(CallOutcome.Miss);
            each.CountRefused(RefusalReason.Malformed);
            each.CountComputation(TimeSpan.FromSeconds(1));
            each.CountRead(worked: false, TimeSpan.Zero);
            each.CountWrite(worked: true, TimeSpan.Zero);
        }

        CacheCounts sum = one.Take().With(two.Take());
        Assert.Equal(
            [3, 3, 3, 3, 3, 3],
            [
                sum.Calls(CallOutcome.MemoryHit), sum.Calls(CallOutcome.Miss), sum.Refused(RefusalReason.Malformed),
                sum.Computations.Count, sum.ReadFaults, sum.Writes,
            ]);
        Assert.Equal(TimeSpan.FromSeconds(1), sum.Computations.Max);
    }

    [Fact]
    public async Task Statistics_memory_reports_entries_and_evictions()
    {
        const int Room = 4;
        long size = (Room * (1000L + MemoryTier.OverheadBytes)) + 100;
        MemoryTier memory = new(Clock, size);
        await using CacheTiers tiers = new(new FakeStore(), memory, Clock);
        for (byte i = 0; i < Room; i++)
        {
            memory.Set(EntryIdOf(i), new byte[1000], Clock.GetUtcNow().ToUnixTimeMilliseconds() + 1000);
        }

        Assert.Equal(new TierState(Room, Room * (1000 + MemoryTier.OverheadBytes), 0, false), tiers.Observe());
        memory.Set(EntryIdOf(Room), new byte[1000], Clock.GetUtcNow().ToUnixTimeMilliseconds() + 1000);
        Assert.Equal(1, tiers.Observe().MemoryEvictions);
        // What is over does not make room: it only goes.
        Clock.Advance(TimeSpan.FromSeconds(2));
        memory.Set(EntryIdOf(Room + 1), new byte[1000], Clock.GetUtcNow().ToUnixTimeMilliseconds() + 1000);
        Assert.Equal(1, tiers.Observe().MemoryEvictions);
    }

    [Fact]
    public async Task Statistics_an_open_breaker_is_reported()
    {
        _store.ReadFault = new StoreException(StoreFault.Unavailable, "The store is down.");
        ResilientStore resilient = new(_store, new ResilienceOptions { MaxAttempts = 1 }, Clock);
        await using CacheTiers tiers = new(resilient, new MemoryTier(Clock), Clock);
        Assert.False(tiers.Observe().IsBreakerOpen);
        for (int i = 0; i < 2; i++)
        {
            await Assert.ThrowsAsync<StoreException>(async () => await resilient.GetAsync("key", Token));
        }

        Assert.True(tiers.Observe().IsBreakerOpen);
    }

    private static EntryId EntryIdOf(byte first) =>
        EntryId.FromBytes([first, .. new byte[EntryId.ByteLength - 1]]);
}
