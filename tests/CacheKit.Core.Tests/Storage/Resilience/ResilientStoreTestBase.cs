using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Resilience;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Resilience;

/// <summary>A store of a script behind a resilient one, and a clock that goes when both wait.</summary>
public abstract class ResilientStoreTestBase : IAsyncDisposable
{
    private protected static readonly StoreException Down =
        new(StoreFault.Unavailable, "The store refused the connection.");

    private readonly Lazy<ResilientStore> _store;

    protected ResilientStoreTestBase()
    {
        Inner = new ScriptedStore(Clock);
        _store = new Lazy<ResilientStore>(() => new ResilientStore(Inner, Options, Clock));
    }

    private protected SteppedClock Clock { get; } = new();

    private protected ScriptedStore Inner { get; }

    protected ResilienceOptions Options { get; set; } = new();

    private protected ResilientStore Store => _store.Value;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected int Attempts => Inner.Attempts.Count;

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Runs a call; returns its fault, or null, and the time it took.</summary>
    private protected async Task<(StoreException? Fault, TimeSpan Time)> CallAsync(Func<ResilientStore, Task> call)
    {
        Task? task = null;
        TimeSpan time = await RunAsync(() => task = call(Store));
        Exception? exception = await Record.ExceptionAsync(() => task!);
        Assert.True(exception is null or StoreException, exception?.ToString());
        return (exception as StoreException, time);
    }

    private protected Task<(StoreException? Fault, TimeSpan Time)> GetAsync() =>
        CallAsync(store => store.GetAsync("a", Token).AsTask());

    /// <summary>
    /// Runs a call while time passes. A pause is a timer alone; that of an attempt counts only when the store hangs.
    /// </summary>
    private protected Task<TimeSpan> RunAsync(Func<Task> call)
    {
        int first = Inner.Begun;
        // Off the test's own context, so that what a timer sets going goes at once.
        return Clock.RunAsync(
            Task.Run(call, Token), next => next < TimeSpan.FromMilliseconds(900) || Inner.IsWaiting(first));
    }

    /// <summary>Makes the connection, as it were.</summary>
    private protected async Task ConnectAsync()
    {
        Func<int, CancellationToken, Task> script = Inner.Script;
        Inner.Script = (_, _) => Task.CompletedTask;
        Assert.Null((await GetAsync()).Fault);
        Inner.Script = script;
        Inner.Attempts.Clear();
    }

    private protected async Task OpenCircuitAsync(StoreException? fault = null)
    {
        Inner.Script = ScriptedStore.Fail(fault ?? Down);
        for (int i = 0; i < Options.BreakerFailures; i++)
        {
            Assert.False(Store.IsOpen);
            Assert.NotNull((await GetAsync()).Fault);
        }

        Assert.True(Store.IsOpen);
        Inner.Attempts.Clear();
    }
}
