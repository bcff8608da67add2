using System.Diagnostics.Metrics;

namespace CacheKit.Core.Diagnostics;

/// <summary>
/// The meter <c>CacheKit</c>, for whoever listens to <see cref="System.Diagnostics.Metrics"/> in this process
/// (docs/monitoring.md). No tag ever holds a tenant, a namespace, a key or a name: they would leak. As long as nobody
/// listens, each instrument costs the reading of a field.
/// </summary>
internal static class CacheMeter
{
    /// <summary>The name of the meter.</summary>
    public const string Name = "CacheKit";

    private const string Milliseconds = "ms";
    private const string Mode = "mode";
    private const string Outcome = "outcome";
    private const string Operation = "operation";
    private const string Reason = "reason";
    private const string Worked = "ok";
    private const string Fault = "fault";

    /// <summary>The meter, for gauges of what only other rooms know.</summary>
    public static Meter Meter { get; } = new(Name);

    private static readonly Counter<long> s_calls = Meter.CreateCounter<long>(
        "cachekit.calls", "{call}", "Calls by how they were answered.");

    private static readonly Histogram<double> s_callDuration = Meter.CreateHistogram<double>(
        "cachekit.call.duration", Milliseconds, "How long a call took, the block included.");

    private static readonly Histogram<double> s_computationDuration = Meter.CreateHistogram<double>(
        "cachekit.computation.duration", Milliseconds, "How long a block ran.");

    private static readonly Counter<long> s_operations = Meter.CreateCounter<long>(
        "cachekit.store.operations", "{operation}", "Reads and writes of the store.");

    private static readonly Histogram<double> s_operationDuration = Meter.CreateHistogram<double>(
        "cachekit.store.operation.duration", Milliseconds, "How long a read or write of the store took.");

    private static readonly Counter<long> s_refused = Meter.CreateCounter<long>(
        "cachekit.entries.refused", "{entry}", "Entries that were not used, since something is wrong with them.");

    private static readonly Counter<long> s_evictions = Meter.CreateCounter<long>(
        "cachekit.memory.evictions", "{entry}", "Entries that memory gave up for others before their time was over.");

    /// <summary>A call was answered.</summary>
    /// <param name="mode">Which cache.</param>
    /// <param name="outcome">How.</param>
    public static void CountCall(string mode, string outcome)
    {
        if (s_calls.Enabled)
        {
            s_calls.Add(1, new(Mode, mode), new(Outcome, outcome));
        }
    }

    /// <summary>A call was answered, and has a time of its own.</summary>
    /// <param name="mode">Which cache.</param>
    /// <param name="outcome">How.</param>
    /// <param name="elapsed">How long it took.</param>
    public static void CountCall(string mode, string outcome, TimeSpan elapsed)
    {
        CountCall(mode, outcome);
        if (s_callDuration.Enabled)
        {
            s_callDuration.Record(elapsed.TotalMilliseconds, new(Mode, mode), new(Outcome, outcome));
        }
    }

    /// <summary>A block ran.</summary>
    /// <param name="mode">For which cache.</param>
    /// <param name="elapsed">How long.</param>
    public static void CountComputation(string mode, TimeSpan elapsed)
    {
        if (s_computationDuration.Enabled)
        {
            s_computationDuration.Record(elapsed.TotalMilliseconds, new KeyValuePair<string, object?>(Mode, mode));
        }
    }

    /// <summary>The store was asked.</summary>
    /// <param name="operation"><c>read</c> or <c>write</c>.</param>
    /// <param name="worked">Whether it had no fault.</param>
    /// <param name="elapsed">How long it took.</param>
    public static void CountOperation(string operation, bool worked, TimeSpan elapsed)
    {
        string outcome = worked ? Worked : Fault;
        if (s_operations.Enabled)
        {
            s_operations.Add(1, new(Operation, operation), new(Outcome, outcome));
        }

        if (s_operationDuration.Enabled)
        {
            s_operationDuration.Record(elapsed.TotalMilliseconds, new(Operation, operation), new(Outcome, outcome));
        }
    }

    /// <summary>An entry was refused.</summary>
    /// <param name="mode">Which cache.</param>
    /// <param name="reason">What is wrong with it.</param>
    public static void CountRefused(string mode, string reason)
    {
        if (s_refused.Enabled)
        {
            s_refused.Add(1, new(Mode, mode), new(Reason, reason));
        }
    }

    /// <summary>Memory gave up an entry.</summary>
    public static void CountEviction()
    {
        if (s_evictions.Enabled)
        {
            s_evictions.Add(1);
        }
    }
}
