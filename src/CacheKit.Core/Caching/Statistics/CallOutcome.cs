namespace CacheKit.Core.Caching.Statistics;

/// <summary>How a call was answered. Each call counts once, by its end.</summary>
public enum CallOutcome
{
    /// <summary>By an entry in memory.</summary>
    MemoryHit,

    /// <summary>By an entry in the store.</summary>
    StoreHit,

    /// <summary>By the block, since there was no fresh entry; or, for an item, there is none.</summary>
    Miss,

    /// <summary>By what another runspace or process found or computed meanwhile.</summary>
    Shared,

    /// <summary>By an entry whose time is over, since the block failed.</summary>
    Stale,

    /// <summary>By the block, since the caller wanted that (-Refresh).</summary>
    Refreshed,

    /// <summary>By the block, without the cache (-Bypass).</summary>
    Bypassed,

    /// <summary>By nothing: the block failed, or an entry was refused and no other answer was wanted.</summary>
    Failed,
}

/// <summary>What is wrong with an entry that is not used.</summary>
public enum RefusalReason
{
    /// <summary>It is not authentic.</summary>
    NotAuthentic,

    /// <summary>It is authentic, but does not decode.</summary>
    Malformed,
}

/// <summary>The names under which metrics tell what is counted.</summary>
internal static class CountingLabels
{
    /// <summary>The name of each <see cref="CallOutcome"/>.</summary>
    public static readonly string[] Outcomes =
        ["memory_hit", "store_hit", "miss", "shared", "stale", "refreshed", "bypassed", "failed"];

    /// <summary>The name of each <see cref="RefusalReason"/>.</summary>
    public static readonly string[] Reasons = ["not_authentic", "malformed"];
}
