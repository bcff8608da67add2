using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;

namespace CacheKit.Execution;

/// <summary>
/// The progress bar of work on many entries: count, rate and what is left of the time, five times a second at most.
/// Work that is done sooner than that shows none.
/// </summary>
/// <param name="activity">What is done.</param>
/// <param name="target">To what.</param>
/// <param name="done">How many entries are done; asked on the pipeline's thread.</param>
/// <param name="total">How many there are in all; null where that is not known.</param>
internal sealed class WorkProgress(string activity, string target, Func<long> done, long? total)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(200);

    private readonly long _started = Stopwatch.GetTimestamp();
    private volatile bool _isShown;

    /// <summary>How long it has taken so far.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_started);

    /// <summary>Waits for work that a cmdlet waits for, and shows progress meanwhile.</summary>
    /// <typeparam name="T">What the work returns.</typeparam>
    /// <param name="work">The work.</param>
    /// <param name="stop">Ends the wait.</param>
    public async ValueTask<T> WatchAsync<T>(Task<T> work, CancellationToken stop)
    {
        while (await Task.WhenAny(work, Task.Delay(s_interval, stop)).ConfigureAwait(false) != work)
        {
            stop.ThrowIfCancellationRequested();
            if (PipelineDispatcher.Current?.TryInvokeAsync(Show, stop) is { } shown)
            {
                await shown.ConfigureAwait(false);
            }
        }

        return await work.ConfigureAwait(false);
    }

    /// <summary>Takes the bar away.</summary>
    /// <param name="cmdlet">The cmdlet that showed it.</param>
    public void Close(PSCmdlet cmdlet)
    {
        if (_isShown)
        {
            cmdlet.WriteProgress(new ProgressRecord(0, activity, target) { RecordType = ProgressRecordType.Completed });
        }
    }

    private bool Show(PSCmdlet cmdlet)
    {
        long count = done();
        double rate = count / Math.Max(Elapsed.TotalSeconds, 0.001);
        ProgressRecord record = new(0, activity, target)
        {
            CurrentOperation = string.Create(CultureInfo.CurrentCulture, $"{count:N0} entries, {rate:N0} a second"),
        };
        if (total > 0)
        {
            record.StatusDescription = string.Create(CultureInfo.CurrentCulture, $"{count:N0} of {total:N0} in {target}");
            record.PercentComplete = (int)Math.Clamp(100 * count / total.Value, 0, 100);
            record.SecondsRemaining = count == 0 ? -1 : (int)Math.Min(int.MaxValue, Math.Max(0, total.Value - count) / rate);
        }

        _isShown = true;
        cmdlet.WriteProgress(record);
        return true;
    }
}
