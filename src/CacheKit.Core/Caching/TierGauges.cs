using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using CacheKit.Core.Caching.Statistics;
using CacheKit.Core.Diagnostics;

namespace CacheKit.Core.Caching;

/// <summary>
/// The gauges of the meter: all tiers of this process together. Tiers that nobody uses are not kept by this.
/// </summary>
internal static class TierGauges
{
    private static readonly ConditionalWeakTable<CacheTiers, object> s_tiers = [];

    // The values of the table, too, which thereby makes them.
    private static readonly Instrument[] s_gauges =
    [
        CacheMeter.Meter.CreateObservableGauge(
            "cachekit.memory.entries", () => Sum(state => state.MemoryEntries), "{entry}", "Entries in memory."),
        CacheMeter.Meter.CreateObservableGauge(
            "cachekit.memory.usage", () => Sum(state => state.MemoryBytes), "By", "What entries in memory take."),
        CacheMeter.Meter.CreateObservableGauge(
            "cachekit.store.breakers.open",
            () => Sum(state => state.IsBreakerOpen ? 1 : 0),
            "{store}",
            "Stores that are left alone at the moment, since they are down."),
    ];

    /// <summary>Tiers were made.</summary>
    /// <param name="tiers">The tiers.</param>
    public static void Add(CacheTiers tiers) => s_tiers.Add(tiers, s_gauges);

    /// <summary>Tiers were closed.</summary>
    /// <param name="tiers">The tiers.</param>
    public static void Remove(CacheTiers tiers) => s_tiers.Remove(tiers);

    private static long Sum(Func<TierState, long> select) => s_tiers.Sum(pair => select(pair.Key.Observe()));
}
