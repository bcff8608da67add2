using CacheKit.Core.Diagnostics;
using CacheKit.Core.Files;
using Microsoft.Win32.SafeHandles;

namespace CacheKit.Core.Auditing;

/// <summary>The two files of an audit log: the log, and its head beside it, which is the lock as well.</summary>
/// <remarks>
/// Both are opened anew for each line, so that a log which was renamed is not written to any more. Who holds the head
/// open holds the lock; readers of the log need none.
/// </remarks>
/// <param name="path">The full path of the log.</param>
internal sealed class AuditFiles(string path)
{
    /// <summary>The full path of the log.</summary>
    public string LogPath => path;

    /// <summary>The full path of the head.</summary>
    public string HeadPath { get; } = HeadPathOf(path);

    /// <summary>Where the head of a log lies.</summary>
    /// <param name="path">The log.</param>
    public static string HeadPathOf(string path) => path + ".head";

    /// <summary>Opens the head to write, which takes the lock; makes it, and its directory, if it is missing.</summary>
    /// <param name="wait">The patience with others who hold it.</param>
    /// <exception cref="CacheKitException">Others than the owner may write to it.</exception>
    /// <exception cref="IOException">It cannot be opened, or others held it for too long.</exception>
    /// <exception cref="UnauthorizedAccessException">We may not.</exception>
    public SafeFileHandle LockHead(BusyWait wait) => Guard(wait.Open(() => Open(HeadPath, FileShare.None)), HeadPath);

    /// <summary>Opens the log to write. Only under the lock.</summary>
    /// <param name="wait">The patience with others who keep it for themselves.</param>
    /// <exception cref="CacheKitException">Others than the owner may write to it.</exception>
    /// <exception cref="IOException">It cannot be opened, or others held it for too long.</exception>
    /// <exception cref="UnauthorizedAccessException">We may not.</exception>
    public SafeFileHandle OpenLog(BusyWait wait) =>
        Guard(wait.Open(() => Open(path, FileShare.ReadWrite | FileShare.Delete)), path);

    /// <summary>Refuses files that others than the owner may write to, as far as they are there.</summary>
    /// <exception cref="CacheKitException">They may, or it is a directory.</exception>
    public void Check()
    {
        if (Directory.Exists(path) || Directory.Exists(HeadPath))
        {
            throw new CacheKitException(
                ErrorIds.AuditLogUnusable,
                $"'{path}' cannot be an audit log: there is a directory of that name, or of its head's.",
                "Give the path of a file.");
        }

        if (OperatingSystem.IsWindows())
        {
            return;
        }

        foreach (string file in (string[])[path, HeadPath])
        {
            if (File.Exists(file) && (File.GetUnixFileMode(file) & OwnerFiles.WritableByOthers) != 0)
            {
                throw TooOpen(file);
            }
        }
    }

    private static SafeFileHandle Open(string file, FileShare share)
    {
        while (true)
        {
            try
            {
                return File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite, share);
            }
            catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
            {
                OwnerFiles.CreateDirectory(Path.GetDirectoryName(file)!);
                OwnerFiles.Provide(file);
            }
        }
    }

    private static SafeFileHandle Guard(SafeFileHandle file, string name)
    {
        if (OwnerFiles.GivesOthers(file, OwnerFiles.WritableByOthers))
        {
            file.Dispose();
            throw TooOpen(name);
        }

        return file;
    }

    private static CacheKitException TooOpen(string file) => new(
        ErrorIds.AuditLogTooOpen,
        $"Others than its owner may write to '{file}': what it says would prove nothing.",
        $"Look at it first (Test-CacheKitAuditLog), then close it: chmod go-w '{file}'.");
}
