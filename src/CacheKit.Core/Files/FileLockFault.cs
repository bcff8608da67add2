namespace CacheKit.Core.Files;

/// <summary>
/// Tells that somebody else holds a file. On Unix the HResult of an exception is the system's error number.
/// </summary>
internal static class FileLockFault
{
    private const int LinuxWouldBlock = 11;
    private const int MacWouldBlock = 35;
    private const int WindowsSharingViolation = unchecked((int)0x80070020);

    /// <summary>Whether that is what an exception means.</summary>
    /// <param name="exception">What opening the file gave.</param>
    public static bool IsMeantBy(IOException exception) =>
        OperatingSystem.IsWindows()
            ? exception.HResult == WindowsSharingViolation
            : exception.HResult is LinuxWouldBlock or MacWouldBlock;
}
