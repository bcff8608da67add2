using CacheKit.Core.Diagnostics;

namespace CacheKit.Core.Caching.Statistics;

/// <summary>Times as histograms of OpenMetrics: cumulative buckets, their sum and count.</summary>
internal static class HistogramText
{
    /// <summary>
    /// The bounds are powers of two in ticks of 100 ns, so that each is a bound of <see cref="LatencyHistogram"/> too:
    /// from 12.8 µs, each four times the one before, up to 215 s.
    /// </summary>
    private const int SmallestPower = 7;
    private const int LargestPower = 31;
    private const int PowerStep = 2;

    /// <summary>Adds a family.</summary>
    /// <param name="writer">Takes it.</param>
    /// <param name="name">Its name, which ends with <c>_seconds</c>.</param>
    /// <param name="help">What it tells.</param>
    /// <param name="histograms">The labels and times of each histogram.</param>
    public static void Add(
        OpenMetricsWriter writer,
        string name,
        string help,
        IReadOnlyList<(MetricLabels Labels, LatencySnapshot Times)> histograms)
    {
        writer.BeginFamily(name, "histogram", "seconds", help);
        foreach ((MetricLabels labels, LatencySnapshot times) in histograms)
        {
            for (int power = SmallestPower; power <= LargestPower; power += PowerStep)
            {
                string bound = OpenMetricsWriter.Number(TimeSpan.FromTicks(1L << power).TotalSeconds);
                writer.Add("_bucket", labels.With("le", bound), times.CountUpTo(power));
            }

            writer.Add("_bucket", labels.With("le", "+Inf"), times.Count);
            writer.Add("_count", labels, times.Count);
            writer.Add("_sum", labels, times.Sum.TotalSeconds);
        }
    }
}
