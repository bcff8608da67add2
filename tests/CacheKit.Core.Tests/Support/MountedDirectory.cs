using System.Diagnostics;
using Xunit;

namespace CacheKit.Core.Tests.Support;

/// <summary>A small file system of a test's own, in memory, where the machine lets a test mount one (Linux, root).
/// </summary>
internal sealed class MountedDirectory : IDisposable
{
    private readonly TempDirectory _directory = new();

    private MountedDirectory()
    {
    }

    public string Path => _directory.Path;

    /// <summary>Mounts it, or skips the test.</summary>
    public static MountedDirectory OfBytes(int bytes)
    {
        MountedDirectory directory = new();
        string[] arguments = ["-t", "tmpfs", "-o", $"size={bytes},mode=700", "tmpfs", directory.Path];
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess || Run("mount", arguments) != 0)
        {
            directory._directory.Dispose();
            Assert.Skip("Only where a test may mount a file system.");
        }

        return directory;
    }

    public void MakeReadOnly() => Assert.Equal(0, Run("mount", ["-o", "remount,ro", Path]));

    public void MakeWritable() => Assert.Equal(0, Run("mount", ["-o", "remount,rw", Path]));

    public void Dispose()
    {
        Assert.Equal(0, Run("umount", [Path]));
        _directory.Dispose();
    }

    private static int Run(string program, string[] arguments)
    {
        try
        {
            ProcessStartInfo start = new(program, arguments) { RedirectStandardError = true };
            using Process process = Process.Start(start)!;
            process.WaitForExit();
            return process.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return -1;
        }
    }
}
