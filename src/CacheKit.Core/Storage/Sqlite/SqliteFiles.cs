using System.Globalization;
using CacheKit.Core.Files;

namespace CacheKit.Core.Storage.Sqlite;

/// <summary>
/// The files of a cache database: who may read them, who makes them, and how a damaged one is set aside.
/// </summary>
/// <remarks>
/// Whatever makes, opens, renames or deletes a database file does it under a lock file beside it, so that no process
/// ever opens a file that another is about to rename, or meets the left-overs of a deleted one. Reading and writing an
/// open database needs no more than SQLite's own locks. The database itself is never opened but through SQLite:
/// closing any other handle to it would drop SQLite's locks (POSIX locks belong to the process).
/// </remarks>
internal sealed class SqliteFiles
{
    /// <summary>How many damaged databases are kept, for whoever wants to look at them.</summary>
    public const int SetAsideLimit = 3;

    private static readonly string[] s_companions = ["-wal", "-shm", "-journal"];

    private readonly string _path;
    private readonly string _directory;
    private readonly bool _ownsDirectory;
    private readonly TimeProvider _timeProvider;

    /// <summary>Names the files; touches none.</summary>
    /// <param name="options">The store's options.</param>
    /// <param name="timeProvider">The clock, for the names of damaged databases.</param>
    public SqliteFiles(SqliteStoreOptions options, TimeProvider timeProvider)
    {
        _path = options.Path;
        _directory = Path.GetDirectoryName(options.Path)!;
        _ownsDirectory = options.OwnsDirectory;
        _timeProvider = timeProvider;
    }

    /// <summary>Takes the lock, making the directory if it is missing.</summary>
    /// <param name="wait">The patience with other processes that hold it.</param>
    /// <returns>The lock, or null where we may not write: then nobody may rename anything under us either.</returns>
    /// <exception cref="StoreException">The directory cannot be made, or others held the lock for too long.</exception>
    public FileStream? Lock(BusyWait wait)
    {
        try
        {
            return wait.Open(() =>
            {
                ProvideDirectory();
                return OwnerFiles.Open(_path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite);
            });
        }
        catch (Exception exception) when (FileFaults.MeansAccessDenied(exception))
        {
            return null;
        }
        catch (IOException exception)
        {
            throw CannotOpen(exception);
        }
    }

    /// <summary>Makes the database file if it is missing, and tightens it if others may read it.</summary>
    /// <param name="isLocked">Whether we hold the lock.</param>
    /// <exception cref="StoreException">It is missing and cannot be made.</exception>
    public void Provide(bool isLocked)
    {
        if (File.Exists(_path))
        {
            TightenDatabase();
            return;
        }

        if (!isLocked || Directory.Exists(_path))
        {
            throw new StoreException(
                isLocked ? StoreFault.Unavailable : StoreFault.AccessDenied,
                isLocked
                    ? $"The cache database '{_path}' cannot be made: there is a directory of that name."
                    : $"The cache database '{_path}' cannot be made: its directory may not be written.");
        }

        try
        {
            // What a deleted database left behind would be taken for the new one's.
            foreach (string companion in s_companions)
            {
                File.Delete(_path + companion);
            }

            OwnerFiles.Open(_path, FileMode.CreateNew, FileAccess.Write).Dispose();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CannotOpen(exception);
        }
    }

    /// <summary>Renames a damaged database, so that a new one can take its place. Only under the lock, and with no
    /// connection of this process open (Windows would refuse).</summary>
    /// <returns>What to tell the user.</returns>
    /// <exception cref="StoreException">It cannot be renamed.</exception>
    public StoreIncident SetAside()
    {
        DateTimeOffset now = _timeProvider.GetUtcNow();
        string target = SetAsidePath(now);
        try
        {
            File.Move(_path, target);
            foreach (string companion in s_companions)
            {
                if (File.Exists(_path + companion))
                {
                    File.Move(_path + companion, target + companion);
                }
            }

            RemoveOldSetAside();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(
                StoreFault.Corrupt,
                $"The cache database '{_path}' is damaged and cannot be renamed. Delete it.",
                exception);
        }

        return new StoreIncident(
            now, $"The cache database '{_path}' was damaged. It is kept as '{target}'; the cache begins anew.");
    }

    private void ProvideDirectory()
    {
        if (_ownsDirectory && Directory.Exists(_directory))
        {
            OwnerFiles.Tighten(_directory, model: _directory);
            return;
        }

        OwnerFiles.CreateDirectory(_directory);
    }

    private void TightenDatabase()
    {
        // SQLite makes its companions like the database was then: write-protected ones would outlive that.
        foreach (string file in (string[])[_path, _path + "-wal", _path + "-shm"])
        {
            OwnerFiles.Tighten(file, model: _path);
        }
    }

    private StoreException CannotOpen(Exception exception)
    {
        (StoreFault fault, string what) = exception switch
        {
            _ when FileFaults.MeansAccessDenied(exception) =>
                (StoreFault.AccessDenied, "its directory may not be written"),
            IOException io when FileFaults.MeansLocked(io) => (StoreFault.Busy, "others kept it locked for too long"),
            _ when FileFaults.MeansFull(exception) => (StoreFault.Full, "its disk is full"),
            _ => (StoreFault.Unavailable, "its directory cannot be made or does not work"),
        };
        return new StoreException(fault, $"The cache database '{_path}' cannot be opened: {what}.", exception);
    }

    private string SetAsidePath(DateTimeOffset now)
    {
        while (true)
        {
            string stamp = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmssfff'Z'", CultureInfo.InvariantCulture);
            string path = $"{_path}.corrupt-{stamp}";
            if (!File.Exists(path))
            {
                return path;
            }

            now = now.AddMilliseconds(1);
        }
    }

    private void RemoveOldSetAside()
    {
        string prefix = Path.GetFileName(_path) + ".corrupt-";
        IEnumerable<string> oldOnes = Directory.EnumerateFiles(_directory)
            .Where(file => Path.GetFileName(file).StartsWith(prefix, StringComparison.Ordinal))
            .Where(file => !s_companions.Any(companion => file.EndsWith(companion, StringComparison.Ordinal)))
            .OrderDescending(StringComparer.Ordinal)
            .Skip(SetAsideLimit);
        foreach (string file in oldOnes)
        {
            File.Delete(file);
            foreach (string companion in s_companions)
            {
                File.Delete(file + companion);
            }
        }
    }
}
