using CacheKit.Core.Diagnostics;
using CacheKit.Core.Files;
using Microsoft.Win32.SafeHandles;

namespace CacheKit.Core.Auditing;

/// <summary>
/// Verifies an audit log: that each line is authentic, that they form one chain, and that its end is there. Nothing in
/// the two files is trusted. It reads what is there when it begins, while others go on writing.
/// </summary>
/// <param name="keys">The keys.</param>
public sealed class AuditVerifier(AuditKeys keys)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    /// <summary>Verifies a log.</summary>
    /// <param name="path">The log.</param>
    /// <param name="checkpoint">A line that must be there as it was, or null.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.AuditLogUnusable"/>: it cannot be read.</exception>
    public AuditVerification Verify(string path, AuditCheckpoint? checkpoint, CancellationToken cancellationToken)
    {
        string full = Path.GetFullPath(path);
        try
        {
            (byte[]? head, long length) = Look(full, cancellationToken);
            using SafeFileHandle? log = length < 0 ? null : AuditReader.Open(full);
            return Verify(full, log, length, head, checkpoint, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw AuditReader.Unusable(full, exception);
        }
    }

    /// <summary>
    /// Reads the head, and the size of the log to which it belongs: under the lock, so that they are of one moment.
    /// </summary>
    private static (byte[]? Head, long Length) Look(string path, CancellationToken cancellationToken)
    {
        string headPath = AuditFiles.HeadPathOf(path);
        BusyWait wait = new();
        wait.Start(s_patience, cancellationToken);
        try
        {
            using SafeFileHandle head = wait.Open(
                () => File.OpenHandle(headPath, FileMode.Open, FileAccess.Read, FileShare.None));
            byte[] bytes = new byte[AuditHead.Size + 1];
            int size = RandomAccess.Read(head, bytes, 0);
            return (bytes[..size], LengthOf(path));
        }
        catch (FileNotFoundException)
        {
            return File.Exists(path) ? (null, LengthOf(path)) : throw new FileNotFoundException(null, path);
        }
    }

    /// <summary>The size of the log in bytes; -1 when there is none.</summary>
    private static long LengthOf(string path)
    {
        FileInfo log = new(path);
        return log.Exists ? log.Length : -1;
    }

    private AuditVerification Verify(
        string path,
        SafeFileHandle? log,
        long length,
        byte[]? headBytes,
        AuditCheckpoint? checkpoint,
        CancellationToken cancellationToken)
    {
        AuditProblems problems = new();
        using AuditWalk walk = new(keys, problems);
        AuditEnd end = new(keys, headBytes, checkpoint);
        DateTimeOffset? begun = null;
        if (log is not null)
        {
            AuditLineReader reader = new(log, 0, length);
            while (reader.TryRead(out ReadOnlySpan<byte> bytes))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (walk.Take(bytes, reader.Offset))
                {
                    begun ??= walk.Last!.Record.Time;
                    end.Pass(walk);
                }
            }
        }

        end.Judge(walk, problems);
        return new AuditVerification
        {
            Path = path,
            Problems = problems.ToList(),
            ProblemCount = problems.Count,
            Lines = walk.Verified + walk.Others,
            VerifiedLines = walk.Verified,
            OtherLines = walk.Others,
            TornLines = walk.Torn,
            Begun = begun,
            Ended = walk.Last?.Record.Time,
            Checkpoint = AuditEnd.CheckpointOf(walk),
        };
    }
}
