using CacheKit.Core.Caching;

namespace CacheKit.Sessions;

/// <summary>The cache of one tenant of a session.</summary>
/// <param name="tenant">The tenant.</param>
/// <param name="cache">The cache, which belongs to the lease from then on.</param>
internal sealed class TenantLease(string tenant, EntryCache cache) : CacheLease(cache)
{
    /// <summary>The tenant.</summary>
    public string Tenant => tenant;
}
