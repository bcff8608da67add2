using CacheKit.Core.Caching.Statistics;

namespace CacheKit;

/// <summary>How long something took: hits in memory, reads of the store, or runs of blocks.</summary>
public sealed class CacheKitLatency
{
    private const double P95Part = 0.95;

    internal CacheKitLatency(LatencySnapshot times)
    {
        Count = times.Count;
        Average = times.Average;
        P95 = times.Quantile(P95Part);
        Max = times.Max;
    }

    /// <summary>How many times there are.</summary>
    public long Count { get; }

    /// <summary>The average, up to a sixteenth off; zero without any.</summary>
    public TimeSpan Average { get; }

    /// <summary>What 95 of 100 times do not exceed, up to an eighth too long; zero without any.</summary>
    public TimeSpan P95 { get; }

    /// <summary>The longest; zero without any.</summary>
    public TimeSpan Max { get; }

    /// <summary>The average, with the 95th percentile and the longest.</summary>
    public override string ToString() => Count == 0
        ? "-"
        : FormattableString.Invariant(
            $"{Text(Average)} (95 %: {Text(P95)}, longest: {Text(Max)})");

    private static string Text(TimeSpan time) => time switch
    {
        { TotalSeconds: >= 1 } => FormattableString.Invariant($"{time.TotalSeconds:0.##} s"),
        { TotalMilliseconds: >= 1 } => FormattableString.Invariant($"{time.TotalMilliseconds:0.##} ms"),
        _ => FormattableString.Invariant($"{time.TotalMicroseconds:0.#} µs"),
    };
}
