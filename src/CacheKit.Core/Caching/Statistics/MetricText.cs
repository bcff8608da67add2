using CacheKit.Core.Diagnostics;

namespace CacheKit.Core.Caching.Statistics;

/// <summary>
/// What the caches of a tenant have counted, as OpenMetrics text. No label holds a namespace, a key or a name, and none
/// the tenant unless the caller wants it.
/// </summary>
public static class MetricText
{
    private const string Counter = "counter";
    private const string Gauge = "gauge";
    private const string Seconds = "seconds";
    private const string Total = "_total";
    private const string Mode = "mode";
    private const string Outcome = "outcome";
    private const string Tier = "tier";
    private const string Worked = "ok";
    private const string Fault = "fault";

    /// <summary>Writes the text.</summary>
    /// <param name="caches">What each cache has counted.</param>
    /// <param name="state">How store and memory are.</param>
    /// <param name="since">When counting began.</param>
    /// <param name="tenant">The value of the label <c>tenant</c> of each sample; null for none.</param>
    public static string Of(
        IReadOnlyList<CacheCounts> caches, TierState state, DateTimeOffset since, string? tenant)
    {
        OpenMetricsWriter writer = new();
        MetricLabels common = new(tenant is null ? [] : [new("tenant", tenant)]);
        AddCalls(writer, caches, common);
        HistogramText.Add(
            writer,
            "cachekit_lookup_seconds",
            "How long hits in memory and reads of the store took.",
            [
                .. caches.Select(each => (common.With(Mode, each.Mode).With(Tier, "memory"), each.MemoryHits)),
                .. caches.Select(each => (common.With(Mode, each.Mode).With(Tier, "store"), each.StoreReads)),
            ]);
        HistogramText.Add(
            writer,
            "cachekit_computation_seconds",
            "How long blocks ran.",
            [.. caches.Select(each => (common.With(Mode, each.Mode), each.Computations))]);
        AddOperations(writer, caches, common);
        AddState(writer, state, since, common);
        return writer.Complete();
    }

    private static void AddCalls(OpenMetricsWriter writer, IReadOnlyList<CacheCounts> caches, MetricLabels common)
    {
        writer.BeginFamily("cachekit_calls", Counter, null, "Calls by how they were answered.");
        foreach (CacheCounts cache in caches)
        {
            foreach (CallOutcome outcome in Enum.GetValues<CallOutcome>())
            {
                string name = CountingLabels.Outcomes[(int)outcome];
                writer.Add(Total, common.With(Mode, cache.Mode).With(Outcome, name), cache.Calls(outcome));
            }
        }

        writer.BeginFamily(
            "cachekit_refused_entries",
            Counter,
            null,
            "Entries that were not used, since something is wrong with them.");
        foreach (CacheCounts cache in caches)
        {
            foreach (RefusalReason reason in Enum.GetValues<RefusalReason>())
            {
                string name = CountingLabels.Reasons[(int)reason];
                writer.Add(Total, common.With(Mode, cache.Mode).With(Outcome, name), cache.Refused(reason));
            }
        }
    }

    private static void AddOperations(
        OpenMetricsWriter writer, IReadOnlyList<CacheCounts> caches, MetricLabels common)
    {
        writer.BeginFamily("cachekit_store_reads", Counter, null, "Reads of the store; a batch is one.");
        foreach (CacheCounts cache in caches)
        {
            writer.Add(Total, common.With(Mode, cache.Mode).With(Outcome, Worked), cache.Reads);
            writer.Add(Total, common.With(Mode, cache.Mode).With(Outcome, Fault), cache.ReadFaults);
        }

        writer.BeginFamily("cachekit_store_writes", Counter, null, "Writes into the store, and removals that failed.");
        foreach (CacheCounts cache in caches)
        {
            writer.Add(Total, common.With(Mode, cache.Mode).With(Outcome, Worked), cache.Writes);
            writer.Add(Total, common.With(Mode, cache.Mode).With(Outcome, Fault), cache.WriteFaults);
        }
    }

    private static void AddState(OpenMetricsWriter writer, TierState state, DateTimeOffset since, MetricLabels common)
    {
        writer.BeginFamily("cachekit_memory_entries", Gauge, null, "Entries in the memory of the session.");
        writer.Add(string.Empty, common, state.MemoryEntries);
        writer.BeginFamily("cachekit_memory_bytes", Gauge, "bytes", "What they take.");
        writer.Add(string.Empty, common, state.MemoryBytes);
        writer.BeginFamily(
            "cachekit_memory_evictions", Counter, null, "Entries that had to make room for others in memory.");
        writer.Add(Total, common, state.MemoryEvictions);
        writer.BeginFamily(
            "cachekit_breaker_open", Gauge, null, "Whether the store is left alone at the moment, since it is down.");
        writer.Add(string.Empty, common, state.IsBreakerOpen ? 1 : 0);
        writer.BeginFamily("cachekit_start_time_seconds", Gauge, Seconds, "When counting began, in Unix time.");
        writer.Add(string.Empty, common, since.ToUnixTimeMilliseconds() / 1000.0);
    }
}
