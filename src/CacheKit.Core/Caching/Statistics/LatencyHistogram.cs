using System.Numerics;

namespace CacheKit.Core.Caching.Statistics;

/// <summary>
/// How long something took, in buckets: eight for each doubling, so that each is an eighth of its lower bound wide.
/// Adding takes one interlocked operation, no lock, and allocates nothing. Safe for concurrent use.
/// </summary>
internal sealed class LatencyHistogram
{
    /// <summary>How many bits of a time tell its bucket inside a doubling.</summary>
    private const int SubBucketBits = 3;

    private const int SubBuckets = 1 << SubBucketBits;

    /// <summary>The longest time that is told apart: 2 to the power of 40 ticks of 100 ns, or 30 hours.</summary>
    private const int LargestPower = 40;

    private readonly long[] _buckets = new long[(LargestPower - SubBucketBits + 1) * SubBuckets];
    private long _maxTicks;

    /// <summary>Adds a time.</summary>
    /// <param name="elapsed">The time.</param>
    public void Add(TimeSpan elapsed)
    {
        long ticks = elapsed.Ticks;
        Interlocked.Increment(ref _buckets[IndexOf(ticks)]);
        long max = Volatile.Read(ref _maxTicks);
        while (ticks > max)
        {
            // Seldom: the longest time is soon among the first.
            long seen = Interlocked.CompareExchange(ref _maxTicks, ticks, max);
            max = seen == max ? ticks : seen;
        }
    }

    /// <summary>Takes what was added up to now.</summary>
    /// <param name="reset">Whether to begin anew; what is added meanwhile is either taken or kept, never lost.</param>
    public LatencySnapshot Take(bool reset)
    {
        long[] buckets = new long[_buckets.Length];
        for (int i = 0; i < buckets.Length; i++)
        {
            buckets[i] = reset ? Interlocked.Exchange(ref _buckets[i], 0) : Interlocked.Read(ref _buckets[i]);
        }

        long max = reset ? Interlocked.Exchange(ref _maxTicks, 0) : Interlocked.Read(ref _maxTicks);
        return new LatencySnapshot(buckets, max);
    }

    /// <summary>The number of the buckets up to a power of two.</summary>
    /// <param name="power">At least 3: the bound is 2 to this power, in ticks, itself included.</param>
    internal static int BucketsUpTo(int power) => (power - SubBucketBits + 1) * SubBuckets;

    /// <summary>The shortest time of a bucket, in ticks; itself not included.</summary>
    /// <param name="index">The bucket.</param>
    internal static long LowerBound(int index) => index < SubBuckets
        ? index
        : (long)(SubBuckets + (index % SubBuckets)) << ((index / SubBuckets) - 1);

    /// <summary>The bucket of a time: bounds belong to the bucket below them, as OpenMetrics has it.</summary>
    /// <param name="ticks">The time, in ticks.</param>
    private static int IndexOf(long ticks)
    {
        long place = Math.Clamp(ticks - 1, 0, (1L << LargestPower) - 1);
        if (place < SubBuckets)
        {
            return (int)place;
        }

        int power = BitOperations.Log2((ulong)place);
        int inside = (int)(place >> (power - SubBucketBits)) & (SubBuckets - 1);
        return BucketsUpTo(power) + inside;
    }
}
