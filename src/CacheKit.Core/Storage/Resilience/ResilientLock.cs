namespace CacheKit.Core.Storage.Resilience;

/// <summary>A lock whose renewal and release take a bounded time.</summary>
/// <param name="inner">The lock.</param>
/// <param name="pipeline">The pipeline of its store.</param>
/// <param name="releaseTimeout">How long its release is waited for, or null for as long as it takes.</param>
/// <param name="clock">The clock.</param>
internal sealed class ResilientLock(
    IStoreLock inner, StorePipeline pipeline, TimeSpan? releaseTimeout, TimeProvider clock) : IStoreLock
{
    /// <inheritdoc/>
    public ValueTask<bool> RenewAsync(TimeSpan lease, CancellationToken cancellationToken) => pipeline.RunAsync(
        bytes: 0,
        mayRetry: false,
        static (call, token) => call.inner.RenewAsync(call.lease, token),
        (inner, lease),
        abandoned: null,
        cancellationToken);

    /// <inheritdoc/>
    /// <remarks>It goes past the circuit: it says nothing of the store, since it hides the store's faults.</remarks>
    public async ValueTask DisposeAsync()
    {
        ValueTask release = inner.DisposeAsync();
        if (release.IsCompleted || releaseTimeout is not { } timeout)
        {
            await release.ConfigureAwait(false);
            return;
        }

        Task<bool> task = WaitAsync(release);
        try
        {
            await task.WaitAsync(timeout, clock).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // It ends by itself, with its lease.
            _ = AbandonedTask.ObserveAsync(task, cleanUp: null);
        }
    }

    private static async Task<bool> WaitAsync(ValueTask release)
    {
        await release.ConfigureAwait(false);
        return true;
    }
}
