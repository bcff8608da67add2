using CacheKit.Core.Diagnostics;
using CacheKit.Core.Files;
using CacheKit.Core.Keys;
using Microsoft.Win32.SafeHandles;

namespace CacheKit.Core.Auditing;

/// <summary>
/// Writes an audit log: one for each path and process, shared by all who write there. Writers in other processes are
/// kept apart by the lock. A line is handed to the system before it is said to be written, not forced onto the disk.
/// </summary>
internal sealed class AuditFile : IDisposable
{
    /// <summary>The patience with other writers.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private static readonly Dictionary<string, AuditFile> s_open = new(StringComparer.Ordinal);

    private readonly AuditFiles _files;
    private readonly TimeProvider _clock;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly AuditLineWriter _writer = new();
    private readonly BusyWait _wait = new();
    private readonly byte[] _headBytes = new byte[AuditHead.Size + 1];

    // The head as this process wrote it last: one with the same bytes needs no verifying.
    private readonly byte[] _knownBytes = new byte[AuditHead.Size];
    private AuditHead _known;
    private int _holders;

    private AuditFile(string path, TimeProvider clock)
    {
        _files = new AuditFiles(path);
        _clock = clock;
    }

    /// <summary>The full path of the log.</summary>
    public string Path => _files.LogPath;

    /// <summary>Takes a hold on the writer of a log.</summary>
    /// <param name="path">The full path of the log.</param>
    /// <param name="clock">The clock of whoever is the first to take hold.</param>
    /// <exception cref="CacheKitException">
    /// It cannot be an audit log, or others than its owner may write to it.
    /// </exception>
    public static AuditFile Hold(string path, TimeProvider clock)
    {
        lock (s_open)
        {
            if (!s_open.TryGetValue(path, out AuditFile? file))
            {
                file = new AuditFile(path, clock);
                file._files.Check();
                s_open.Add(path, file);
            }

            file._holders++;
            return file;
        }
    }

    /// <summary>Adds a line.</summary>
    /// <param name="event">What happened.</param>
    /// <param name="subject">To what.</param>
    /// <param name="source">Where it was asked for.</param>
    /// <param name="cancellationToken">Ends the wait for other writers.</param>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.AuditWriteFailed"/> or
    /// <see cref="ErrorIds.AuditLogTooOpen"/>: there is no such line.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up: there is no such line.</exception>
    public void Append(
        AuditEvent @event,
        in AuditSubject subject,
        in AuditSource source,
        CancellationToken cancellationToken)
    {
        if (!_gate.Wait(s_patience, cancellationToken))
        {
            throw Failed("others kept it busy for too long", null);
        }

        try
        {
            _wait.Start(s_patience, cancellationToken);
            using SafeFileHandle headFile = _files.LockHead(_wait);
            using SafeFileHandle log = _files.OpenLog(_wait);
            AppendLocked(headFile, log, @event, subject, source);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException
            or NotSupportedException)
        {
            throw Failed(FileFaults.Describe(exception), exception);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>
    /// Ends a hold. A call that is still under way may go on writing; the lock keeps it apart from others.
    /// </summary>
    public void Dispose()
    {
        lock (s_open)
        {
            if (--_holders == 0)
            {
                s_open.Remove(Path);
            }
        }
    }

    private void AppendLocked(
        SafeFileHandle headFile,
        SafeFileHandle log,
        AuditEvent @event,
        in AuditSubject subject,
        in AuditSource source)
    {
        IReadOnlyList<TenantKeys> keys = subject.Keys.Ring;
        long length = RandomAccess.GetLength(log);
        AuditResume resume = new(log, keys);
        AuditHead head = ReadHead(headFile, resume, length, out AuditMarks marks);

        // A line begins at the start of a line, whatever was there.
        long start = length;
        if (length != head.Length && resume.EndsTorn(length))
        {
            RandomAccess.Write(log, "\n"u8, length);
            start++;
        }

        AuditPlace place = new(head.Count + 1, _clock.GetUtcNow(), head.Link, marks);
        ReadOnlySpan<byte> line = _writer.Write(keys[0], @event, subject, source, place);
        _known = new AuditHead(head.Count + 1, start + line.Length, AuditLine.LinkOf(line));
        _known.Write(keys[0].AuditHeadHash, _knownBytes);
        try
        {
            RandomAccess.Write(log, line, start);
            RandomAccess.Write(headFile, _knownBytes, 0);
        }
        catch (IOException)
        {
            // What cannot be taken back, the next writer sets aside.
            Shorten(log, length);
            Shorten(headFile, RandomAccess.GetLength(headFile) < AuditHead.Size ? 0 : AuditHead.Size);
            throw;
        }
    }

    private AuditHead ReadHead(SafeFileHandle headFile, AuditResume resume, long length, out AuditMarks marks)
    {
        // One byte more than a head has, so that a longer file is none.
        ReadOnlySpan<byte> bytes = _headBytes.AsSpan(0, RandomAccess.Read(headFile, _headBytes, 0));
        if (length == _known.Length && bytes.SequenceEqual(_knownBytes))
        {
            marks = default;
            return _known;
        }

        AuditHead head = resume.Find(bytes, length, out marks);
        if (bytes.Length > AuditHead.Size)
        {
            RandomAccess.SetLength(headFile, 0);
        }

        return head;
    }

    private static void Shorten(SafeFileHandle file, long length)
    {
        try
        {
            RandomAccess.SetLength(file, length);
        }
        catch (IOException)
        {
            // The failure of the write is what counts.
        }
    }

    private CacheKitException Failed(string why, Exception? cause) => new(
        ErrorIds.AuditWriteFailed,
        $"The audit log '{Path}' cannot be written: {why}.",
        "Make room for it and let this user write there, or give another -AuditPath.",
        cause);
}
