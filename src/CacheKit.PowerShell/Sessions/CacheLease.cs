using CacheKit.Core.Caching;

namespace CacheKit.Sessions;

/// <summary>
/// A cache that several callers use. Its owner holds one lease and each call another; when the last ends, the cache is
/// closed and its keys are zeroed, and stays so.
/// </summary>
/// <param name="cache">The cache, which belongs to the lease from then on.</param>
internal class CacheLease(EntryCache cache) : IDisposable
{
    private int _holders = 1;

    /// <summary>The cache.</summary>
    public EntryCache Cache => cache;

    /// <summary>Takes another lease, unless the last one has ended.</summary>
    public bool TryHold()
    {
        int holders = Volatile.Read(ref _holders);
        while (holders > 0)
        {
            int seen = Interlocked.CompareExchange(ref _holders, holders + 1, holders);
            if (seen == holders)
            {
                return true;
            }

            holders = seen;
        }

        return false;
    }

    /// <summary>Ends a lease.</summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            // Nothing is under way any more, so that closing does not wait.
            cache.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }
}
