namespace CacheKit.Core.Storage;

/// <summary>What every store can do through what it must do.</summary>
public static class CacheStoreExtensions
{
    /// <summary>Whether there is an entry, its time not over, whose key matches a pattern.</summary>
    /// <param name="store">A store that can list.</param>
    /// <param name="pattern">As for <see cref="ICacheStore.ListAsync"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ArgumentException">The pattern has one of <c>[ ] \</c>.</exception>
    /// <exception cref="StoreException">The store has a fault, or cannot list.</exception>
    public static async ValueTask<bool> AnyAsync(
        this ICacheStore store, string pattern, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        await foreach (string _ in store.ListAsync(pattern, cancellationToken).ConfigureAwait(false))
        {
            return true;
        }

        return false;
    }
}
