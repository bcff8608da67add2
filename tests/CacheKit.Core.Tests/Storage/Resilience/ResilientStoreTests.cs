using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Resilience;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Resilience;

/// <summary>Turns, locks, listings, and what goes on after nobody waits for it.</summary>
public sealed class ResilientStoreTests : ResilientStoreTestBase
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Resilience_concurrent_calls_are_limited()
    {
        Options = Options with { MaxConcurrency = 2, MaxQueued = 1 };
        TaskCompletionSource answer = new();
        Inner.Script = (_, _) => answer.Task;
        Task[] inside = [Store.GetAsync("a", Token).AsTask(), Store.GetAsync("b", Token).AsTask()];
        Task waiting = Store.GetAsync("c", Token).AsTask();
        Assert.Equal(2, Attempts);
        StoreException crowded = await Assert.ThrowsAsync<StoreException>(async () => await Store.GetAsync("d", Token));
        Assert.Equal(StoreFault.Busy, crowded.Fault);
        Assert.Equal("scripted store was asked by too many at once.", crowded.Message);
        answer.SetResult();
        await Task.WhenAll([.. inside, waiting]);
        Assert.Equal(3, Attempts);
    }

    [Fact]
    public async Task Resilience_a_queued_call_fails_after_half_a_second_and_is_no_store_fault()
    {
        Options = Options with { MaxConcurrency = 1, OperationTimeout = TimeSpan.FromMinutes(1) };
        TaskCompletionSource answer = new();
        Inner.Script = (_, _) => answer.Task;
        Task inside = Store.GetAsync("a", Token).AsTask();
        for (int i = 0; i < 5; i++)
        {
            Task waiting = Store.GetAsync("b", Token).AsTask();
            Clock.Advance(StorePipeline.LongestWait - TimeSpan.FromMilliseconds(1));
            Assert.False(waiting.IsCompleted);
            Clock.Advance(TimeSpan.FromMilliseconds(1));
            StoreException fault = await Assert.ThrowsAsync<StoreException>(() => waiting);
            Assert.Equal(StoreFault.Busy, fault.Fault);
        }

        Assert.False(Store.IsOpen);
        answer.SetResult();
        await inside;
        Assert.Null((await GetAsync()).Fault);
    }

    [Fact]
    public async Task Resilience_a_queued_call_is_cancellable()
    {
        Options = Options with { MaxConcurrency = 1 };
        TaskCompletionSource answer = new();
        Inner.Script = (_, _) => answer.Task;
        Task inside = Store.GetAsync("a", Token).AsTask();
        using CancellationTokenSource caller = new();
        Task waiting = Store.GetAsync("b", caller.Token).AsTask();
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        answer.SetResult();
        await inside;
        Assert.Equal(1, Attempts);
    }

    [Fact]
    public async Task Resilience_a_store_that_ignores_cancellation_is_abandoned_and_its_late_fault_observed()
    {
        await ConnectAsync();
        ConcurrentMarker marker = new();
        await LeaveAsync(marker);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.False(marker.WasUnobserved);
    }

    [Fact]
    public async Task Lock_arriving_too_late_is_released()
    {
        await ConnectAsync();
        TaskCompletionSource answer = new();
        Inner.Script = (_, _) => answer.Task;
        (StoreException? fault, _) = await CallAsync(store => store.TryLockAsync("a", s_second, Token).AsTask());
        Assert.Equal(StoreFault.TimedOut, fault?.Fault);
        answer.SetResult();
        await HangGuard.UntilAsync(
            () => Inner.Locks is { IsEmpty: false } locks && locks.Single().IsReleased, "it is given back", Token);
        Assert.True(Assert.Single(Inner.Locks).IsReleased);
    }

    [Fact]
    public async Task Lock_arriving_at_the_moment_of_cancellation_is_released()
    {
        await ConnectAsync();
        Inner.Script = async (_, token) =>
        {
            TaskCompletionSource answer = new();
            await using CancellationTokenRegistration late = token.Register(answer.SetResult);
            await answer.Task;
        };
        for (int i = 0; i < 20; i++)
        {
            using CancellationTokenSource caller = CancellationTokenSource.CreateLinkedTokenSource(Token);
            Task<IStoreLock?> call = Store.TryLockAsync("a", s_second, caller.Token).AsTask();
            await caller.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        }

        await HangGuard.UntilAsync(
            () => Inner.Locks.Count == 20 && Inner.Locks.All(held => held.IsReleased), "all are given back", Token);
        Assert.Equal(20, Inner.Locks.Count);
        Assert.All(Inner.Locks, held => Assert.True(held.IsReleased));
    }

    [Fact]
    public async Task Lock_renewal_passes_the_breaker_and_release_bypasses_it()
    {
        IStoreLock? held = await Store.TryLockAsync("a", s_second, Token);
        Assert.NotNull(held);
        Assert.True(await held.RenewAsync(s_second, Token));
        await OpenCircuitAsync();
        StoreException fault =
            await Assert.ThrowsAsync<StoreException>(async () => await held.RenewAsync(s_second, Token));
        Assert.Equal(Down.Message, fault.Message);
        Assert.Equal(0, Attempts);
        Inner.Script = (_, _) => Task.CompletedTask;
        await held.DisposeAsync();
        Assert.True(Inner.Locks.Single().IsReleased);
    }

    [Fact]
    public async Task Lock_release_waits_a_second_at_most()
    {
        IStoreLock? held = await Store.TryLockAsync("a", s_second, Token);
        Assert.NotNull(held);
        Inner.Script = ScriptedStore.Hang;
        Assert.Equal(s_second, await RunAsync(() => held.DisposeAsync().AsTask()));
    }

    [Fact]
    public async Task Listing_each_step_has_the_time_of_a_call()
    {
        await ConnectAsync();
        Inner.Keys = [.. Enumerable.Range('a', 15).Select(letter => ((char)letter).ToString())];
        // Short steps: what is then left of a step's time-out is not taken for a pause, which the clock would pass
        // over.
        Inner.Script = (_, token) => Task.Delay(TimeSpan.FromMilliseconds(90), Clock, token);
        List<string> found = [];
        (StoreException? fault, TimeSpan time) = await CallAsync(store => ListAsync(store, found));
        Assert.Null(fault);
        Assert.Equal(Inner.Keys, found);
        Assert.Equal(TimeSpan.FromMilliseconds(15 * 90), time);
    }

    [Fact]
    public async Task Listing_each_page_has_the_time_of_a_call_even_without_a_key()
    {
        await ConnectAsync();
        Inner.Pages = [.. Enumerable.Repeat<string[]>([], 15), ["a", "b"]];
        Inner.Script = (_, token) => Task.Delay(TimeSpan.FromMilliseconds(90), Clock, token);
        List<string> found = [];
        (StoreException? fault, TimeSpan time) = await CallAsync(store => ListAsync(store, found));
        Assert.Null(fault);
        Assert.Equal(["a", "b"], found);
        Assert.Equal(TimeSpan.FromMilliseconds(16 * 90), time);
    }

    [Fact]
    public async Task Listing_that_hangs_times_out()
    {
        await ConnectAsync();
        Inner.Keys = ["a", "b", "c"];
        TaskCompletionSource never = new();
        Inner.Script = (number, _) => number < 2 ? Task.CompletedTask : never.Task;
        List<string> found = [];
        (StoreException? fault, TimeSpan time) = await CallAsync(store => ListAsync(store, found));
        Assert.Equal(StoreFault.TimedOut, fault?.Fault);
        Assert.Equal(["a", "b"], found);
        Assert.Equal(s_second, time);
    }

    [Fact]
    public async Task Resilience_the_properties_of_the_inner_store_show_through()
    {
        Inner.Incident = new StoreIncident(Clock.GetUtcNow(), "It happened.");
        Action<string?> listener = _ => { };
        Store.ListenForChanges(listener);
        Assert.Same(listener, Inner.Listener);
        Assert.Equal(Inner.DisplayName, Store.DisplayName);
        Assert.Equal(Inner.Capabilities, Store.Capabilities);
        Assert.True(Store.TryTakeIncident(out StoreIncident? incident));
        Assert.Same(Inner.Incident, incident);
        await Store.DisposeAsync();
        Assert.True(Inner.IsDisposed);
    }

    private static async Task ListAsync(ResilientStore store, List<string> found)
    {
        await foreach (string key in store.ListAsync("*", Token))
        {
            found.Add(key);
        }
    }

    /// <summary>In a method of its own, so that nothing of the test keeps the task alive.</summary>
    private async Task LeaveAsync(ConcurrentMarker marker)
    {
        TaskCompletionSource answer = new();
        Inner.Script = (_, _) => answer.Task;
        Assert.Equal(StoreFault.TimedOut, (await GetAsync()).Fault?.Fault);
        answer.SetException(marker.Exception);
        Inner.Script = (_, _) => Task.CompletedTask;
    }

    /// <summary>An exception of this test alone, since the event is that of the whole process.</summary>
    private sealed class ConcurrentMarker
    {
        private volatile bool _wasUnobserved;

        public ConcurrentMarker()
        {
            TaskScheduler.UnobservedTaskException += (_, arguments) =>
                _wasUnobserved |= arguments.Exception.Flatten().InnerExceptions.Contains(Exception);
        }

        public Exception Exception { get; } = new InvalidOperationException("Late.");

        public bool WasUnobserved => _wasUnobserved;
    }
}
