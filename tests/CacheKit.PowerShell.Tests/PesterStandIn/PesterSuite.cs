using System.Collections.Concurrent;
using System.Management.Automation;
using CacheKit.Core.Tests.Support.Servers;
using CacheKit.Host;
using CacheKit.PowerShell.Tests.Support;

namespace CacheKit.PowerShell.Tests.PesterStandIn;

/// <summary>The Pester files of the repository: what they hold, and how it ended.</summary>
internal static class PesterSuite
{
    /// <summary>The name of the row for a file whose tests cannot be listed.</summary>
    public const string Unlisted = "(discovery)";

    /// <summary>The file that needs a Redis.</summary>
    private const string RedisFile = "integration/Redis.Tests.ps1";

    private static readonly string s_folder = Path.Combine(RepositoryRoot.Path, "tests", "pester");

    private static readonly ConcurrentDictionary<string, Lazy<ILookup<string, PesterResult>>> s_results = new();

    /// <summary>The files, relative to tests/pester.</summary>
    public static IEnumerable<string> Files => Directory
        .EnumerateFiles(s_folder, "*.Tests.ps1", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(s_folder, file).Replace('\\', '/'))
        .Order(StringComparer.Ordinal);

    /// <summary>The full names of the tests in a file.</summary>
    public static IReadOnlyList<string> Discover(string file)
    {
        using IsolatedEnvironment environment = new();
        try
        {
            using PesterFileRun run = new(Path.Combine(s_folder, file));
            return [.. run.Tests.Select(test => test.Path)];
        }
        catch (RuntimeException)
        {
            // Its row fails, and with the reason, when the file is run.
            return [Unlisted];
        }
    }

    /// <summary>How a test ended; the first question runs its file.</summary>
    public static PesterResult GetResult(string file, string name)
    {
        ILookup<string, PesterResult> results = s_results.GetOrAdd(file, _ => new(() => Run(file))).Value;
        return results[name].FirstOrDefault()
            ?? new PesterResult(PesterOutcome.Failed, $"'{file}' was run, but '{name}' was not in it.");
    }

    private static ILookup<string, PesterResult> Run(string file)
    {
        // Looked for in the environment of the user, who may have installed it for himself alone.
        InstalledPester? installed = InstalledPester.Instance;
        using IsolatedEnvironment environment = new();
        string path = Path.Combine(s_folder, file);
        using RedisProcess? server = file == RedisFile && RedisProcess.IsInstalled ? RedisProcess.StartServer() : null;
        Environment.SetEnvironmentVariable("CACHEKIT_TEST_REDIS", server?.Url);
        if (installed is not null)
        {
            return installed.Run(path, environment.Folder);
        }

        using PesterFileRun run = new(path);
        run.Run();
        return run.Tests.ToLookup(test => test.Path, test => test.Result);
    }
}
