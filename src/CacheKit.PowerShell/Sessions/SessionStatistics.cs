using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Statistics;

namespace CacheKit.Sessions;

/// <summary>
/// What the tenants of a session have done: each has statistics of its own for each of its caches. They outlive the
/// caches, which are made anew with new keys. Safe for concurrent use.
/// </summary>
/// <param name="clock">Tells when counting began.</param>
internal sealed class SessionStatistics(TimeProvider clock)
{
    /// <summary>More than can have caches open in all modes together; the one that came first goes first.</summary>
    private const int MostTenants = 1024;

    private readonly Dictionary<string, TenantCounters> _tenants = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();
    private readonly DateTimeOffset _start = clock.GetUtcNow();
    private bool _hasForgotten;

    /// <summary>What a cache counts with.</summary>
    /// <param name="tenant">Its tenant.</param>
    /// <param name="mode">Which of the tenant's caches.</param>
    public CacheStatistics For(string tenant, CacheMode mode)
    {
        lock (_tenants)
        {
            return CountersOf(tenant).Statistics[mode.Index] ??= new CacheStatistics(mode.Label);
        }
    }

    /// <summary>Takes what a tenant's caches have counted.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="reset">Whether to begin anew.</param>
    /// <param name="since">When counting began.</param>
    /// <returns>The counts of each cache that was used.</returns>
    public IReadOnlyList<CacheCounts> Take(string tenant, bool reset, out DateTimeOffset since)
    {
        lock (_tenants)
        {
            if (!reset && !_tenants.ContainsKey(tenant))
            {
                // Who only looks leaves no trace.
                since = _start;
                return [];
            }

            TenantCounters counters = CountersOf(tenant);
            since = counters.Since;
            counters.Since = reset ? clock.GetUtcNow() : since;
            return [.. counters.Statistics.OfType<CacheStatistics>().Select(each => each.Take(reset))];
        }
    }

    private TenantCounters CountersOf(string tenant)
    {
        if (!_tenants.TryGetValue(tenant, out TenantCounters? counters))
        {
            if (_tenants.Count == MostTenants)
            {
                _tenants.Remove(_order.Dequeue());
                _hasForgotten = true;
            }

            counters = new TenantCounters { Since = _hasForgotten ? clock.GetUtcNow() : _start };
            _tenants.Add(tenant, counters);
            _order.Enqueue(tenant);
        }

        return counters;
    }

    private sealed class TenantCounters
    {
        public CacheStatistics?[] Statistics { get; } = new CacheStatistics?[CacheMode.All.Count];

        public DateTimeOffset Since { get; set; }
    }
}
