using System.Diagnostics;

namespace CacheKit.Core.Files;

/// <summary>
/// The patience of one operation with those who hold a lock it needs. SQLite's own busy handler stays off: it cannot
/// be interrupted, and it is not asked in every case that answers "busy" (a switch of the journal mode, a recovery).
/// </summary>
/// <remarks>Real time, never a test's clock: what it waits for is another process.</remarks>
internal sealed class BusyWait
{
    private const int LongestPauseMilliseconds = 20;

    private TimeSpan _timeout;
    private CancellationToken _cancellationToken;
    private long _started;
    private int _pauses;

    /// <summary>Begins anew.</summary>
    /// <param name="timeout">The patience, in total.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public void Start(TimeSpan timeout, CancellationToken cancellationToken)
    {
        _timeout = timeout;
        _cancellationToken = cancellationToken;
        _pauses = 0;
    }

    /// <summary>Opens a file as soon as nobody else keeps it for themselves.</summary>
    /// <typeparam name="T">What opening gives.</typeparam>
    /// <param name="open">Opens it.</param>
    /// <exception cref="IOException">It cannot be opened, or others kept it for too long.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public T Open<T>(Func<T> open)
    {
        while (true)
        {
            try
            {
                return open();
            }
            catch (IOException exception) when (FileFaults.MeansLocked(exception))
            {
                // Not in the filter: there, the exception of a caller who gives up would be swallowed.
                if (!TryPause())
                {
                    throw;
                }
            }
        }
    }

    /// <summary>Pauses for some milliseconds, or answers false when the patience is over.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public bool TryPause()
    {
        if (_pauses == 0)
        {
            _started = Stopwatch.GetTimestamp();
        }
        else if (Stopwatch.GetElapsedTime(_started) >= _timeout)
        {
            return false;
        }

        _pauses++;

        // Random, so that processes which collided once do not keep in step.
        int pause = Random.Shared.Next(1, Math.Min(_pauses, LongestPauseMilliseconds) + 1);
        _ = _cancellationToken.WaitHandle.WaitOne(pause);
        _cancellationToken.ThrowIfCancellationRequested();
        return true;
    }
}
