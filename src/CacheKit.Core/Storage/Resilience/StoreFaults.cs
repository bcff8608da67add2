using Polly.Timeout;

namespace CacheKit.Core.Storage.Resilience;

/// <summary>Names the faults of a store that the store itself did not name.</summary>
/// <param name="displayName">The store.</param>
internal sealed class StoreFaults(string displayName)
{
    /// <summary>The fault that an exception means, or null when it is none of the store's.</summary>
    /// <param name="exception">The exception.</param>
    /// <param name="cancellationToken">The caller's: what he cancels is no fault.</param>
    public StoreException? Of(Exception? exception, CancellationToken cancellationToken) => exception switch
    {
        StoreException fault => fault,
        TimeoutRejectedException => TimedOut(exception),
        // The store gave up by itself.
        OperationCanceledException when !cancellationToken.IsCancellationRequested => TimedOut(exception),
        _ => null,
    };

    /// <summary>The fault of a call that did not go to the store: as the outage began, to be told once.</summary>
    /// <param name="openedBy">The fault that opened the circuit.</param>
    public StoreException WhileOpen(StoreException? openedBy) => new(
        StoreFault.Unavailable,
        openedBy?.Message ?? $"{displayName} does not answer.",
        openedBy)
    {
        WayOut = openedBy?.WayOut,
    };

    /// <summary>The fault of a call that had no turn.</summary>
    public StoreException Crowded() => new(
        StoreFault.Busy, $"{displayName} was asked by too many at once.");

    private StoreException TimedOut(Exception exception) => new(
        StoreFault.TimedOut, $"{displayName} did not answer in time.", exception);
}
