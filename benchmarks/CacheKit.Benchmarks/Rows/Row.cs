using CacheKit.Benchmarks.Measuring;

namespace CacheKit.Benchmarks.Rows;

/// <summary>One row of the report: two operations, and how much more the second may take than the first.</summary>
/// <param name="Name">What the second does.</param>
/// <param name="Baseline">What the first does.</param>
/// <param name="Budget">The largest ratio of their times, or null where there is no verdict.</param>
/// <param name="MayAllocate">Whether the second may allocate.</param>
/// <param name="Operations">Makes both, the baseline first.</param>
internal sealed record Row(
    string Name,
    string Baseline,
    double? Budget,
    bool MayAllocate,
    Func<(Operation Baseline, Operation Subject)> Operations)
{
    // The loop itself allocates nothing, but a background compilation now and then does.
    private const double LargestNoise = 0.5;

    /// <summary>Whether the figures are within the budget.</summary>
    /// <param name="figures">The figures.</param>
    public bool Accepts(Comparison figures) =>
        Budget is null || (figures.Ratio <= Budget && (MayAllocate || figures.SubjectBytes < LargestNoise));
}
