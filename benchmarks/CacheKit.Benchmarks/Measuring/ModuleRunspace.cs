using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;
using CacheKit.Core.Tests.Support;

namespace CacheKit.Benchmarks.Measuring;

/// <summary>
/// A runspace on the engine with the built module, a key and a database of its own. Core's types resolve from the
/// module's own folder once this exists, so nothing that names one may run before.
/// </summary>
internal sealed class ModuleRunspace : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cachekit-bench-").FullName;
    private readonly Runspace _runspace;

    /// <summary>Opens the runspace and imports the module.</summary>
    public ModuleRunspace()
    {
        Environment.SetEnvironmentVariable(
            "CACHEKIT_MASTER_KEY",
            Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32)));
        Environment.SetEnvironmentVariable("CACHEKIT_CACHE_PATH", Path.Combine(_folder, "cache.db"));
        // The engine puts its own folders in front of this one.
        Environment.SetEnvironmentVariable("PSModulePath", RepositoryRoot.File("output"));
        _runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        _runspace.Open();
        Run("param($own) Import-Module CacheKit; Import-Module -Assembly $own", Assembly.GetExecutingAssembly());
    }

    /// <summary>Makes an operation of a loop in which a statement runs; only the statement differs.</summary>
    /// <param name="name">A name for the loop.</param>
    /// <param name="statement">The statement.</param>
    public Operation Loop(string name, string statement)
    {
        Run($$"""
            function global:Measure-{{name}} {
                param([int] $count)
                $name = 'DbAdmin'
                $bytes = [GC]::GetAllocatedBytesForCurrentThread()
                $start = [Diagnostics.Stopwatch]::GetTimestamp()
                for ($i = 0; $i -lt $count; $i++) { {{statement}} }
                $end = [Diagnostics.Stopwatch]::GetTimestamp()
                $end - $start
                [GC]::GetAllocatedBytesForCurrentThread() - $bytes
            }
            """);
        return Called(name);
    }

    /// <summary>Makes an operation of a statement that measures itself.</summary>
    /// <param name="name">A name for it.</param>
    /// <param name="before">What runs before.</param>
    /// <param name="statement">The statement: runs <c>$count</c> times, and writes ticks and bytes.</param>
    public Operation Inside(string name, string before, string statement)
    {
        Run($$"""
            function global:Measure-{{name}}Inside {
                param([int] $count)
                {{before}}
                {{statement}}
            }
            """);
        return Called($"{name}Inside");
    }

    private Operation Called(string name)
    {
        return count =>
        {
            using PowerShell shell = PowerShell.Create(_runspace);
            shell.AddCommand($"Measure-{name}").AddParameter("count", count);
            return shell.Invoke<long>() is [long ticks, long bytes]
                ? new Cost(ticks, bytes)
                : throw new InvalidOperationException(
                    $"The loop {name} failed: {shell.Streams.Error.FirstOrDefault()}");
        };
    }

    /// <summary>Runs a script, which must not write errors.</summary>
    /// <param name="script">The script.</param>
    /// <param name="arguments">Its arguments.</param>
    public object?[] Run(string script, params object?[] arguments)
    {
        using PowerShell shell = PowerShell.Create(_runspace);
        shell.AddScript(script);
        foreach (object? argument in arguments)
        {
            shell.AddArgument(argument);
        }

        object?[] output = [.. shell.Invoke().Select(item => item?.BaseObject)];
        return shell.HadErrors
            ? throw new InvalidOperationException($"The script failed: {shell.Streams.Error.FirstOrDefault()}")
            : output;
    }

    /// <summary>A script for the caller to start, and to stop as Ctrl+C does.</summary>
    /// <param name="script">The script.</param>
    public PowerShell Prepare(string script) => PowerShell.Create(_runspace).AddScript(script);

    /// <summary>Closes the runspace and deletes the database.</summary>
    public void Dispose()
    {
        Run("Remove-Module CacheKit");
        _runspace.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
