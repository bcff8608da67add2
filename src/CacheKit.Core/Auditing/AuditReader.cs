using CacheKit.Core.Diagnostics;
using CacheKit.Core.Files;
using Microsoft.Win32.SafeHandles;

namespace CacheKit.Core.Auditing;

/// <summary>Reads the lines of an audit log, without judging the whole.</summary>
/// <param name="keys">The keys to tell whether a line by itself is authentic; null to leave that open.</param>
public sealed class AuditReader(AuditKeys? keys)
{
    /// <summary>How many lines of the file that was read last had another form.</summary>
    public long OtherLines { get; private set; }

    /// <summary>Reads the lines that have the form of one, in the order of the file.</summary>
    /// <param name="path">The log.</param>
    /// <returns>What each says, and whether it is authentic by itself: null where its key is not known.</returns>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.AuditLogUnusable"/>: it cannot be read.</exception>
    public IEnumerable<(AuditRecord Record, bool? IsAuthentic)> Read(string path)
    {
        string full = Path.GetFullPath(path);
        OtherLines = 0;
        using SafeFileHandle log = OpenOrExplain(full);
        AuditLineReader reader = new(log, 0, RandomAccess.GetLength(log));
        while (TryReadNext(full, reader, out AuditLine? line, out bool? isAuthentic))
        {
            if (line is not null)
            {
                yield return (line.Record, isAuthentic);
            }
        }
    }

    /// <summary>Opens a log beside its writers.</summary>
    internal static SafeFileHandle Open(string path) =>
        File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>The error of a log that cannot be read.</summary>
    internal static CacheKitException Unusable(string path, Exception cause) => new(
        ErrorIds.AuditLogUnusable,
        cause is FileNotFoundException or DirectoryNotFoundException
            ? $"There is no audit log '{path}'."
            : $"The audit log '{path}' cannot be read: {FileFaults.Describe(cause)}.",
        "Check the path, and that this user may read it.",
        cause);

    private static SafeFileHandle OpenOrExplain(string path)
    {
        try
        {
            return Open(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, exception);
        }
    }

    private bool TryReadNext(string path, AuditLineReader reader, out AuditLine? line, out bool? isAuthentic)
    {
        line = null;
        isAuthentic = null;
        try
        {
            if (!reader.TryRead(out ReadOnlySpan<byte> bytes))
            {
                return false;
            }

            line = AuditLine.TryParse(bytes);
            OtherLines += line is null ? 1 : 0;
            isAuthentic = line is not null && keys?.Find(line.Record.Tag) is { } known
                ? AuditLine.IsAuthentic(bytes, known.AuditHash)
                : null;
            return true;
        }
        catch (IOException exception)
        {
            throw Unusable(path, exception);
        }
    }
}
