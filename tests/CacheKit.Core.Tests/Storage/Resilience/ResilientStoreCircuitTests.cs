using CacheKit.Core.Caching;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Memory;
using CacheKit.Core.Storage.Resilience;
using CacheKit.Core.Tests.Support;
using Polly.CircuitBreaker;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Resilience;

/// <summary>When the store is left alone, for how long, and what is told meanwhile.</summary>
public sealed class ResilientStoreCircuitTests : ResilientStoreTestBase
{
    [Fact]
    public async Task Breaker_two_failed_calls_in_a_row_open_it_whatever_their_attempts()
    {
        Inner.Script = ScriptedStore.Fail(Down);
        await GetAsync();
        Assert.Equal(CircuitState.Closed, Store.CircuitState);
        await GetAsync();
        Assert.Equal(6, Attempts);
        Assert.Equal(CircuitState.Open, Store.CircuitState);
        await GetAsync();
        Assert.Equal(6, Attempts);
    }

    [Fact]
    public async Task Breaker_a_success_between_two_failures_keeps_it_closed()
    {
        for (int i = 0; i < 5; i++)
        {
            Inner.Script = ScriptedStore.Fail(Down);
            await GetAsync();
            Inner.Script = (_, _) => Task.CompletedTask;
            await GetAsync();
        }

        Assert.False(Store.IsOpen);
    }

    [Fact]
    public async Task Breaker_earlier_successes_do_not_delay_it()
    {
        for (int i = 0; i < 1000; i++)
        {
            await Store.GetAsync("a", Token);
        }

        await OpenCircuitAsync();
    }

    [Fact]
    public async Task Breaker_while_open_every_call_fails_at_once_with_the_message_of_the_outage()
    {
        StoreException first = new(StoreFault.Busy, "The store is loading.") { WayOut = "Wait." };
        await OpenCircuitAsync(first);
        Func<ResilientStore, Task>[] calls =
        [
            store => store.GetAsync("a", Token).AsTask(),
            store => store.GetManyAsync(["a"], Token).AsTask(),
            store => store.SetAsync("a", new byte[1], TimeSpan.FromHours(1), Token).AsTask(),
            store => store.RemoveAsync("a", Token).AsTask(),
            store => store.AnyAsync("a", Token).AsTask(),
            store => store.TryLockAsync("a", TimeSpan.FromHours(1), Token).AsTask(),
        ];
        foreach (Func<ResilientStore, Task> call in calls)
        {
            (StoreException? fault, TimeSpan time) = await CallAsync(call);
            Assert.Equal(StoreFault.Unavailable, fault?.Fault);
            Assert.Equal(first.Message, fault?.Message);
            Assert.Equal(first.WayOut, fault?.WayOut);
            Assert.Equal(TimeSpan.Zero, time);
        }

        Assert.Equal(0, Attempts);
    }

    [Fact]
    public async Task Breaker_after_the_break_one_probe_decides()
    {
        await OpenCircuitAsync();
        Clock.Advance(TimeSpan.FromSeconds(4.9));
        Assert.NotNull((await GetAsync()).Fault);
        Assert.Equal(0, Attempts);
        Clock.Advance(TimeSpan.FromSeconds(0.2));
        TaskCompletionSource answer = new();
        Inner.Script = (_, _) => answer.Task;
        Task<byte[]?> probe = Store.GetAsync("a", Token).AsTask();
        Assert.Equal(CircuitState.HalfOpen, Store.CircuitState);
        await Assert.ThrowsAsync<StoreException>(async () => await Store.GetAsync("b", Token));
        Assert.Equal(1, Attempts);
        answer.SetResult();
        Assert.NotNull(await probe);
        Assert.Equal(CircuitState.Closed, Store.CircuitState);
        Assert.Null((await GetAsync()).Fault);
    }

