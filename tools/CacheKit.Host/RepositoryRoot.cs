namespace CacheKit.Host;

/// <summary>Finds the working copy that an assembly was built in.</summary>
public static class RepositoryRoot
{
    private const string Marker = "CacheKit.PS.sln";

    /// <summary>The full path of the repository, looked for upward from this assembly.</summary>
    /// <exception cref="DirectoryNotFoundException">The assembly was moved out of the repository.</exception>
    public static string Path { get; } = Find(AppContext.BaseDirectory);

    private static string Find(string start)
    {
        for (DirectoryInfo? folder = new(start); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, Marker)))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No folder above '{start}' holds {Marker}.");
    }
}
