namespace CacheKit.Core.Storage;

/// <summary>A lock that a store has granted, until it is released or its lease ends.</summary>
/// <remarks>
/// What proves its possession is a capability (PROTOCOL section 11): it is in no message and no log. Disposing releases
/// the lock, if it is still ours; a fault of the store is not thrown then, since the lock ends by itself.
/// </remarks>
public interface IStoreLock : IAsyncDisposable
{
    /// <summary>Begins a new lease.</summary>
    /// <param name="lease">How long it is, from now on; more than zero.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>
    /// Whether the lock is still held. A store that cannot renew (<see cref="StoreCapabilities.LockRenewal"/>) answers
    /// for the first lease.
    /// </returns>
    /// <exception cref="StoreException">The store has a fault, and nobody knows whether the lock is held.</exception>
    ValueTask<bool> RenewAsync(TimeSpan lease, CancellationToken cancellationToken);
}
