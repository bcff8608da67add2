using Microsoft.Win32.SafeHandles;

namespace CacheKit.Core.Files;

/// <summary>
/// Files that are their owner's alone: the only place that creates or chmods. On Unix files are 0600 and directories
/// 0700; on Windows they inherit the rights of their directory.
/// </summary>
internal static class OwnerFiles
{
    /// <summary>The mode of a file: 0600.</summary>
    public const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The mode of a file that every user may read: 0644.</summary>
    public const UnixFileMode ReadableByAll = Mode | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>The rights of others than the owner.</summary>
    public const UnixFileMode Others = (UnixFileMode)0b000_111_111;

    /// <summary>The rights with which others than the owner change a file.</summary>
    public const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    private const UnixFileMode DirectoryMode = Mode | UnixFileMode.UserExecute;

    /// <summary>Opens a file without a buffer; one that this creates is its owner's alone.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mode">Whether to create it.</param>
    /// <param name="access">What for.</param>
    /// <param name="share">What others may do meanwhile.</param>
    public static FileStream Open(string path, FileMode mode, FileAccess access, FileShare share = FileShare.None) =>
        Open(path, mode, access, share, Mode);

    /// <summary>Creates an empty file, unless somebody else has created it meanwhile.</summary>
    /// <param name="path">The file.</param>
    public static void Provide(string path)
    {
        try
        {
            Open(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete).Dispose();
        }
        catch (IOException) when (File.Exists(path))
        {
            // There it is.
        }
    }

    /// <summary>Creates a directory, and those above it that are missing.</summary>
    /// <param name="path">The directory.</param>
    public static void CreateDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        if (Directory.Exists(path))
        {
            return;
        }

        // One by one: .NET gives the mode to the last one alone.
        if (Path.GetDirectoryName(path) is { } parent)
        {
            CreateDirectory(parent);
        }

        Directory.CreateDirectory(path, DirectoryMode);
    }

    /// <summary>
    /// Puts a file in the place of another in one step, so that readers always find a whole one. It is written and
    /// flushed to the disk under another name before.
    /// </summary>
    /// <param name="temporary">That name, in the same directory; nothing is there.</param>
    /// <param name="target">The file.</param>
    /// <param name="bytes">What is in it.</param>
    /// <param name="overwrite">Whether there may be one.</param>
    /// <param name="mode">Its mode on Unix.</param>
    public static void Put(
        string temporary, string target, ReadOnlySpan<byte> bytes, bool overwrite, UnixFileMode mode = Mode)
    {
        try
        {
            using (FileStream file = Open(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, mode))
            {
                if (mode != Mode && !OperatingSystem.IsWindows())
                {
                    // Whatever the umask of this process takes away.
                    File.SetUnixFileMode(file.SafeFileHandle, mode);
                }

                file.Write(bytes);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            TryDelete(temporary);
            throw;
        }
    }

    /// <summary>Takes from others what rights they have on a file or directory.</summary>
    /// <param name="path">The file; it may be missing.</param>
    /// <param name="model">The file whose rights for the owner it gets; itself to keep them.</param>
    public static void Tighten(string path, string model)
    {
        if (OperatingSystem.IsWindows() || !Path.Exists(path))
        {
            return;
        }

        try
        {
            UnixFileMode mode = File.GetUnixFileMode(model) & ~Others;
            if (File.GetUnixFileMode(path) != mode)
            {
                File.SetUnixFileMode(path, mode);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Gone, or somebody else's, shared with us on purpose: entries are encrypted whoever reads them.
        }
    }

    /// <summary>Whether others than its owner have some rights on an open file. On Windows nobody can tell.</summary>
    /// <param name="file">The file: asked so, what was checked is what is used.</param>
    /// <param name="rights">The rights.</param>
    public static bool GivesOthers(SafeFileHandle file, UnixFileMode rights) =>
        !OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & rights) != 0;

    private static FileStream Open(string path, FileMode mode, FileAccess access, FileShare share, UnixFileMode created)
    {
        FileStreamOptions options = new() { Mode = mode, Access = access, Share = share, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = created;
        }

        return new FileStream(path, options);
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // What failed before is what the user must hear about.
        }
    }
}
