namespace CacheKit;

/// <summary>How near an entry is to this process.</summary>
public enum CacheTier
{
    /// <summary>It is in the store.</summary>
    Store,

    /// <summary>It is in the store, and encrypted in this process's memory.</summary>
    Memory,
}
