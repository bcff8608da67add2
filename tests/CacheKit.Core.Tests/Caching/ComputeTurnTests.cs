using CacheKit.Core.Caching;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Memory;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Caching;

/// <summary>One computation a key among all processes: who has the turn, and what the others find.</summary>
public sealed class ComputeTurnTests : EntryCacheTestBase
{
    private static readonly TimeSpan s_long = TimeSpan.FromMinutes(5);

    protected override ICacheStore CreateStore() => new MemoryStore(Clock);

    [Fact]
    public async Task Lease_one_process_holds_it_and_the_others_find_its_result()
    {
        EntryCache first = Open();
        EntryCache second = Open();
        ComputeTurn mine = await TakeAsync(first, TimeSpan.Zero);
        Assert.NotNull(mine.Lease);
        Assert.True((await TakeAsync(second, TimeSpan.Zero)).IsContested);

        Task<ComputeTurn> waiting = TakeAsync(second, s_long);
        await PutAsync(first, Value);
        await mine.Lease.DisposeAsync();
        ComputeTurn theirs = await UntilDoneAsync(waiting);
        using LookupResult found = theirs.Lookup;
        Assert.Equal(LookupOutcome.Hit, found.Outcome);
        Assert.Equal(Value, found.Entry.Value.ToArray());
        Assert.Null(theirs.Lease);
    }

    [Fact]
    public async Task Lease_a_waiter_finds_the_entry_before_the_lock_is_released()
    {
        EntryCache first = Open();
        ComputeTurn mine = await TakeAsync(first, TimeSpan.Zero);
        Task<ComputeTurn> waiting = TakeAsync(Open(), s_long);
        await PutAsync(first, Value);
        using LookupResult found = (await UntilDoneAsync(waiting)).Lookup;
        Assert.Equal(LookupOutcome.Hit, found.Outcome);
        await mine.AbandonAsync();
    }

    [Fact]
    public async Task Lease_a_waiter_polls_every_50_ms()
    {
        ObservedStore store = new(Store);
        ComputeTurn mine = await TakeAsync(Open(), TimeSpan.Zero);
        Task<ComputeTurn> waiting = TakeAsync(Open(store), s_long);
        for (int looks = 1; looks < 20; looks++)
        {
            await UntilAsync(() => store.Reads == looks);
            Assert.False(waiting.IsCompleted);
            await AdvanceWhenAsleepAsync(TimeSpan.FromMilliseconds(50), () => store.Reads > looks);
        }

        await mine.AbandonAsync();
        await (await UntilDoneAsync(waiting)).AbandonAsync();
    }

    [Fact]
    public async Task Lease_an_uncached_result_passes_it_on()
    {
        ComputeTurn mine = await TakeAsync(Open(), TimeSpan.Zero);
        Task<ComputeTurn> waiting = TakeAsync(Open(), s_long);
        await mine.AbandonAsync();
        await mine.AbandonAsync();
        ComputeTurn next = await UntilDoneAsync(waiting);
        Assert.NotNull(next.Lease);
        Assert.Equal(LookupOutcome.Miss, next.Lookup.Outcome);
        Assert.False(next.IsContested);
        await next.AbandonAsync();
    }

    [Fact]
    public async Task Lease_a_dead_holder_frees_the_key_after_ten_seconds()
    {
        EntryCache cache = Open();
        // As a process that is no more: nobody renews it.
        string key = cache.KeysFor(Namespace, Identity).Current.ToString();
        Assert.NotNull(await Store.TryLockAsync(key, ComputeLease.Duration, Token));
        Clock.Advance(ComputeLease.Duration - TimeSpan.FromMilliseconds(1));
        Assert.True((await TakeAsync(cache, TimeSpan.Zero)).IsContested);
        Clock.Advance(TimeSpan.FromMilliseconds(1));
        ComputeTurn turn = await TakeAsync(cache, TimeSpan.Zero);
        Assert.NotNull(turn.Lease);
        await turn.AbandonAsync();
    }

    [Fact]
    public async Task Lease_renewal_lasts_as_long_as_the_work()
    {
        ObservedStore store = new(Store);
        ComputeTurn mine = await TakeAsync(Open(store), TimeSpan.Zero);
        EntryCache other = Open();
        for (int renewals = 1; renewals <= 40; renewals++)
        {
            Clock.Advance(ComputeLease.Duration / 3);
            // The renewal may come from another thread: time goes on when it has come.
            await UntilAsync(() => store.LocksRenewed == renewals);
            Assert.Null(
                await Store.TryLockAsync(other.KeysFor(Namespace, Identity).Current.ToString(), s_long, Token));
        }

        await mine.AbandonAsync();
        ComputeTurn next = await TakeAsync(other, TimeSpan.Zero);
        Assert.NotNull(next.Lease);
        await next.AbandonAsync();
    }

