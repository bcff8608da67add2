using CacheKit.Core.Storage;

namespace CacheKit.Core.Caching.Rotation;

/// <summary>How a run is done.</summary>
public sealed record RotationOptions
{
    /// <summary>How many entries are worked on at once; at least 1.</summary>
    public int ThrottleLimit { get; init; } = 8;

    /// <summary>The namespaces whose interop entries are sealed again too (PROTOCOL section 7.1).</summary>
    public IReadOnlyList<string> InteropNamespaces { get; init; } = [];
}

/// <summary>How a run ended.</summary>
/// <param name="Counts">What became of the entries.</param>
/// <param name="Fault">The fault of the store that ended the run; null when it came to the end.</param>
public sealed record RotationResult(RotationCounts Counts, StoreException? Fault);
