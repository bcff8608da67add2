using CacheKit.Core.Storage;

namespace CacheKit.Core.Caching;

/// <summary>
/// The turn of this process to compute an entry, which the store's lock grants: renewed in the background until it is
/// disposed, so that it lasts as long as the work, and ends by itself when the process dies.
/// </summary>
public sealed class ComputeLease : IAsyncDisposable
{
    /// <summary>How long a turn outlives a process that died: 10 seconds.</summary>
    public static readonly TimeSpan Duration = TimeSpan.FromSeconds(10);

    // Two renewals may fail before the lease is over.
    private const int RenewalsPerLease = 3;

    private readonly IStoreLock _held;
    private readonly PeriodicTimer? _timer;
    private int _isDisposed;

    /// <summary>Takes over a lock that is held.</summary>
    /// <param name="held">The lock.</param>
    /// <param name="isRenewed">Whether the store can renew it.</param>
    /// <param name="clock">The clock that renewals go by.</param>
    internal ComputeLease(IStoreLock held, bool isRenewed, TimeProvider clock)
    {
        _held = held;
        if (isRenewed)
        {
            _timer = new PeriodicTimer(Duration / RenewalsPerLease, clock);
            Renewals = RenewAsync(_timer);
        }
    }

    /// <summary>The renewals: ended when the lease is lost or given back.</summary>
    internal Task Renewals { get; } = Task.CompletedTask;

    /// <summary>Gives the turn to the next. Doing it twice is harmless.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            _timer?.Dispose();
            // A renewal under way is not waited for: it comes too late to renew anything.
            await _held.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task RenewAsync(PeriodicTimer timer)
    {
        bool isHeld = true;
        while (isHeld && await timer.WaitForNextTickAsync().ConfigureAwait(false))
        {
            try
            {
                isHeld = await _held.RenewAsync(Duration, CancellationToken.None).ConfigureAwait(false);
            }
            catch (StoreException)
            {
                // The next renewal may be in time.
            }
            catch (ObjectDisposedException)
            {
                isHeld = false;
            }
        }
    }
}

/// <summary>What asking for the turn to compute an entry came to.</summary>
/// <param name="Lookup">What another process has put into the store meanwhile.</param>
/// <param name="Lease">The turn; null when there is nothing to compute, or the store has no locks or a fault.</param>
/// <param name="IsContested">Whether another process has the turn: the time was over before its end.</param>
public readonly record struct ComputeTurn(LookupResult Lookup, ComputeLease? Lease, bool IsContested)
{
    /// <summary>Zeroes what was found, and gives the turn back.</summary>
    public ValueTask AbandonAsync()
    {
        Lookup.Dispose();
        return Lease?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
