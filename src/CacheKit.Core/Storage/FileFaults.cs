using CacheKit.Core.Files;

namespace CacheKit.Core.Storage;

/// <summary>What the exceptions of System.IO mean to a store. On Unix their HResult is the system's error number.
/// </summary>
internal static class FileFaults
{
    private const int UnixNoSpace = 28;
    private const int UnixReadOnlyFileSystem = 30;
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    private static int NoSpace => OperatingSystem.IsWindows() ? WindowsDiskFull : UnixNoSpace;

    /// <summary>Whether somebody else has locked the file.</summary>
    public static bool MeansLocked(IOException exception) => FileLockFault.IsMeantBy(exception);

    /// <summary>Whether we may not do it.</summary>
    public static bool MeansAccessDenied(Exception exception) =>
        exception is UnauthorizedAccessException
        || (!OperatingSystem.IsWindows() && exception is IOException { HResult: UnixReadOnlyFileSystem });

    /// <summary>Says in a few words why a file cannot be written.</summary>
    /// <param name="exception">An exception of System.IO.</param>
    public static string Describe(Exception exception) => exception switch
    {
        _ when MeansAccessDenied(exception) => "it, or its directory, may not be written",
        IOException io when MeansLocked(io) => "others kept it locked for too long",
        { HResult: int code } when code == NoSpace => "its disk is full",
        _ => "it, or its directory, does not work",
    };

    /// <summary>Says the same in the words of a store.</summary>
    /// <param name="exception">An exception of System.IO.</param>
    /// <param name="path">The database file.</param>
    public static StoreException ToStoreException(Exception exception, string path)
    {
        (StoreFault fault, string what) = exception switch
        {
            _ when MeansAccessDenied(exception) => (StoreFault.AccessDenied, "its directory may not be written"),
            IOException io when MeansLocked(io) => (StoreFault.Busy, "others kept it locked for too long"),
            { HResult: int code } when code == NoSpace => (StoreFault.Full, "its disk is full"),
            _ => (StoreFault.Unavailable, "its directory cannot be made or does not work"),
        };
        return new StoreException(fault, $"The cache database '{path}' cannot be opened: {what}.", exception);
    }
}
