namespace CacheKit.Core.Caching.Rotation;

/// <summary>How many entries had which outcome.</summary>
public sealed record RotationCounts
{
    private readonly long[] _counts;

    internal RotationCounts(long[] counts)
    {
        _counts = counts;
    }

    /// <summary>How many entries were looked at.</summary>
    public long Total => _counts.Sum();

    /// <summary>How many entries under old keys are still there, as far as this run knows.</summary>
    public long Left => this[RotationOutcome.NotAuthentic] + this[RotationOutcome.Malformed]
        + this[RotationOutcome.NotMovable] + this[RotationOutcome.Contended] + this[RotationOutcome.Failed];

    /// <summary>How many entries had an outcome.</summary>
    /// <param name="outcome">The outcome.</param>
    public long this[RotationOutcome outcome] => _counts[(int)outcome];

    /// <inheritdoc/>
    public bool Equals(RotationCounts? other) => other is not null && _counts.AsSpan().SequenceEqual(other._counts);

    /// <inheritdoc/>
    public override int GetHashCode() => Total.GetHashCode();
}

/// <summary>Counts while a run is under way. Safe for concurrent use: a progress bar reads it when it likes.</summary>
public sealed class RotationTally
{
    private readonly long[] _counts = new long[Enum.GetValues<RotationOutcome>().Length];

    /// <summary>The counts of this moment.</summary>
    public RotationCounts Snapshot()
    {
        long[] counts = new long[_counts.Length];
        for (int i = 0; i < counts.Length; i++)
        {
            counts[i] = Interlocked.Read(ref _counts[i]);
        }

        return new RotationCounts(counts);
    }

    internal void Add(RotationOutcome outcome) => Interlocked.Increment(ref _counts[(int)outcome]);
}
