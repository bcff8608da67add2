using System.Diagnostics;
using System.Globalization;
using CacheKit.Benchmarks.Measuring;
using CacheKit.Core.Tests.Support;

namespace CacheKit.Benchmarks.Rows;

/// <summary>What a fresh process waits for: the import, and the first call.</summary>
internal static class StartUp
{
    private const int Processes = 7;

    private const string Script = """
        $clock = [Diagnostics.Stopwatch]::StartNew()
        Import-Module CacheKit
        $import = $clock.Elapsed.TotalMilliseconds
        $clock.Restart()
        $null = Invoke-SecureCached -Ttl 300 { 'value' }
        $first = $clock.Elapsed.TotalMilliseconds
        $clock.Restart()
        $null = Invoke-SecureCached -Ttl 300 { 'value' }
        $second = $clock.Elapsed.TotalMilliseconds
        "$import $first $second"
        """;

    /// <summary>Measures, in processes of the pinned PowerShell with the environment of this one.</summary>
    /// <returns>The medians in milliseconds: import, the first call (a hit in the database), the second.</returns>
    public static double[] Measure()
    {
        // The first process fills the file system's cache and the database; it does not count.
        double[][] runs = [.. Enumerable.Range(0, Processes + 1).Select(_ => RunOnce()).Skip(1)];
        return [.. Enumerable.Range(0, 3).Select(i => Comparison.Median([.. runs.Select(run => run[i])]))];
    }

    private static double[] RunOnce()
    {
        ProcessStartInfo start = new("dotnet", ["pwsh", "-NoProfile", "-Command", Script])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = RepositoryRoot.File(),
        };
        // Not the folders of the engine in this process.
        start.Environment["PSModulePath"] = RepositoryRoot.File("output");
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? [.. output.Split(' ').Select(text => double.Parse(text, CultureInfo.InvariantCulture))]
            : throw new InvalidOperationException($"PowerShell ended with {process.ExitCode}: {output}");
    }
}
