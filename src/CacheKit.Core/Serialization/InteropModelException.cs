using CacheKit.Core.Diagnostics;

namespace CacheKit.Core.Serialization;

/// <summary>
/// A map or object that no other language could read: its names or properties (PROTOCOL section 7.3).
/// </summary>
public sealed class InteropModelException : CacheKitException
{
    /// <summary>Makes the exception, with the id <see cref="ErrorIds.ValueTypeUnsupported"/>.</summary>
    /// <param name="problem">What is wrong with it; never a part of the value.</param>
    public InteropModelException(string problem)
        : base(
            ErrorIds.ValueTypeUnsupported,
            $"The result is not cached: {problem}.",
            "Give maps names that are text, each once, and objects properties that are plain values (Select-Object).")
    {
        Problem = problem;
    }

    /// <summary>What is wrong with it, as the middle of a sentence.</summary>
    public string Problem { get; }
}
