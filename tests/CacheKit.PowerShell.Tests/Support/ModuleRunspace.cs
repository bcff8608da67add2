using System.Management.Automation;
using System.Management.Automation.Runspaces;
using CacheKit.Core.Tests.Support;
using Shell = System.Management.Automation.PowerShell;

namespace CacheKit.PowerShell.Tests.Support;

/// <summary>
/// A runspace with the built module imported by name, in an <see cref="IsolatedEnvironment"/>. Scripts run one after
/// the other in the global scope and see each other's variables.
/// </summary>
public sealed class ModuleRunspace : IDisposable
{
    private readonly Runspace _runspace;
    private readonly bool _ownsEnvironment;

    /// <summary>Opens the runspace.</summary>
    /// <param name="import">False to leave the module to autoloading.</param>
    /// <param name="beside">A runspace whose environment this one uses as well, and leaves to it.</param>
    public ModuleRunspace(bool import = true, ModuleRunspace? beside = null)
    {
        _ownsEnvironment = beside is null;
        Environment = beside?.Environment ?? new IsolatedEnvironment();
        _runspace = OpenRunspace();
        if (import)
        {
            Run("Import-Module CacheKit").EnsureSuccess();
        }
    }

    /// <summary>The home of the test.</summary>
    public IsolatedEnvironment Environment { get; }

    /// <summary>Runs a script to its end, whatever happens in it.</summary>
    /// <param name="script">The text.</param>
    /// <param name="arguments">What the script finds in <c>$args</c>, or in its own <c>param()</c>.</param>
    public ScriptResult Run(string script, params object?[] arguments)
    {
        using Shell shell = Shell.Create();
        shell.Runspace = _runspace;
        shell.AddScript(script, useLocalScope: false);
        foreach (object? argument in arguments)
        {
            shell.AddArgument(argument);
        }

        PSDataCollection<PSObject?> output = [];
        ErrorRecord? failure = null;
        try
        {
            shell.Invoke(input: null, output);
        }
        catch (RuntimeException exception)
        {
            failure = exception.ErrorRecord;
        }

        return Collect(shell, output, failure);
    }

    /// <summary>A script for the test to start, and to stop as Ctrl+C does. The test disposes of it.</summary>
    /// <param name="script">The text.</param>
    public Shell Prepare(string script)
    {
        Shell shell = Shell.Create();
        shell.Runspace = _runspace;
        return shell.AddScript(script, useLocalScope: false);
    }

    public void Dispose()
    {
        _runspace.Dispose();
        if (_ownsEnvironment)
        {
            Environment.Dispose();
        }
    }

    private static Runspace OpenRunspace()
    {
        InitialSessionState state = InitialSessionState.CreateDefault2();
        if (OperatingSystem.IsWindows())
        {
            state.ExecutionPolicy = Microsoft.PowerShell.ExecutionPolicy.Bypass;
        }

        // The engine puts its own folders in front of these.
        System.Environment.SetEnvironmentVariable("PSModulePath", RepositoryRoot.File("output"));
        Runspace runspace = RunspaceFactory.CreateRunspace(state);
        runspace.Open();
        return runspace;
    }

    private static ScriptResult Collect(Shell shell, IEnumerable<PSObject?> output, ErrorRecord? failure)
    {
        PSDataStreams streams = shell.Streams;
        return new ScriptResult
        {
            Output = [.. output],
            Errors = [.. streams.Error],
            Warnings = [.. streams.Warning.Select(record => record.Message)],
            Verbose = [.. streams.Verbose.Select(record => record.Message)],
            Debug = [.. streams.Debug.Select(record => record.Message)],
            Information = [.. streams.Information],
            Failure = failure,
        };
    }
}
