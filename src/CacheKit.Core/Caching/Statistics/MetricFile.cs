using System.Text;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Files;

namespace CacheKit.Core.Caching.Statistics;

/// <summary>A file of metrics, which a collector may read at any moment: it is never there in part.</summary>
public static class MetricFile
{
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
            // The collector is another user; what it reads names nobody.
            OwnerFiles.Put(
                temporary, path, Encoding.UTF8.GetBytes(text), overwrite: true, mode: OwnerFiles.ReadableByAll);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
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
}
