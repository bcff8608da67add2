using CacheKit.Core.Files;

namespace CacheKit.Core.Caching.Inspection;

/// <summary>Whether others than its owner can get at a database file.</summary>
internal static class FilePermissions
{
    private const string Name = "Permissions";

    /// <summary>Checks the file and its directory.</summary>
    /// <param name="path">The full path of the file.</param>
    public static StoreCheck Check(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return StoreCheck.Skipped(Name, "on Windows the directory's access list decides");
        }

        string directory = Path.GetDirectoryName(path)!;
        try
        {
            return Check(path, File.GetUnixFileMode(path), directory, File.GetUnixFileMode(directory));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return StoreCheck.Skipped(Name, "the file is not there, or its mode cannot be read");
        }
    }

    private static StoreCheck Check(string path, UnixFileMode file, string directory, UnixFileMode folder)
    {
        string modes = $"file {Octal(file)}, directory {Octal(folder)}";
        if ((file & OwnerFiles.Others) != 0)
        {
            return StoreCheck.Warning(Name, $"others have rights on the file: {modes}", $"Run chmod 600 '{path}'.");
        }

        // With the sticky bit, as in /tmp, others cannot replace a file that is not theirs.
        return (folder & OwnerFiles.WritableByOthers) != 0 && !folder.HasFlag(UnixFileMode.StickyBit)
            ? StoreCheck.Warning(
                Name,
                $"others can replace the file, since they may write to its directory: {modes}",
                $"Run chmod go-w '{directory}', or keep the file in a directory of its own.")
            : StoreCheck.Passed(Name, modes);
    }

    private static string Octal(UnixFileMode mode) => Convert.ToString((int)mode, 8).PadLeft(4, '0');
}
