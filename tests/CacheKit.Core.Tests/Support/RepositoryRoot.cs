namespace CacheKit.Core.Tests.Support;

/// <summary>Where the repository is that the tests were built in.</summary>
internal static class RepositoryRoot
{
    /// <summary>The full path of one of its files.</summary>
    public static string File(params string[] path)
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !System.IO.File.Exists(Path.Combine(folder.FullName, "CacheKit.PS.sln")))
        {
            folder = folder.Parent;
        }

        return Path.Combine([folder!.FullName, .. path]);
    }
}
