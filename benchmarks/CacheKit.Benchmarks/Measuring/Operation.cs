using System.Diagnostics;

namespace CacheKit.Benchmarks.Measuring;

/// <summary>Runs something a number of times, and says what that took.</summary>
/// <param name="count">How often.</param>
internal delegate Cost Operation(int count);

/// <summary>What a number of runs took on their thread.</summary>
/// <param name="Ticks">Time, in ticks of <see cref="Stopwatch"/>.</param>
/// <param name="Bytes">Memory allocated.</param>
internal readonly record struct Cost(long Ticks, long Bytes)
{
    /// <summary>Makes an operation of something to run.</summary>
    /// <typeparam name="T">What it returns.</typeparam>
    /// <param name="work">What runs.</param>
    public static Operation Of<T>(Func<T> work) => count =>
    {
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < count; i++)
        {
            _ = work();
        }

        return new Cost(Stopwatch.GetTimestamp() - start, GC.GetAllocatedBytesForCurrentThread() - bytes);
    };
}
