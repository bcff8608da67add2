using CacheKit.Core.Diagnostics;

namespace CacheKit.Core.Caching.Statistics;

/// <summary>
/// What one cache counts. Each count takes an interlocked operation, no lock, and allocates nothing; the meter is told
/// when somebody listens. Safe for concurrent use.
/// </summary>
public sealed class CacheStatistics
{
    private const string Read = "read";
    private const string Write = "write";

    private readonly string _mode;
    private readonly long[] _calls = new long[CountingLabels.Outcomes.Length];
    private readonly long[] _refused = new long[CountingLabels.Reasons.Length];

    // Counts the hits in memory that have a time of their own, too: a second count would cost each of them another
    // interlocked operation.
    private readonly LatencyHistogram _memoryHits = new();
    private readonly LatencyHistogram _storeReads = new();
    private readonly LatencyHistogram _computations = new();
    private long _readFaults;
    private long _writes;
    private long _writeFaults;

    /// <summary>Makes the statistics of a cache.</summary>
    /// <param name="mode">The kind of entries that it keeps, as metrics name it.</param>
    public CacheStatistics(string mode)
    {
        _mode = mode;
    }

    /// <summary>Counts a call that shared its time with others, such as a batch.</summary>
    /// <param name="outcome">How it was answered.</param>
    public void Count(CallOutcome outcome)
    {
        Interlocked.Increment(ref _calls[(int)outcome]);
        CacheMeter.CountCall(_mode, CountingLabels.Outcomes[(int)outcome]);
    }

    /// <summary>Counts a call.</summary>
    /// <param name="outcome">How it was answered.</param>
    /// <param name="elapsed">How long it took.</param>
    public void Count(CallOutcome outcome, TimeSpan elapsed)
    {
        if (outcome == CallOutcome.MemoryHit)
        {
            _memoryHits.Add(elapsed);
        }
        else
        {
            Interlocked.Increment(ref _calls[(int)outcome]);
        }

        CacheMeter.CountCall(_mode, CountingLabels.Outcomes[(int)outcome], elapsed);
    }

    /// <summary>Counts a run of a block.</summary>
    /// <param name="elapsed">How long it took.</param>
    public void CountComputation(TimeSpan elapsed)
    {
        _computations.Add(elapsed);
        CacheMeter.CountComputation(_mode, elapsed);
    }

    /// <summary>Counts an entry that is not used.</summary>
    /// <param name="reason">What is wrong with it.</param>
    public void CountRefused(RefusalReason reason)
    {
        Interlocked.Increment(ref _refused[(int)reason]);
        CacheMeter.CountRefused(_mode, CountingLabels.Reasons[(int)reason]);
    }

    /// <summary>Takes what was counted up to now.</summary>
    /// <param name="reset">Whether to begin anew; what is counted meanwhile is taken or kept, never lost.</param>
    public CacheCounts Take(bool reset = false)
    {
        LatencySnapshot memoryHits = _memoryHits.Take(reset);
        long[] calls = Take(_calls, reset);
        calls[(int)CallOutcome.MemoryHit] += memoryHits.Count;
        return new CacheCounts(_mode, calls, Take(_refused, reset))
        {
            ReadFaults = Take(ref _readFaults, reset),
            Writes = Take(ref _writes, reset),
            WriteFaults = Take(ref _writeFaults, reset),
            MemoryHits = memoryHits,
            StoreReads = _storeReads.Take(reset),
            Computations = _computations.Take(reset),
        };
    }

    /// <summary>Counts a read of the store.</summary>
    /// <param name="worked">Whether it met no fault.</param>
    /// <param name="elapsed">How long it took.</param>
    internal void CountRead(bool worked, TimeSpan elapsed)
    {
        if (worked)
        {
            _storeReads.Add(elapsed);
        }
        else
        {
            Interlocked.Increment(ref _readFaults);
        }

        CacheMeter.CountOperation(Read, worked, elapsed);
    }

    /// <summary>Counts a write into the store, or a removal that met a fault.</summary>
    /// <param name="worked">Whether it met no fault.</param>
    /// <param name="elapsed">How long it took.</param>
    internal void CountWrite(bool worked, TimeSpan elapsed)
    {
        Interlocked.Increment(ref worked ? ref _writes : ref _writeFaults);
        CacheMeter.CountOperation(Write, worked, elapsed);
    }

    private static long[] Take(long[] counts, bool reset)
    {
        long[] taken = new long[counts.Length];
        for (int i = 0; i < taken.Length; i++)
        {
            taken[i] = Take(ref counts[i], reset);
        }

        return taken;
    }

    private static long Take(ref long count, bool reset) =>
        reset ? Interlocked.Exchange(ref count, 0) : Interlocked.Read(ref count);
}
