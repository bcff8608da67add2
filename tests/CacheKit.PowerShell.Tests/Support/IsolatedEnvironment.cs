using System.Collections;

namespace CacheKit.PowerShell.Tests.Support;

/// <summary>
/// A home of its own for a test: a fresh folder for everything that belongs to the user, and no CacheKit setting from
/// outside. The process's environment is as it was after disposal.
/// </summary>
public sealed class IsolatedEnvironment : IDisposable
{
    private static readonly string[] s_userFolders =
        ["HOME", "USERPROFILE", "LOCALAPPDATA", "APPDATA", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"];

    private static readonly Dictionary<string, string?> s_outside = Snapshot();

    public IsolatedEnvironment()
    {
        Folder = Directory.CreateTempSubdirectory("cachekit-test-").FullName;
        foreach (string name in s_outside.Keys.Where(IsSetting))
        {
            Environment.SetEnvironmentVariable(name, null);
        }

        foreach (string name in s_userFolders)
        {
            Environment.SetEnvironmentVariable(name, Directory.CreateDirectory(Path.Combine(Folder, name)).FullName);
        }
    }

    /// <summary>The environment that the test run was started in.</summary>
    public static IReadOnlyDictionary<string, string?> Outside => s_outside;

    /// <summary>A folder that goes away with this object.</summary>
    public string Folder { get; }

    public void Dispose()
    {
        foreach (string name in Snapshot().Keys.Except(s_outside.Keys))
        {
            Environment.SetEnvironmentVariable(name, null);
        }

        foreach ((string name, string? value) in s_outside)
        {
            Environment.SetEnvironmentVariable(name, value);
        }

        Directory.Delete(Folder, recursive: true);
    }

    private static bool IsSetting(string name)
    {
        return name.StartsWith("CACHEKIT_", StringComparison.OrdinalIgnoreCase) || name == "REDIS_URL";
    }

    private static Dictionary<string, string?> Snapshot()
    {
        return Environment.GetEnvironmentVariables()
            .Cast<DictionaryEntry>()
            .ToDictionary(pair => (string)pair.Key, pair => (string?)pair.Value);
    }
}
