namespace CacheKit.Core.Caching.Statistics;

/// <summary>
/// How long something took up to a moment. Count and maximum are exact; the rest is reckoned from the buckets, and at
/// most a sixteenth off for the sum, an eighth for a quantile.
/// </summary>
public sealed class LatencySnapshot
{
    private readonly long[] _buckets;

    /// <summary>Makes a snapshot.</summary>
    /// <param name="buckets">How many times fell into each bucket of a <see cref="LatencyHistogram"/>.</param>
    /// <param name="maxTicks">The longest, in ticks.</param>
    internal LatencySnapshot(long[] buckets, long maxTicks)
    {
        _buckets = buckets;
        Count = buckets.Sum();
        Max = TimeSpan.FromTicks(maxTicks);
    }

    /// <summary>How many times there are.</summary>
    public long Count { get; }

    /// <summary>The longest; zero without any.</summary>
    public TimeSpan Max { get; }

    /// <summary>The sum, about: each counts as the middle of its bucket.</summary>
    public TimeSpan Sum
    {
        get
        {
            double ticks = 0;
            for (int i = 0; i < _buckets.Length; i++)
            {
                double middle = (LatencyHistogram.LowerBound(i) + LatencyHistogram.LowerBound(i + 1)) / 2.0;
                ticks += _buckets[i] * Math.Min(middle, Max.Ticks);
            }

            return TimeSpan.FromTicks((long)Math.Min(ticks, TimeSpan.MaxValue.Ticks / 2.0));
        }
    }

    /// <summary>The average, about; zero without any.</summary>
    public TimeSpan Average => Count == 0 ? TimeSpan.Zero : Sum / Count;

    /// <summary>The time that a part of all does not exceed, about: the upper bound of its bucket.</summary>
    /// <param name="part">The part, above 0 and up to 1.</param>
    public TimeSpan Quantile(double part)
    {
        long wanted = Math.Max(1, (long)Math.Ceiling(part * Count));
        long seen = 0;
        for (int i = 0; i < _buckets.Length; i++)
        {
            seen += _buckets[i];
            if (seen >= wanted)
            {
                return TimeSpan.FromTicks(Math.Min(LatencyHistogram.LowerBound(i + 1), Max.Ticks));
            }
        }

        return Max;
    }

    /// <summary>How many times are not above a bound.</summary>
    /// <param name="power">The bound is 2 to this power, in ticks of 100 ns; at least 3.</param>
    internal long CountUpTo(int power)
    {
        long count = 0;
        foreach (long bucket in _buckets.AsSpan(0, LatencyHistogram.BucketsUpTo(power)))
        {
            count += bucket;
        }

        return count;
    }

    /// <summary>Puts two together.</summary>
    /// <param name="other">The other.</param>
    internal LatencySnapshot With(LatencySnapshot other) => new(
        [.. _buckets.Zip(other._buckets, (one, two) => one + two)],
        Math.Max(Max.Ticks, other.Max.Ticks));
}
