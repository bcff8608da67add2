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

    private readonly Dictionary<string, TenantLease> _leases = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();
    private TenantLease? _last;

    /// <summary>Takes a lease on the cache that was used last, if it is this tenant's.</summary>
    /// <param name="tenant">The tenant.</param>
    public CacheLease? TryRentLast(string tenant)
    {
        TenantLease? last = Volatile.Read(ref _last);
        return last is not null && last.Tenant == tenant && last.TryHold() ? last : null;
    }

    /// <summary>Takes a lease on a tenant's cache. The caller has the session's lock.</summary>
    /// <param name="tenant">The tenant.</param>
    public CacheLease Rent(string tenant)
    {
        if (!_leases.TryGetValue(tenant, out TenantLease? lease))
        {
            lease = new TenantLease(tenant, open(tenant));
            if (_leases.Count == MostTenants)
            {
                Close(_order.Dequeue());
            }

            _leases.Add(tenant, lease);
            _order.Enqueue(tenant);
        }

        lease.TryHold();
        Volatile.Write(ref _last, lease);
        return lease;
    }

    /// <summary>Closes every cache as soon as nobody uses it. The caller has the session's lock.</summary>
    public void Close()
    {
        Volatile.Write(ref _last, null);
        while (_order.TryDequeue(out string? tenant))
        {
            Close(tenant);
        }
    }

    private void Close(string tenant)
    {
        if (_leases.Remove(tenant, out TenantLease? lease))
        {
            Interlocked.CompareExchange(ref _last, null, lease);
            lease.Dispose();
        }
    }
}
