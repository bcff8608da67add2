namespace CacheKit.Core.Caching.Statistics;

/// <summary>What a cache has counted up to a moment.</summary>
public sealed class CacheCounts
{
    private readonly long[] _calls;
    private readonly long[] _refused;

    internal CacheCounts(string mode, long[] calls, long[] refused)
    {
        Mode = mode;
        _calls = calls;
        _refused = refused;
    }

    /// <summary>Which cache it is, as metrics name it.</summary>
    public string Mode { get; }

    /// <summary>Reads of the store that worked; those of a batch count as one.</summary>
    public long Reads => StoreReads.Count;

    /// <summary>Reads that met a fault of the store.</summary>
    public long ReadFaults { get; internal init; }

    /// <summary>Entries that were written into the store.</summary>
    public long Writes { get; internal init; }

    /// <summary>Writes and removals that met a fault of the store.</summary>
    public long WriteFaults { get; internal init; }

    /// <summary>How long calls took that were answered from memory.</summary>
    public required LatencySnapshot MemoryHits { get; init; }

    /// <summary>How long reads of the store took that worked.</summary>
    public required LatencySnapshot StoreReads { get; init; }

    /// <summary>How long blocks ran.</summary>
    public required LatencySnapshot Computations { get; init; }

    /// <summary>How many calls there were with an outcome.</summary>
    /// <param name="outcome">The outcome.</param>
    public long Calls(CallOutcome outcome) => _calls[(int)outcome];

    /// <summary>How many entries were refused.</summary>
    /// <param name="reason">Why.</param>
    public long Refused(RefusalReason reason) => _refused[(int)reason];

    /// <summary>Puts two together.</summary>
    /// <param name="other">The other.</param>
    public CacheCounts With(CacheCounts other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new CacheCounts(
            Mode,
            [.. _calls.Zip(other._calls, (one, two) => one + two)],
            [.. _refused.Zip(other._refused, (one, two) => one + two)])
        {
            ReadFaults = ReadFaults + other.ReadFaults,
            Writes = Writes + other.Writes,
            WriteFaults = WriteFaults + other.WriteFaults,
            MemoryHits = MemoryHits.With(other.MemoryHits),
            StoreReads = StoreReads.With(other.StoreReads),
            Computations = Computations.With(other.Computations),
        };
    }
}
