using System.Diagnostics;
using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Statistics;
using CacheKit.Execution;

namespace CacheKit.Commands;

/// <content>
/// What goes into the statistics: each call once, by how it was answered, before its output is written.
/// </content>
public abstract partial class BlockCachingCommand
{
    // When the call began; zero for one of a batch, which shares its time with others.
    private long _callStart;

    private void BeginCall() => _callStart = Stopwatch.GetTimestamp();

    private void BeginCallOfBatch() => _callStart = 0;

    private void Count(EntryCache cache, CallOutcome outcome)
    {
        if (_callStart == 0)
        {
            cache.Statistics.Count(outcome);
        }
        else
        {
            cache.Statistics.Count(outcome, Stopwatch.GetElapsedTime(_callStart));
        }
    }

    private void CountBypassed() => FindStatistics(Mode)?.Count(CallOutcome.Bypassed);

    private static BlockOutput RunTimed(EntryCache cache, BlockCall call)
    {
        long start = Stopwatch.GetTimestamp();
        BlockOutput output = call.Run();
        cache.Statistics.CountComputation(Stopwatch.GetElapsedTime(start));
        return output;
    }
}
