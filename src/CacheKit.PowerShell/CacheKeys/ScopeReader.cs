using System.Collections.Concurrent;
using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Reflection;
using CacheKit.Core.Diagnostics;

namespace CacheKit.CacheKeys;

/// <summary>Reads variables as a block will see them.</summary>
internal static class ScopeReader
{
    // A block written in a script and handed to a function of a module sees the script's variables, not the module's.
    // No public member tells the session state of a block without a module; these two have stood since PowerShell 3.
    private static readonly PropertyInfo? s_blockState = typeof(ScriptBlock).GetProperty(
        "SessionStateInternal",
        BindingFlags.Instance | BindingFlags.NonPublic);

    // A script's only result is enumerated if it can be: hence two commas.
    private static readonly ScriptBlock s_readBelow = ScriptBlock.Create(
        "param($Name) if ($variable = $ExecutionContext.SessionState.PSVariable.Get($Name)) { , , $variable.Value }");

    private static readonly ConcurrentDictionary<string, ScriptBlock> s_using = new(StringComparer.OrdinalIgnoreCase);

    private static readonly PropertyInfo? s_publicState = s_blockState?.PropertyType.GetProperty(
        "PublicSessionState",
        BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public);

    /// <summary>Finds the variables that a block will see when a cmdlet runs it as <c>&amp;</c> would.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="block">The block.</param>
    /// <returns>Null when they cannot be known.</returns>
    public static PSVariableIntrinsics? VariablesOf(PSCmdlet cmdlet, ScriptBlock block)
    {
        SessionState caller = cmdlet.SessionState;
        PSModuleInfo? module = block.Module;
        if (module == caller.Module && module is null)
        {
            return caller.PSVariable;
        }

        if (module is not null)
        {
            return (module == caller.Module ? caller : module.SessionState).PSVariable;
        }

        if (s_blockState is null || s_publicState is null)
        {
            return null;
        }

        // A block made from text belongs to no session state: it runs in its caller's.
        object? state = s_blockState.GetValue(block);
        return state is null ? caller.PSVariable : (s_publicState.GetValue(state) as SessionState)?.PSVariable;
    }

    /// <summary>Reads a variable.</summary>
    /// <param name="cmdlet">The cmdlet that runs the block.</param>
    /// <param name="scope">The variables that the block sees.</param>
    /// <param name="file">The file that the block was written in.</param>
    /// <param name="variable">The variable.</param>
    /// <param name="value">Its value.</param>
    /// <returns>Whether there is such a variable.</returns>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.KeyNotDerivable"/>.</exception>
    public static bool TryRead(
        PSCmdlet cmdlet, PSVariableIntrinsics? scope, string? file, FreeVariable variable, out object? value)
    {
        switch (variable.Kind)
        {
            case FreeVariableKind.Environment:
                value = Environment.GetEnvironmentVariable(variable.Name);
                return value is not null;
            case FreeVariableKind.ScriptFile:
                value = variable.Name.Equals("PSCommandPath", StringComparison.OrdinalIgnoreCase)
                    ? file
                    : Path.GetDirectoryName(file);
                return true;
            case FreeVariableKind.Using:
                return TryReadUsing(cmdlet, variable.Name, out value);
            default:
                return TryReadVariable(cmdlet, scope, variable, out value);
        }
    }

    private static bool TryReadVariable(
        PSCmdlet cmdlet, PSVariableIntrinsics? scope, FreeVariable variable, out object? value)
    {
        if (scope is null)
        {
            throw Unknown(variable);
        }

        PSVariable? found = scope.Get(variable.Name);
        if (found is not null && (found.Options & ScopedItemOptions.Private) != 0)
        {
            // The block, which runs in a scope below, sees the variable of this name above this one.
            return ReferenceEquals(scope, cmdlet.SessionState.PSVariable)
                ? TryReadBelow(cmdlet, variable.Name, out value)
                : throw Unknown(variable);
        }

        value = found?.Value;
        return found is not null;
    }

    private static bool TryReadBelow(PSCmdlet cmdlet, string name, out object? value)
    {
        Collection<PSObject> found = cmdlet.InvokeCommand.InvokeScript(
            useLocalScope: true, s_readBelow, input: null, name);
        value = found.Count > 0 ? found[0] : null;
        return found.Count > 0;
    }

    /// <summary>Resolves an expression with <c>$using:</c> as the engine does, which looks for its text.</summary>
    private static bool TryReadUsing(PSCmdlet cmdlet, string expression, out object? value)
    {
        ScriptBlock reader = s_using.GetOrAdd(
            expression, static text => ScriptBlock.Create($"try {{ , , ({text}) }} catch {{ {KnownValue.Forget} }}"));
        Collection<PSObject> found = cmdlet.InvokeCommand.InvokeScript(useLocalScope: false, reader, input: null);
        value = found.Count > 0 ? found[0] : null;
        return found.Count > 0;
    }

    private static CacheKitException Unknown(FreeVariable variable) => new(
        ErrorIds.KeyNotDerivable,
        $"The block reads {variable.Display}, whose value cannot be known before it runs, so that no key can be "
            + "derived.",
        Refusal.WaysOut);
}
