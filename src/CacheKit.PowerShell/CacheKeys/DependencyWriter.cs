using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
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
    private const string Closure = "__DynamicModule_";
    private static readonly List<string> s_none = [];

    /// <summary>Writes a block.</summary>
    /// <param name="analysis">What is known of it.</param>
    /// <param name="block">The block.</param>
    /// <param name="hasInput">Whether <c>$_</c> is an input object, which counts by itself.</param>
    /// <exception cref="Core.Diagnostics.CacheKitException">No key can be derived.</exception>
    public void Write(BlockAnalysis analysis, ScriptBlock block, bool hasInput)
    {
        analysis.Check();
        PSVariableIntrinsics? scope = analysis.FreeVariables.Length > 0 || analysis.Commands.Length > 0
            ? ScopeReader.VariablesOf(cmdlet, block)
            : null;
        if (block.Module is { } module && !module.Name.StartsWith(Closure, StringComparison.Ordinal))
        {
            // It sees the functions of its module. That of a closure has another name each time.
            identity.WriteLabel("module");
            identity.WriteLabel(module.Name);
        }

        WriteUnit(analysis, scope, block.File, hasInput, analysis.Scripts.Length > 0 ? [] : s_none);
    }

    /// <summary>
    /// Refuses a block that reads items while a drive of the user's own shows variables, under paths that nothing gives
    /// away. Listing the drives takes longer than a hit: it is done where the block is about to run, and its result
    /// would be kept.
    /// </summary>
    /// <param name="block">The block; it has been written.</param>
    /// <exception cref="Core.Diagnostics.CacheKitException">There is such a drive.</exception>
    public void CheckDrives(ScriptBlock block)
    {
        if ((identity.Uses & NameUses.Item) != 0
            && cmdlet.SessionState.Drive.GetAll().Count(static drive =>
                CommandNames.IsOneOf(drive.Provider.Name, "Environment", "Variable")) > 2)
        {
            throw new Refusal("may read from a drive of yours that shows variables", block.Ast.Extent).ToException();
        }
    }

    /// <summary>
    /// Writes the variables that the values written so far name: a command of the block may read what lies at
    /// <c>env:X</c> in a variable, an argument or the input object.
    /// </summary>
    /// <param name="block">The block.</param>
    /// <exception cref="Core.Diagnostics.CacheKitException">They name more than can be written.</exception>
    public void WriteNamed(ScriptBlock block)
    {
        // What is written may name more.
        for (int i = 0; identity.Uses != NameUses.None && i < identity.Names.Count; i++)
        {
            string text = identity.Names[i];
            NameUses uses = identity.Uses;
            if ((uses & NameUses.ComputedCommand) != 0 && CommandNames.ReadsByName(text))
            {
                throw new Refusal(
                    $"may call {text}, by a name that it is given", block.Ast.Extent).ToException();
            }

            // A name without its colon is a common word among values.
            if ((uses & NameUses.ComputedItem) != 0 && text.Contains(':') && NamedPath.IsPiece(text))
            {
                throw new Refusal("may compute the path of a variable", block.Ast.Extent).ToException();
            }

            if ((uses & NameUses.Item) != 0 && NamedPath.TryRead(text, out VariableName? name))
            {
                WriteNamed(text, name.Value, block.Ast.Extent);
            }
        }
    }

    private void WriteNamed(string path, VariableName name, IScriptExtent place)
    {
        if (!NamedPath.IsPlain(name))
        {
            throw new Refusal("may read variables whose names are not written out", place).ToException();
        }

        identity.WriteLabel("named");
        identity.WriteLabel(path);
        WriteVariable(new FreeVariable(name, null, []), cmdlet.SessionState.PSVariable, null);
    }

    private void WriteUnit(
        BlockAnalysis analysis, PSVariableIntrinsics? scope, string? file, bool hasInput, List<string> scripts)
    {
        buffer.Write(analysis.Start);
        identity.Uses |= analysis.Uses;
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

        foreach (KnownValue name in analysis.TypeNames)
        {
            if (Compute(name, scope, file) is { } value && LanguagePrimitives.TryConvertTo(value, out Type type)
                && TypeReader.IsOfScript(type))
            {
                throw new Refusal(
                    $"uses {type.Name}, a class that a script defines, by a name that it is given", name.Place).ToException();
            }
        }

        foreach (KnownValue path in analysis.Paths)
        {
            WritePath(path, scope, file);
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

            trace?.Add(KeyComponentKind.Default, key, value);
        }
    }

    /// <summary>The path of an item may turn out to be that of a variable.</summary>
    private void WritePath(KnownValue path, PSVariableIntrinsics? scope, string? file)
    {
        // What begins with a value that has none of the drives' letters at its beginning becomes no such path.
        if (path is { Prefix: "", HasOwnText: false } && identity.Names.Count == 0)
        {
            return;
        }

        object? value = Compute(path, scope, file);
        foreach (object? each in value is IList several ? several : (IList)(object?[])[value])
        {
            if (each is string text && NamedPath.TryRead(text, out VariableName? name))
            {
                WriteNamed(text, name.Value, path.Place);
            }
        }
    }

    private object? Compute(KnownValue known, PSVariableIntrinsics? scope, string? file)
    {
        PSCmdlet caller = cmdlet;
        try
        {
            return known.Compute(variable =>
                ScopeReader.TryRead(caller, scope, file, variable, out object? value) ? value : null);
        }
        catch (RuntimeException exception) when (exception is not PipelineStoppedException)
        {
            throw new Refusal("uses a path that cannot be computed", known.Place).ToException();
        }
    }

    private void WriteScript(ScriptReference script, PSVariableIntrinsics? scope, string? file, List<string> scripts)
    {
        identity.WriteLabel("script");
        object? called = Compute(script.Called, scope, file);
        if (!script.Called.IsConstant && called is string reader && CommandNames.ReadsByName(reader))
        {
            throw new Refusal($"calls {reader} by a name that it is given", script.Called.Place).ToException();
        }

        BlockAnalysis? analysis = called is ScriptBlock block ? EntryIdentity.Analyse(block) : null;
        string? path = null;
        try
        {
            path = ScriptReference.FindFile(cmdlet, called);
            // What a script depends on is written once, also where scripts call each other.
            int index = path is null ? -1 : scripts.IndexOf(path);
            if (index >= 0)
            {
                identity.WriteLabel($"again {index}");
                return;
            }

            if (path is not null)
            {
                analysis = ScriptReference.Analyse(path);
                analysis.Check();
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new Refusal("calls a script file that cannot be read", script.Called.Place).ToException();
        }
        catch (RuntimeException exception) when (exception is not PipelineStoppedException)
        {
            // A path that cannot be is no file's: no such drive, no such provider.
        }

        if (script.IsDotSourced && analysis?.Removes == true)
        {
            throw new Refusal("dot-sources code that removes variables", script.Called.Place).ToException();
        }

        if (path is null || analysis is null)
        {
            identity.WriteLabel(Missing);
            return;
        }

        trace?.Add(KeyComponentKind.Script, script.Called.Place.Text, path);
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
