using System.Collections;
using System.Collections.ObjectModel;
using System.Management.Automation;
using CacheKit.Execution;

namespace CacheKit.Backends;

/// <summary>
/// One run of a backend's block on the pipeline's thread, that leaves no trace there: what it writes is its answer, an
/// error of any kind is its failure, and warnings and the like are for nobody.
/// </summary>
/// <param name="block">The block, of this runspace.</param>
/// <param name="arguments">Its arguments.</param>
/// <param name="variables">Variables that it is to see.</param>
internal sealed class BackendCall(
    ScriptBlock block, object?[] arguments, KeyValuePair<string, object?>[] variables)
{
    private const string ExitCode = "global:LASTEXITCODE";

    // The command is named by its type: no module exports it. The redirection takes what the block writes although its
    // preferences say otherwise, such as an error under -ErrorAction Continue; that of a command would not reach into
    // the block, that of a block around it does.
    private static readonly CmdletInfo s_command = new("Invoke-BackendBlock", typeof(InvokeBackendBlockCommand));
    private static readonly ScriptBlock s_runner = ScriptBlock.Create("& { & $args[0] $args[1] } @args 2>&1 3>&1 6>&1");

    private static readonly Dictionary<string, object?> s_preferences = new(StringComparer.OrdinalIgnoreCase)
    {
        ["_"] = null,
        ["ErrorActionPreference"] = ActionPreference.Stop,
        ["WarningPreference"] = ActionPreference.SilentlyContinue,
        ["VerbosePreference"] = ActionPreference.SilentlyContinue,
        ["DebugPreference"] = ActionPreference.SilentlyContinue,
        ["ProgressPreference"] = ActionPreference.SilentlyContinue,
        // Write-Host writes whatever the preference is, but this one.
        ["InformationPreference"] = ActionPreference.Ignore,
        ["WhatIfPreference"] = false,
        ["ConfirmPreference"] = ConfirmImpact.None,
    };

    private Collection<PSObject?> _output = [];
    private Exception? _end;

    /// <summary>Runs the block.</summary>
    /// <param name="cmdlet">The cmdlet whose pipeline waits.</param>
    /// <returns>What it wrote.</returns>
    /// <exception cref="PipelineStoppedException">The user or the pipeline stopped it.</exception>
    /// <exception cref="BackendBlockException">It failed, or wrote an error.</exception>
    public IReadOnlyList<object?> Run(PSCmdlet cmdlet)
    {
        PSVariableIntrinsics scope = cmdlet.SessionState.PSVariable;
        ArrayList? errors = scope.GetValue("global:Error") as ArrayList;
        int errorCount = errors?.Count ?? 0;
        object? exitCode = scope.GetValue(ExitCode);
        Collection<PSObject> others;
        try
        {
            others = cmdlet.InvokeCommand.InvokeScript(useLocalScope: false, s_runner, input: null, s_command, this);
        }
        finally
        {
            scope.Set(ExitCode, exitCode);
            while (errors?.Count > errorCount)
            {
                errors.RemoveAt(0);
            }
        }

        if (_end is not null)
        {
            throw FailureOf(_end);
        }

        ErrorRecord? error = others.Select(item => item?.BaseObject).OfType<ErrorRecord>()
            .FirstOrDefault(record => !ErrorStream.IsFromNativeCommand(record));
        return error is null
            ? [.. _output.Select(Unwrap)]
            : throw new BackendBlockException(error.ToString(), error.Exception);
    }

    /// <summary>Runs the block within the command that is redirected.</summary>
    internal void Invoke()
    {
        try
        {
            _output = block.InvokeWithContext(null, Preferences(), arguments);
        }
        catch (Exception exception) when (exception is not PipelineStoppedException)
        {
            _end = exception;
        }
    }

    /// <summary>
    /// What is set in the block's own scope: the preferences of its caller must not silence an error, and a module does
    /// not see them anyway.
    /// </summary>
    private List<PSVariable> Preferences() =>
    [
        .. s_preferences.Select(static preference => new PSVariable(preference.Key, preference.Value)),
        .. variables.Where(static variable => !s_preferences.ContainsKey(variable.Key))
            .Select(static variable => new PSVariable(variable.Key, variable.Value)),
    ];

    private static BackendBlockException FailureOf(Exception exception) => exception switch
    {
        RuntimeException failure => new BackendBlockException(failure.ErrorRecord.ToString(), failure.ErrorRecord.Exception),
        FlowControlException => new BackendBlockException("it was left with break, continue or exit.", exception),
        _ => new BackendBlockException(exception.Message, exception),
    };

    /// <summary>Core knows no wrappers; an object that is nothing but its members stays as it is.</summary>
    private static object? Unwrap(object? item)
    {
        object? value = item is PSObject wrapper && wrapper.BaseObject is not PSCustomObject ? wrapper.BaseObject : item;
        return value is object?[] array ? array.Select(Unwrap).ToArray() : value;
    }
}
