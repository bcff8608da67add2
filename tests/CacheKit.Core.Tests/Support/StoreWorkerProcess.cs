using System.Diagnostics;

namespace CacheKit.Core.Tests.Support;

/// <summary>The store worker (tests/CacheKit.StoreWorker), built beside the tests in the same configuration.</summary>
internal static class StoreWorkerProcess
{
    public static Process Start(params string[] arguments) => Start(redirectInput: false, arguments);

    public static Process Start(bool redirectInput, params string[] arguments)
    {
        // tests/CacheKit.Core.Tests/bin/<configuration>/<framework>/
        string output = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        string framework = Path.GetFileName(output);
        string configuration = Path.GetFileName(Path.GetDirectoryName(output)!);
        string worker = Path.GetFullPath(Path.Combine(
            output, "../../../../CacheKit.StoreWorker/bin", configuration, framework, "CacheKit.StoreWorker.dll"));
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        return Process.Start(new ProcessStartInfo(dotnet, [worker, .. arguments])
        {
            RedirectStandardInput = redirectInput,
            RedirectStandardOutput = true,
        })!;
    }

    public static async Task RunAsync(params string[] arguments)
    {
        using Process process = Start(arguments);
        await process.WaitForExitAsync();
        Xunit.Assert.Equal(0, process.ExitCode);
    }
}
