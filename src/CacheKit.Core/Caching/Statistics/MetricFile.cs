using System.Text;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Storage;

namespace CacheKit.Core.Caching.Statistics;

/// <summary>A file of metrics, which a collector may read at any moment: it is never there in part.</summary>
public static class MetricFile
{
    // The collector is another user; what it reads names nobody.
    private const UnixFileMode ReadableByAll =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Puts a file in the place of the one that is there, if there is one.</summary>
    /// <param name="path">The full path. As long as the new file is not there, its name does not end like it.</param>
    /// <param name="text">What is in it.</param>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.MetricFileUnusable"/>: it cannot be written.</exception>
    public static void Write(string path, string text)
    {
        if (Directory.Exists(path))
        {
            throw new CacheKitException(
                ErrorIds.MetricFileUnusable,
                $"'{path}' cannot be a file of metrics: it is a directory.",
                "Give the path of a file in it, such as cachekit.prom.");
        }

        string temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            WriteNew(temporary, Encoding.UTF8.GetBytes(text));
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            TryDelete(temporary);
            string reason = exception is DirectoryNotFoundException
                ? "its directory is not there"
                : FileFaults.Describe(exception);
            throw new CacheKitException(
                ErrorIds.MetricFileUnusable,
                $"The metrics cannot be written to '{path}': {reason}.",
                "Give another -Path, or let this user write there.",
                exception);
        }
    }

    private static void WriteNew(string path, byte[] bytes)
    {
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = ReadableByAll;
        }

        using FileStream file = new(path, options);
        if (!OperatingSystem.IsWindows())
        {
            // Whatever the umask of this process takes away.
            File.SetUnixFileMode(file.SafeFileHandle, ReadableByAll);
        }

        file.Write(bytes);
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The first failure is the one to tell.
        }
    }
}