    [Fact]
    public async Task Breaker_each_failed_probe_doubles_the_break_up_to_half_a_minute()
    {
        await OpenCircuitAsync();
        foreach (int seconds in (int[])[5, 10, 20, 30, 30])
        {
            Inner.Attempts.Clear();
            Clock.Advance(TimeSpan.FromSeconds(seconds - 0.5));
            await GetAsync();
            Assert.Equal(0, Attempts);
            Clock.Advance(TimeSpan.FromSeconds(0.5));
            await GetAsync();
            Assert.Equal(3, Attempts);
        }

        Clock.Advance(TimeSpan.FromSeconds(30));
        Inner.Script = (_, _) => Task.CompletedTask;
        Assert.Null((await GetAsync()).Fault);
        await OpenCircuitAsync();
        Clock.Advance(TimeSpan.FromSeconds(5));
        await GetAsync();
        Assert.Equal(3, Attempts);
    }

    [Fact]
    public async Task Breaker_a_store_that_asks_for_a_longer_break_gets_it()
    {
        await OpenCircuitAsync(new StoreException(StoreFault.Busy, "Later.") { RetryAfter = TimeSpan.FromMinutes(2) });
        Clock.Advance(TimeSpan.FromSeconds(119));
        await GetAsync();
        Assert.Equal(0, Attempts);
        Clock.Advance(TimeSpan.FromSeconds(1));
        await GetAsync();
        Assert.Equal(1, Attempts);
    }

    [Fact]
    public async Task Breaker_a_probe_may_take_the_time_to_connect()
    {
        await OpenCircuitAsync();
        Clock.Advance(TimeSpan.FromSeconds(5));
        Inner.Script = ScriptedStore.Hang;
        Assert.Equal(TimeSpan.FromSeconds(3), (await GetAsync()).Time);
    }

    [Fact]
    public async Task Breaker_a_cancelled_call_ends_at_once_and_does_not_count()
    {
        Inner.Script = (_, _) => Task.Delay(Timeout.InfiniteTimeSpan, CancellationToken.None);
        for (int i = 0; i < 5; i++)
        {
            using CancellationTokenSource caller = new();
            Task<byte[]?> call = Store.GetAsync("a", caller.Token).AsTask();
            Assert.False(call.IsCompleted);
            await caller.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        }

        Assert.False(Store.IsOpen);
    }

    [Fact]
    public async Task Breaker_a_cancelled_probe_does_not_close_it()
    {
        await OpenCircuitAsync();
        Clock.Advance(TimeSpan.FromSeconds(5));
        using CancellationTokenSource caller = new();
        Inner.Script = ScriptedStore.Hang;
        Task<byte[]?> probe = Store.GetAsync("a", caller.Token).AsTask();
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => probe);
        Assert.True(Store.IsOpen);
    }

    [Fact]
    public async Task Breaker_a_rejected_password_is_an_answer_and_closes_it()
    {
        await OpenCircuitAsync();
        Clock.Advance(TimeSpan.FromSeconds(5));
        Inner.Script = ScriptedStore.Fail(new StoreException(StoreFault.AuthenticationFailed, "No."));
        Assert.Equal(StoreFault.AuthenticationFailed, (await GetAsync()).Fault?.Fault);
        Assert.False(Store.IsOpen);
    }

    [Fact]
    public async Task Outage_is_one_warning_whatever_fails_and_ends_silently()
    {
        await using EntryCache cache = new(
            new NativeCodec(TestKeys.Ring("acme", 1)), new CacheTiers(Store, new MemoryTier(Clock), Clock));
        EntryKeys keys = cache.KeysFor("users", [1]);
        Inner.Script = ScriptedStore.Hang;
        for (int i = 0; i < 60; i++)
        {
            await RunAsync(() => cache.GetAsync(keys, keepEvidence: false, Token).AsTask());
            await RunAsync(() => cache.RemoveAsync(keys, Token).AsTask());
            Clock.Advance(TimeSpan.FromSeconds(1));
            Inner.Script = i < 30 ? ScriptedStore.Hang : ScriptedStore.Fail(Down);
        }

        Assert.True(cache.TryTakeNotice(out CacheNotice? notice));
        Assert.Equal("scripted store did not answer in time. The script goes on without it.", notice.Text);
        Inner.Script = (_, _) => Task.CompletedTask;
        Clock.Advance(TimeSpan.FromSeconds(30));
        await cache.RemoveAsync(keys, Token);
        Assert.False(Store.IsOpen);
        Assert.False(cache.TryTakeNotice(out _));
    }
}
