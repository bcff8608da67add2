using CacheKit.Core.Caching.Statistics;

namespace CacheKit;

/// <summary>What the calls of one tenant of a session came to, since the session or the last -Reset.</summary>
public sealed class CacheKitStatistics
{
    internal CacheKitStatistics(
        string store, string tenant, DateTimeOffset since, CacheCounts counts, in TierState tiers)
    {
        Tenant = tenant;
        Store = store;
        Since = since;
        MemoryHits = counts.Calls(CallOutcome.MemoryHit);
        StoreHits = counts.Calls(CallOutcome.StoreHit);
        Misses = counts.Calls(CallOutcome.Miss);
        Shared = counts.Calls(CallOutcome.Shared);
        Stale = counts.Calls(CallOutcome.Stale);
        Refreshed = counts.Calls(CallOutcome.Refreshed);
        Bypassed = counts.Calls(CallOutcome.Bypassed);
        Failures = counts.Calls(CallOutcome.Failed);
        Refused = counts.Refused(RefusalReason.NotAuthentic) + counts.Refused(RefusalReason.Malformed);
        Reads = counts.Reads;
        ReadFaults = counts.ReadFaults;
        Writes = counts.Writes;
        WriteFaults = counts.WriteFaults;
        MemoryHitTime = new CacheKitLatency(counts.MemoryHits);
        StoreReadTime = new CacheKitLatency(counts.StoreReads);
        ComputationTime = new CacheKitLatency(counts.Computations);
        MemoryEntries = tiers.MemoryEntries;
        MemoryBytes = tiers.MemoryBytes;
        MemoryEvictions = tiers.MemoryEvictions;
        BreakerOpen = tiers.IsBreakerOpen;
    }

    /// <summary>Whose calls they are. Those of other tenants are not in here.</summary>
    public string Tenant { get; }

    /// <summary>The store of the session, never with a credential.</summary>
    public string Store { get; }

    /// <summary>When counting began.</summary>
    public DateTimeOffset Since { get; }

    /// <summary>All calls. Each counts once, as one of the kinds that follow.</summary>
    public long Calls => Hits + Misses + Shared + Stale + Refreshed + Bypassed + Failures;

    /// <summary>Calls that were answered by a fresh entry.</summary>
    public long Hits => MemoryHits + StoreHits;

    /// <summary>Those of them that found it in memory.</summary>
    public long MemoryHits { get; }

    /// <summary>Those of them that found it in the store.</summary>
    public long StoreHits { get; }

    /// <summary>Calls that ran their block, since there was no fresh entry; and items that were not found.</summary>
    public long Misses { get; }

    /// <summary>
    /// Which part of the calls an entry or another's result answered, from 0 to 1: Hits and Shared, of all calls but
    /// those with -Refresh and -Bypass. Null without any.
    /// </summary>
    public double? HitRatio
    {
        get
        {
            long all = Calls - Refreshed - Bypassed;
            return all == 0 ? null : (double)(Hits + Shared) / all;
        }
    }

    /// <summary>Calls that took what another runspace or process found or computed meanwhile.</summary>
    public long Shared { get; }

    /// <summary>Calls whose block failed, and that got an earlier result (-StaleIfError).</summary>
    public long Stale { get; }

    /// <summary>Calls with -Refresh, whose block did not fail.</summary>
    public long Refreshed { get; }

    /// <summary>Calls with -Bypass.</summary>
    public long Bypassed { get; }

    /// <summary>Calls whose block failed, or that an entry which is not sound ended (-FailClosed).</summary>
    public long Failures { get; }

    /// <summary>Entries that were not used, since they are not authentic or do not decode.</summary>
    public long Refused { get; }

    /// <summary>Reads of the store that worked; a batch of input objects is one.</summary>
    public long Reads { get; }

    /// <summary>Reads that met a fault of the store.</summary>
    public long ReadFaults { get; }

    /// <summary>Entries that were written into the store.</summary>
    public long Writes { get; }

    /// <summary>Writes and removals that met a fault of the store.</summary>
    public long WriteFaults { get; }

    /// <summary>How long calls took that were answered from memory, batches left out.</summary>
    public CacheKitLatency MemoryHitTime { get; }

    /// <summary>How long reads of the store took that worked.</summary>
    public CacheKitLatency StoreReadTime { get; }

    /// <summary>How long blocks ran.</summary>
    public CacheKitLatency ComputationTime { get; }

    /// <summary>Entries in the memory of the session, which all its tenants share.</summary>
    public long MemoryEntries { get; }

    /// <summary>What they take, in bytes, overhead included.</summary>
    public long MemoryBytes { get; }

    /// <summary>Entries of the session that had to make room for others in memory.</summary>
    public long MemoryEvictions { get; }

    /// <summary>Whether the session leaves its store alone at the moment, since it is down.</summary>
    public bool BreakerOpen { get; }
}
