using System.Diagnostics;

namespace CacheKit.Execution;

/// <summary>
/// Input objects whose entries are looked up together. The first goes alone, so that nobody waits for it; then each
/// batch is twice as large as the one before.
/// </summary>
/// <typeparam name="T">What waits.</typeparam>
internal sealed class CallBatch<T>
{
    private const int LargestSize = 256;

    /// <summary>A slow pipeline is not made to wait for a batch to fill.</summary>
    private static readonly TimeSpan s_longestWait = TimeSpan.FromMilliseconds(50);

    private readonly List<T> _calls = [];
    private int _size = 1;
    private long _start;

    /// <summary>Whether nothing waits.</summary>
    public bool IsEmpty => _calls.Count == 0;

    /// <summary>Adds a call.</summary>
    /// <param name="call">The call.</param>
    /// <returns>Whether the batch is due.</returns>
    public bool Add(T call)
    {
        if (IsEmpty)
        {
            _start = Stopwatch.GetTimestamp();
        }

        _calls.Add(call);
        return _calls.Count >= _size || Stopwatch.GetElapsedTime(_start) > s_longestWait;
    }

    /// <summary>Takes all calls; the next batch may be larger.</summary>
    public T[] TakeAll()
    {
        T[] calls = [.. _calls];
        _calls.Clear();
        _size = Math.Min(2 * _size, LargestSize);
        return calls;
    }
}
