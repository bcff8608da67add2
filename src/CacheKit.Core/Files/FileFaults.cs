namespace CacheKit.Core.Files;

/// <summary>What the exceptions of System.IO mean. On Unix their HResult is the system's error number.</summary>
internal static class FileFaults
{
    private const int LinuxWouldBlock = 11;
    private const int MacWouldBlock = 35;
    private const int WindowsSharingViolation = unchecked((int)0x80070020);

    private const int UnixNoSpace = 28;
    private const int UnixReadOnlyFileSystem = 30;
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    /// <summary>Whether somebody else has locked the file.</summary>
    public static bool MeansLocked(IOException exception) => OperatingSystem.IsWindows()
        ? exception.HResult == WindowsSharingViolation
        : exception.HResult is LinuxWouldBlock or MacWouldBlock;

    /// <summary>Whether we may not do it.</summary>
    public static bool MeansAccessDenied(Exception exception) =>
        exception is UnauthorizedAccessException
        || (!OperatingSystem.IsWindows() && exception is IOException { HResult: UnixReadOnlyFileSystem });

    /// <summary>Whether the disk is full.</summary>
    public static bool MeansFull(Exception exception) =>
        exception.HResult == (OperatingSystem.IsWindows() ? WindowsDiskFull : UnixNoSpace);

    /// <summary>Says in a few words why a file cannot be written.</summary>
    /// <param name="exception">An exception of System.IO.</param>
    public static string Describe(Exception exception) => exception switch
    {
        _ when MeansAccessDenied(exception) => "it, or its directory, may not be written",
        IOException io when MeansLocked(io) => "others kept it locked for too long",
        _ when MeansFull(exception) => "its disk is full",
        _ => "it, or its directory, does not work",
    };
}
