namespace CacheKit.Core.Caching.Statistics;

/// <summary>How store and memory are at a moment.</summary>
/// <param name="MemoryEntries">Entries in memory, expired ones included that have not been met yet.</param>
/// <param name="MemoryBytes">What they take, in bytes, their overhead included.</param>
/// <param name="MemoryEvictions">Entries that had to make room for others before their time was over.</param>
/// <param name="IsBreakerOpen">Whether the store is left alone, since it is down.</param>
public readonly record struct TierState(
    long MemoryEntries, long MemoryBytes, long MemoryEvictions, bool IsBreakerOpen);
