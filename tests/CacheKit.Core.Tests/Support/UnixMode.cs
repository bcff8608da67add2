namespace CacheKit.Core.Tests.Support;

/// <summary>Modes of files, for tests that are skipped on Windows: the analyzer cannot see that.</summary>
internal static class UnixMode
{
    public static UnixFileMode Of(string path) =>
        OperatingSystem.IsWindows() ? throw new PlatformNotSupportedException() : File.GetUnixFileMode(path);

    public static void Set(string path, UnixFileMode mode)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException();
        }

        File.SetUnixFileMode(path, mode);
    }
}
