using System.Management.Automation;
using CacheKit.Core.Diagnostics;

namespace CacheKit.Parameters;

/// <summary>Turns a path as PowerShell knows it into one of the file system.</summary>
internal static class PathResolver
{
    /// <summary>Resolves a path that need not exist: relative to $PWD, with drives and ~, without wildcards.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="path">What the user gave.</param>
    /// <param name="errorId">The id of the error when it is not a path of a file.</param>
    /// <exception cref="CacheKitException">It is not a path of a file.</exception>
    public static string Resolve(PSCmdlet cmdlet, string? path, string errorId = ErrorIds.KeyFileUnusable)
    {
        try
        {
            string full = string.IsNullOrWhiteSpace(path)
                ? string.Empty
                : cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _) is { } found
                    && provider.Name == "FileSystem" ? found : string.Empty;
            return full.Length > 0 ? full : throw NotAFile(path, errorId, null);
        }
        catch (Exception exception) when (exception is SessionStateException or RuntimeException
            or ArgumentException or NotSupportedException)
        {
            throw NotAFile(path, errorId, exception);
        }
    }

    private static CacheKitException NotAFile(string? path, string errorId, Exception? cause) => new(
        errorId,
        $"'{path}' is not the path of a file.",
        "Give the path of a file in the file system.",
        cause);
}
