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
        PSVariableIntrinsics? scope = analysis.FreeVariables.Length > 0 || analysis.Commands.Length > 0
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
            throw new Refusal("may read from a drive of yours that shows variables", block.Ast.Extent).ToException();
        }
    }

    /// <summary>
    /// Writes the variables that the values written so far name: a command of the block may read what lies at
    /// <c>env:X</c> in a variable, an argument or the input object.
    /// </summary>
    public void WriteNamed()
    {
        // What is written may name more.
        for (int i = 0; identity.ReadsItem && i < identity.Paths.Count; i++)
        {
            if (!NamedPath.TryRead(identity.Paths[i], out VariableName? name) || name.Value.Name.Length == 0)
            {
                continue;
            }

            identity.WriteLabel("named");
            identity.WriteLabel(identity.Paths[i]);
            WriteVariable(new FreeVariable(name.Value, null, []), cmdlet.SessionState.PSVariable, null);
        }
    }

    private void WriteUnit(
        BlockAnalysis analysis, PSVariableIntrinsics? scope, string? file, bool hasInput, List<string> scripts)
    {
        buffer.Write(analysis.Start);
        identity.ReadsItem |= analysis.ReadsItem;
        foreach ((FreeVariable variable, byte[] label) in analysis.FreeVariables)
        {
            if ((hasInput && variable.IsCurrentItem) || NativeCommands.IsAnyOf(cmdlet, variable.UnlessNative))
            {
                continue;
            }

            buffer.Write(label);
            WriteVariable(variable, scope, file);
        }

        if (analysis.Commands.Length > 0)
        {
            WriteDefaults(analysis, scope);
        }

        foreach (ScriptReference script in analysis.Scripts)
        {
            WriteScript(script, scope, file, scripts);
        }
    }

    private void WriteDefaults(BlockAnalysis analysis, PSVariableIntrinsics? scope)
    {
        foreach ((string key, object? value) in ParameterDefaults.Of(cmdlet, scope, analysis.Commands))
        {
            identity.WriteLabel("default");
            identity.WriteLabel(key);
            if (TryWrite(value) is { } type)
            {
                throw EntryIdentity.NotDerivable(identity, type, $"$PSDefaultParameterValues['{key}']");
            }

            trace?.Add(KeyComponentKind.ParameterDefault, key, value);
        }
    }

    private void WriteScript(ScriptReference script, PSVariableIntrinsics? scope, string? file, List<string> scripts)
    {
        PSCmdlet caller = cmdlet;
        identity.WriteLabel("script");
        BlockAnalysis analysis;
        string? path;
        try
        {
            path = script.FindFile(caller, variable =>
                ScopeReader.TryRead(caller, scope, file, variable, out object? value) ? value : null);
            // What a script depends on is written once, also where scripts call each other.
            int index = path is null ? -1 : scripts.IndexOf(path);
            if (path is null || index >= 0)
            {
                identity.WriteLabel(path is null ? Missing : $"again {index}");
                return;
            }

            analysis = ScriptReference.Analyse(path);
            analysis.Check();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException
            or (RuntimeException and not PipelineStoppedException))
        {
            throw new Refusal("calls a script file that cannot be read", script.Place).ToException();
        }

        trace?.Add(KeyComponentKind.Script, script.Place.Text, path);
        scripts.Add(path);
        WriteUnit(analysis, scope, path, hasInput: false, scripts);
    }

    private void WriteVariable(FreeVariable variable, PSVariableIntrinsics? scope, string? file)
    {
        if (!ScopeReader.TryRead(cmdlet, scope, file, variable, out object? value))
        {
            identity.WriteLabel(Missing);
        }
        else if (TryWrite(value) is { } type)
        {
            throw EntryIdentity.NotDerivable(identity, type, Describe(variable));
        }

        trace?.Add(KeyComponentKind.Variable, variable.Display, value);
    }

    private Type? TryWrite(object? value) => depth == 0 ? identity.TryWrite(value) : identity.TryWrite(value, depth);

    private static string Describe(FreeVariable variable) =>
        variable.Place is null ? variable.Display : $"{variable.Display} ({Refusal.Describe(variable.Place)})";
}
