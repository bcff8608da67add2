using System.Collections;
using System.Management.Automation;
using CacheKit.Core.Cryptography;

namespace CacheKit.CacheKeys;

/// <summary>Writes a block, and what it depends on, as it would find it if it ran now.</summary>
/// <param name="buffer">Takes the bytes.</param>
/// <param name="identity">Writes values into it.</param>
/// <param name="cmdlet">The cmdlet that runs the block: its caller's variables are those that the block sees.</param>
/// <param name="trace">Takes what is written as a user may see it, or null.</param>
/// <param name="depth">How deep in a value the block lies.</param>
internal readonly struct DependencyWriter(
    SensitiveBuffer buffer, ValueIdentity identity, PSCmdlet cmdlet, KeyTrace? trace = null, int depth = 0)
{
    private const string Missing = "missing";

    /// <summary>Writes a block.</summary>
    /// <param name="analysis">What is known of it.</param>
    /// <param name="block">The block.</param>
    /// <param name="hasInput">Whether <c>$_</c> is an input object, which counts by itself.</param>
    /// <exception cref="Core.Diagnostics.CacheKitException">No key can be derived.</exception>
    public void Write(BlockAnalysis analysis, ScriptBlock block, bool hasInput)
    {
        analysis.Check();
        CheckDrives(analysis, block);
        PSVariableIntrinsics? scope = analysis.FreeVariables.Length > 0 || analysis.Scripts.Length > 0
            ? ScopeReader.VariablesOf(cmdlet, block)
            : null;
        WriteUnit(analysis, scope, block.File, hasInput, []);
    }

    /// <summary>A drive of the user's own shows variables under paths that nothing gives away.</summary>
    private void CheckDrives(BlockAnalysis analysis, ScriptBlock block)
    {
        if (!analysis.ReadsItem)
        {
            return;
        }

        DriveManagementIntrinsics drives = cmdlet.SessionState.Drive;
        if (drives.GetAllForProvider("Environment").Count > 1 || drives.GetAllForProvider("Variable").Count > 1)
        {
            throw new Refusal(
                "may read from a drive that shows variables, other than Env: and Variable:", block.Ast.Extent).ToException();
        }
    }

    /// <summary>Writes what an argument or an input object names, if a command of the block may read that.</summary>
    /// <param name="analysis">What is known of the block.</param>
    /// <param name="value">The argument.</param>
    public void WriteNamed(BlockAnalysis analysis, object? value)
    {
        if (analysis.ReadsItem)
        {
            WriteNamed(value, cmdlet.SessionState.PSVariable);
        }
    }

    private void WriteUnit(
        BlockAnalysis analysis, PSVariableIntrinsics? scope, string? file, bool hasInput, List<string> around)
    {
        buffer.Write(analysis.Start);
        foreach ((FreeVariable variable, byte[] label) in analysis.FreeVariables)
        {
            if ((hasInput && variable.IsCurrentItem) || NativeCommands.IsAnyOf(cmdlet, variable.UnlessNative))
            {
                continue;
            }

            buffer.Write(label);
            if (!ScopeReader.TryRead(cmdlet, scope, file, variable, out object? value))
            {
                identity.WriteLabel(Missing);
            }
            else if (identity.TryWrite(value, depth) is { } type)
            {
                throw EntryIdentity.NotDerivable(identity, type, Describe(variable));
            }

            trace?.Add(KeyComponentKind.Variable, variable.Display, value);
            if (analysis.ReadsItem)
            {
                WriteNamed(value, scope);
            }
        }

        foreach (ScriptReference script in analysis.Scripts)
        {
            WriteScript(script, scope, file, around);
        }
    }

    private void WriteScript(ScriptReference script, PSVariableIntrinsics? scope, string? file, List<string> around)
    {
        PSCmdlet caller = cmdlet;
        identity.WriteLabel("script");
        BlockAnalysis analysis;
        string? path;
        try
        {
            path = script.FindFile(caller, variable =>
                ScopeReader.TryRead(caller, scope, file, variable, out object? value) ? value : null);
            int index = path is null ? -1 : around.IndexOf(path);
            if (path is null || index >= 0)
            {
                identity.WriteLabel(path is null ? Missing : $"again {index}");
                return;
            }

            analysis = ScriptReference.Analyse(path);
            analysis.Check();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or RuntimeException)
        {
            throw new Refusal("calls a script file that cannot be read", script.Place).ToException();
        }

        trace?.Add(KeyComponentKind.Script, script.Place.Text, path);
        WriteUnit(analysis, scope, path, hasInput: false, [.. around, path]);
    }

    /// <summary>A variable whose value is env:X lets a command read that one, too.</summary>
    private void WriteNamed(object? value, PSVariableIntrinsics? scope)
    {
        switch (value is PSObject wrapped ? wrapped.BaseObject : value)
        {
            case string text when NamedPath.TryRead(text, out VariableName? name) && name.Value.Name.Length > 0:
                identity.WriteLabel("named");
                FreeVariable variable = new(name.Value, null, []);
                if (!ScopeReader.TryRead(cmdlet, scope, null, variable, out object? named))
                {
                    identity.WriteLabel(Missing);
                }
                else if (identity.TryWrite(named, depth) is { } type)
                {
                    throw EntryIdentity.NotDerivable(identity, type, variable.Display);
                }

                trace?.Add(KeyComponentKind.Variable, variable.Display, named);
                break;
            case IList items and (object?[] or string[] or ArrayList):
                foreach (object? item in items)
                {
                    if (item is not IList)
                    {
                        WriteNamed(item, scope);
                    }
                }

                break;
            default:
                break;
        }
    }

    private static string Describe(FreeVariable variable) =>
        variable.Place is null ? variable.Display : $"{variable.Display} ({Refusal.Describe(variable.Place)})";
}
