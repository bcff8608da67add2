using System.Diagnostics;

namespace CacheKit.Benchmarks.Measuring;

/// <summary>Two operations measured by turns in one run, so that whatever slows the machine slows both.</summary>
/// <param name="BaselineNanoseconds">The median time of one run of the first.</param>
/// <param name="SubjectNanoseconds">The median time of one run of the second.</param>
/// <param name="Ratio">The median of the ratios of neighbouring slices.</param>
/// <param name="BaselineBytes">What one run of the first allocates.</param>
/// <param name="SubjectBytes">What one run of the second allocates.</param>
internal sealed record Comparison(
    double BaselineNanoseconds,
    double SubjectNanoseconds,
    double Ratio,
    double BaselineBytes,
    double SubjectBytes)
{
    // A slice is some hundred calls of a cmdlet: what the first of them pays for the other operation's turn (caches,
    // the engine's setting up of the loop) is shared by many. It is short beside what a scheduler gives a thread, so
    // that most slices run undisturbed.
    private const double SliceNanoseconds = 4_000_000;

    private const int Slices = 400;

    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(3);

    /// <summary>Measures two operations.</summary>
    /// <param name="baseline">The first.</param>
    /// <param name="subject">The second.</param>
    public static Comparison Measure(Operation baseline, Operation subject)
    {
        // Twice: what the second has in common with the first is compiled anew for both.
        _ = WarmUp(baseline);
        int subjectCount = WarmUp(subject);
        int baselineCount = WarmUp(baseline);
        double[] baselineTimes = new double[Slices];
        double[] subjectTimes = new double[Slices];
        double[] ratios = new double[Slices];
        double[] baselineBytes = new double[Slices];
        double[] subjectBytes = new double[Slices];
        for (int i = 0; i < Slices; i++)
        {
            // ABBA: neither is always the one that runs after the other.
            bool baselineFirst = i % 2 == 0;
            Cost first = baselineFirst ? baseline(baselineCount) : subject(subjectCount);
            Cost second = baselineFirst ? subject(subjectCount) : baseline(baselineCount);
            (Cost ofBaseline, Cost ofSubject) = baselineFirst ? (first, second) : (second, first);
            baselineTimes[i] = Nanoseconds(ofBaseline) / baselineCount;
            subjectTimes[i] = Nanoseconds(ofSubject) / subjectCount;
            ratios[i] = subjectTimes[i] / baselineTimes[i];
            baselineBytes[i] = (double)ofBaseline.Bytes / baselineCount;
            subjectBytes[i] = (double)ofSubject.Bytes / subjectCount;
        }

        return new Comparison(
            Median(baselineTimes),
            Median(subjectTimes),
            Median(ratios),
            Median(baselineBytes),
            Median(subjectBytes));
    }

    /// <summary>The median of some figures, which are sorted on the way.</summary>
    /// <param name="figures">The figures.</param>
    public static double Median(double[] figures)
    {
        Array.Sort(figures);
        return figures[figures.Length / 2];
    }

    /// <summary>Runs an operation until it is compiled as well as it will be.</summary>
    /// <returns>How often it runs in one slice.</returns>
    private static int WarmUp(Operation operation)
    {
        long start = Stopwatch.GetTimestamp();
        int count = 1;
        double quickest = double.MaxValue;
        while (Stopwatch.GetElapsedTime(start) < s_warmUp)
        {
            double time = Nanoseconds(operation(count));
            quickest = Math.Min(quickest, time / count);
            count = Math.Max(1, (int)(SliceNanoseconds / quickest));
        }

        return count;
    }

    private static double Nanoseconds(Cost cost) => cost.Ticks * (1e9 / Stopwatch.Frequency);
}
