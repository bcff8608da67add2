using CacheKit.Core.Caching;

namespace CacheKit.Sessions;

/// <summary>
/// The caches of the tenants of a session, each made at its first use and kept, the one used last at hand without a
/// lock. Safe for concurrent use.
/// </summary>
/// <param name="open">Makes the cache of a tenant.</param>
internal sealed class TenantCaches(Func<string, EntryCache> open)
{
    /// <summary>As many tenants keep their derived keys in memory; the one that was made first goes first.</summary>
    private const int MostTenants = 256;

    private readonly Dictionary<string, EntryCache> _caches = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();
    private Last? _last;

    /// <summary>Holds the cache that was used last, if it is this tenant's.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <returns>The cache, which the caller releases; or null.</returns>
    public EntryCache? TryHoldLast(string tenant)
    {
        Last? last = Volatile.Read(ref _last);
        return last is not null && last.Tenant == tenant && last.Cache.TryHold() ? last.Cache : null;
    }

    /// <summary>Holds a tenant's cache. The caller has the session's lock.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <returns>The cache, which the caller releases.</returns>
    public EntryCache Hold(string tenant)
    {
        if (!_caches.TryGetValue(tenant, out EntryCache? cache))
        {
            cache = open(tenant);
            if (_caches.Count == MostTenants)
            {
                Close(_order.Dequeue());
            }

            _caches.Add(tenant, cache);
            _order.Enqueue(tenant);
        }

        cache.TryHold();
        Volatile.Write(ref _last, new Last(tenant, cache));
        return cache;
    }

    /// <summary>Closes every cache as soon as nobody uses it. The caller has the session's lock.</summary>
    public void Close()
    {
        while (_order.TryDequeue(out string? tenant))
        {
            Close(tenant);
        }
    }

    private void Close(string tenant)
    {
        if (_caches.Remove(tenant, out EntryCache? cache))
        {
            if (_last?.Cache == cache)
            {
                Volatile.Write(ref _last, null);
            }

            cache.Release();
        }
    }

    private sealed class Last(string tenant, EntryCache cache)
    {
        public readonly string Tenant = tenant;

        public readonly EntryCache Cache = cache;
    }
}