    [Fact]
    public async Task Lease_a_lost_lock_is_not_renewed()
    {
        FakeStore store = new();
        await using EntryCache cache = new(
            new NativeCodec(TestKeys.Ring(Tenant, 1, [])), new CacheTiers(store, new MemoryTier(Clock), Clock));
        ComputeTurn mine = await TakeAsync(cache, TimeSpan.Zero);
        store.BreakLock(Assert.Single(store.Locked));
        Clock.Advance(ComputeLease.Duration / 3);
        await mine.Lease!.Renewals.WaitAsync(s_long, Token);
        await mine.AbandonAsync();
    }

    [Fact]
    public async Task Lease_a_wait_times_out_and_the_caller_computes_without_it()
    {
        ComputeTurn mine = await TakeAsync(Open(), TimeSpan.Zero);
        Task<ComputeTurn> waiting = TakeAsync(Open(), TimeSpan.FromSeconds(2));
        ComputeTurn late = await UntilDoneAsync(waiting);
        Assert.True(late.IsContested);
        Assert.Null(late.Lease);
        await mine.AbandonAsync();
    }

    [Fact]
    public async Task Stop_ends_a_wait_for_a_lease()
    {
        ComputeTurn mine = await TakeAsync(Open(), TimeSpan.Zero);
        EntryCache cache = Open();
        using CancellationTokenSource stop = new();
        Task<ComputeTurn> waiting = cache.TakeTurnAsync(
            cache.KeysFor(Namespace, Identity), keepEvidence: false, s_long, s_long, stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await mine.AbandonAsync();
    }

    [Fact]
    public async Task Lease_a_store_without_locks_lets_everyone_compute()
    {
        ObservedStore store = new(Store) { Hidden = StoreCapabilities.Locking };
        Assert.Equal(default, await TakeAsync(Open(store), s_long));
        Assert.Equal(0, store.LocksAsked);
    }

    [Fact]
    public async Task Lease_failing_locks_let_everyone_compute_without_a_warning()
    {
        ObservedStore store = new(Store) { LockFault = new StoreException(StoreFault.AccessDenied, "No locks.") };
        EntryCache cache = Open(store);
        Assert.Equal(default, await TakeAsync(cache, s_long));
        Assert.Equal(1, store.LocksAsked);
        Assert.Empty(Notices(cache));
    }

    [Fact]
    public async Task Lease_an_unreadable_store_is_not_asked_for_a_lock()
    {
        ObservedStore store = new(Store) { ReadFault = new StoreException(StoreFault.Unavailable, "Down.") };
        EntryCache cache = Open(store);
        await StoredAsync(cache, LookupOutcome.Miss);
        Assert.Equal(default, await TakeAsync(cache, s_long));
        Assert.Equal(0, store.LocksAsked);

        store.ReadFault = null;
        await StoredAsync(cache, LookupOutcome.Miss);
        ComputeTurn turn = await TakeAsync(cache, s_long);
        Assert.NotNull(turn.Lease);
        await turn.AbandonAsync();
    }

    [Fact]
    public async Task Lease_an_entry_that_is_not_authentic_releases_it_when_failing_closed()
    {
        EntryCache cache = Open();
        EntryKeys keys = await PutAsync(Open(), Value);
        byte[] frame = await FrameAsync(keys.Current);
        frame[^1] ^= 1;
        await PlantAsync(keys.Current, frame);
        ComputeTurn turn = await cache.TakeTurnAsync(keys, keepEvidence: true, s_long, s_long, Token);
        Assert.Equal(LookupOutcome.NotAuthentic, turn.Lookup.Outcome);
        Assert.Null(turn.Lease);
        Assert.NotNull(await Store.TryLockAsync(keys.Current.ToString(), s_long, Token));
    }

    [Fact]
    public async Task Lease_without_renewal_a_lock_lasts_for_the_whole_work()
    {
        ObservedStore store = new(Store) { Hidden = StoreCapabilities.LockRenewal };
        ComputeTurn mine = await TakeAsync(Open(store), TimeSpan.Zero);
        Assert.True(mine.Lease!.Renewals.IsCompleted);
        Clock.Advance(s_long - TimeSpan.FromMilliseconds(1));
        Assert.True((await TakeAsync(Open(), TimeSpan.Zero)).IsContested);
        await mine.AbandonAsync();
    }

    private static Task<ComputeTurn> TakeAsync(EntryCache cache, TimeSpan timeout) => cache.TakeTurnAsync(
        cache.KeysFor(Namespace, Identity), keepEvidence: false, timeout, s_long, Token).AsTask();

    /// <summary>Lets time pass until the task has ended.</summary>
    private async Task<T> UntilDoneAsync<T>(Task<T> task)
    {
        await AdvanceWhenAsleepAsync(TimeSpan.FromMilliseconds(50), () => task.IsCompleted);
        return await task;
    }

    private async Task AdvanceWhenAsleepAsync(TimeSpan step, Func<bool> isDone)
    {
        while (!isDone())
        {
            Clock.Advance(step);
            await Task.Yield();
        }
    }

    private static async Task UntilAsync(Func<bool> isTrue)
    {
        while (!isTrue())
        {
            Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
