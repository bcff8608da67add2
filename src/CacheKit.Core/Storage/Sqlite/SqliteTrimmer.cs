using System.Diagnostics;

namespace CacheKit.Core.Storage.Sqlite;

/// <summary>
/// Keeps a database within its size: a little work after some of the writes, never a scan. Not safe for concurrent
/// use: one writer at a time.
/// </summary>
/// <remarks>
/// A process works at its first write already, so that many short scripts trim as well as one long one. Whatever goes
/// wrong here has no effect on the write before it, which is stored: the next one tries again.
/// </remarks>
internal sealed class SqliteTrimmer
{
    private const int WritesBetweenRuns = 64;
    private const int RunsPerLimit = 256;
    private const int BatchRows = 256;
    private const int SmallestVacuumPages = 256;
    private static readonly TimeSpan s_longestLockWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_timeForGoal = TimeSpan.FromMilliseconds(50);

    private readonly long _limit;
    private readonly long _goal;

    private int _writes = WritesBetweenRuns - 1;
    private long _bytes;
    private bool _isTrimming;

    /// <summary>Makes a trimmer.</summary>
    /// <param name="maxBytes">How many bytes of the file may be in use.</param>
    public SqliteTrimmer(long maxBytes)
    {
        _limit = maxBytes;
        _goal = maxBytes / 10 * 9;
    }

    /// <summary>Counts a write, and works if it is time to.</summary>
    /// <param name="session">The session that wrote.</param>
    /// <param name="writtenBytes">How many bytes it wrote.</param>
    /// <param name="now">The time, in Unix milliseconds.</param>
    /// <exception cref="SqliteFailureException">The file is damaged: the write is not safe either.</exception>
    public void AfterWrite(SqliteSession session, int writtenBytes, long now)
    {
        _writes++;
        _bytes += writtenBytes;
        if (_writes < WritesBetweenRuns && _bytes < _limit / RunsPerLimit && !_isTrimming)
        {
            return;
        }

        try
        {
            session.Wait.Start(s_longestLockWait, CancellationToken.None);
            _ = session.RemoveExpired(now, BatchRows);
            Trim(session, now);
            ReturnSpace(session);
            _writes = 0;
            _bytes = 0;
        }
        catch (SqliteFailureException failure) when (!failure.MeansDamage)
        {
            // Busy or full: the counters stand, so that the next write tries again.
        }
    }

    private void Trim(SqliteSession session, long now)
    {
        long used = session.UsedBytes;
        if (used <= _limit && !_isTrimming)
        {
            return;
        }

        // Up to the limit whatever it takes; down to the goal as time allows, here and after the next writes.
        long started = Stopwatch.GetTimestamp();
        while (used > _limit || (used > _goal && Stopwatch.GetElapsedTime(started) < s_timeForGoal))
        {
            if (session.RemoveExpired(now, BatchRows) == 0 && session.RemoveOldest(used - _goal, BatchRows) == 0)
            {
                break;
            }

            used = session.UsedBytes;
        }

        _isTrimming = used > _goal;
    }

    private static void ReturnSpace(SqliteSession session)
    {
        // A quarter of the file may stay free: at the limit, what one trimming frees the next writes need again.
        long free = session.FreePageCount;
        if (free > SmallestVacuumPages && free > session.PageCount / 4)
        {
            session.ReturnFreePages();
        }
    }
}
