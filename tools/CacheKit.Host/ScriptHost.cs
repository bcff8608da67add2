using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace CacheKit.Host;

/// <summary>Runs a script, or a line of PowerShell, the way pwsh would.</summary>
public static class ScriptHost
{
    /// <summary>The exit code of a run that was stopped, as shells report Ctrl+C.</summary>
    public const int StoppedExitCode = 130;

    /// <summary>The exit code for a command line that cannot be understood or names no script.</summary>
    public const int UsageExitCode = 64;

    private const string Usage = """
        A small PowerShell host for the scripts of this repository.

            CacheKit.Host [-NoProfile] [-NonInteractive] [-NoLogo] [-File] <script.ps1> [arguments]
            CacheKit.Host [-NoProfile] [-NonInteractive] [-NoLogo] -Command <text>
            CacheKit.Host -Help

        The CacheKit module built into output/ is found by name.
        """;

    /// <summary>Runs what the command line asks for.</summary>
    /// <param name="args">The command line, as for pwsh.</param>
    /// <param name="output">Takes every stream but the errors.</param>
    /// <param name="errors">Takes error records.</param>
    /// <param name="input">Answers questions such as those of -Confirm; null when nobody can answer.</param>
    /// <param name="stop">Stops the script as Ctrl+C does: its finally blocks still run.</param>
    /// <returns>The exit code that pwsh would end with.</returns>
    public static Task<int> RunAsync(
        IReadOnlyList<string> args,
        TextWriter output,
        TextWriter errors,
        TextReader? input = null,
        CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(errors);
        HostArguments arguments = HostArguments.Parse(args);
        if (arguments.Help)
        {
            output.WriteLine(Usage);
            return Task.FromResult(0);
        }

        if (arguments.Error is not null)
        {
            errors.WriteLine(arguments.Error);
            errors.WriteLine(Usage);
            return Task.FromResult(UsageExitCode);
        }

        return Task.Run(() => Run(arguments, new ScriptConsole(output, errors, input), stop), CancellationToken.None);
    }

    private static int Run(HostArguments arguments, ScriptConsole console, CancellationToken stop)
    {
        HostSession host = new(console);
        using Runspace runspace = EngineFactory.OpenRunspace(host);
        using Pipeline pipeline = CreatePipeline(runspace, arguments);
        using CancellationTokenRegistration registration = stop.Register(pipeline.StopAsync);
        try
        {
            Show(pipeline);
        }
        catch (Exception exception) when (stop.IsCancellationRequested && IsStopped(exception))
        {
            return StoppedExitCode;
        }
        catch (RuntimeException exception)
        {
            ShowError(runspace, exception);
            return 1;
        }

        return host.ExitCode ?? (LastStatementSucceeded(runspace) ? 0 : 1);
    }

    private static Pipeline CreatePipeline(Runspace runspace, HostArguments arguments)
    {
        if (arguments.File is null)
        {
            // Only a command that goes to the history leaves its success in $?, which makes the exit code.
            return runspace.CreatePipeline(arguments.Command, addToHistory: true);
        }

        Command script = new(arguments.File, isScript: false, useLocalScope: false);
        foreach (CommandParameter parameter in arguments.Parameters)
        {
            script.Parameters.Add(parameter);
        }

        EngineInternals.LetExitEndThePipeline(runspace);
        Pipeline pipeline = runspace.CreatePipeline();
        pipeline.Commands.Add(script);
        return pipeline;
    }

    private static void Show(Pipeline pipeline)
    {
        pipeline.Commands[0].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
        pipeline.Commands.Add(new Command("Out-Default", isScript: false, useLocalScope: true));
        pipeline.Invoke();
    }

    private static void ShowError(Runspace runspace, RuntimeException exception)
    {
        using Pipeline pipeline = runspace.CreatePipeline();
        pipeline.Commands.Add(new Command("Out-Default"));
        pipeline.Input.Write(EngineInternals.AsError(exception.ErrorRecord));
        pipeline.Invoke();
    }

    /// <summary>A pipeline that is stopped before it starts says so in another way.</summary>
    private static bool IsStopped(Exception exception)
    {
        return exception is PipelineStoppedException or InvalidPipelineStateException;
    }

    private static bool LastStatementSucceeded(Runspace runspace)
    {
        using Pipeline pipeline = runspace.CreatePipeline("$global:?");
        return LanguagePrimitives.IsTrue(pipeline.Invoke().FirstOrDefault());
    }
}
