using System.Collections.Concurrent;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Security.Cryptography;
using System.Text;

namespace CacheKit.CacheKeys;

/// <summary>
/// A script file that a block calls or dot-sources, by a path that is known before the block runs.
/// </summary>
internal sealed class ScriptReference
{
    private const string Extension = ".ps1";
    private const int MostFiles = 256;

    // What is known of each file, as long as its content is the same.
    private static readonly ConcurrentDictionary<string, (byte[] Hash, BlockAnalysis Analysis)> s_files =
        new(OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);

    private readonly string? _text;
    private readonly ScriptBlock? _code;
    private readonly FreeVariable[] _variables = [];

    private ScriptReference(ExpressionAst operand)
    {
        Place = operand.Extent;
        if (operand is StringConstantExpressionAst constant)
        {
            _text = constant.Value;
            return;
        }

        if (operand is VariableExpressionAst only)
        {
            _variables = [new FreeVariable(VariableName.Of(only.VariablePath)!.Value, only.Extent, [])];
            return;
        }

        // Computed by the engine, with each variable under another name: $PSScriptRoot would be that of other code.
        StringBuilder code = new(operand.Extent.Text);
        List<FreeVariable> variables = [];
        foreach (Ast node in operand.FindAll(static node => node is VariableExpressionAst, true)
            .OrderByDescending(static node => node.Extent.StartOffset))
        {
            int start = node.Extent.StartOffset - operand.Extent.StartOffset;
            code.Remove(start, node.Extent.Text.Length).Insert(start, $"${{{NameOf(variables.Count)}}}");
            variables.Add(new FreeVariable(
                VariableName.Of(((VariableExpressionAst)node).VariablePath)!.Value, node.Extent, []));
        }

        bool isBareWord = operand is ExpandableStringExpressionAst { StringConstantType: StringConstantType.BareWord };
        _code = ScriptBlock.Create(isBareWord ? $"\"{code}\"" : code.ToString());
        _variables = [.. variables];
    }

    /// <summary>Where it is called.</summary>
    public IScriptExtent Place { get; }

    /// <summary>Makes a reference.</summary>
    /// <param name="operand">The path: text, free variables, and what is joined of them.</param>
    public static ScriptReference Of(ExpressionAst operand) => new(operand);

    /// <summary>Whether the name of a command may be that of a script file.</summary>
    /// <param name="name">The name.</param>
    public static bool MayName(string name) =>
        name.EndsWith(Extension, StringComparison.OrdinalIgnoreCase) || CommandNames.IsPath(name);

    /// <summary>Finds the file.</summary>
    /// <param name="cmdlet">The cmdlet that runs the block.</param>
    /// <param name="valueOf">Reads a variable.</param>
    /// <returns>Its path, or null when what is called is no script file.</returns>
    /// <exception cref="Core.Diagnostics.CacheKitException">It is a command that reads variables by name.</exception>
    public string? FindFile(PSCmdlet cmdlet, Func<FreeVariable, object?> valueOf)
    {
        object? value = _text ?? Compute(valueOf);
        if (_text is null && value is string reader && CommandNames.ReadsByName(reader))
        {
            throw new Refusal(
                "calls a command that reads variables or runs code, by a name that it is given", Place).ToException();
        }

        string? name = value switch
        {
            string text => text,
            FileInfo file => file.FullName,
            _ => null,
        };
        return string.IsNullOrEmpty(name) || !MayName(name) ? null : PathOf(cmdlet, name);
    }

    /// <summary>Analyses a script file by what is in it now.</summary>
    /// <param name="path">Its path.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static BlockAnalysis Analyse(string path)
    {
        byte[] content = File.ReadAllBytes(path);
        byte[] hash = SHA256.HashData(content);
        if (s_files.TryGetValue(path, out (byte[] Hash, BlockAnalysis Analysis) known)
            && known.Hash.AsSpan().SequenceEqual(hash))
        {
            return known.Analysis;
        }

        string text = Encoding.UTF8.GetString(content).TrimStart('\uFEFF');
        ScriptBlockAst tree = Parser.ParseInput(text, path, out _, out ParseError[] errors);
        BlockAnalysis analysis = new(tree, errors.Length > 0 ? hash : null);
        if (s_files.Count >= MostFiles)
        {
            s_files.Clear();
        }

        s_files[path] = (hash, analysis);
        return analysis;
    }

    private static string NameOf(int index) => $"CacheKitPart{index}";

    private object? Compute(Func<FreeVariable, object?> valueOf)
    {
        if (_code is null)
        {
            object? value = valueOf(_variables[0]);
            return value is PSObject wrapper ? wrapper.BaseObject : value;
        }

        List<PSVariable> variables =
            [.. _variables.Select((variable, i) => new PSVariable(NameOf(i), valueOf(variable)))];
        object? result = _code.InvokeWithContext(null, variables).FirstOrDefault();
        return result is PSObject wrapped ? wrapped.BaseObject : result;
    }

    private static string? PathOf(PSCmdlet cmdlet, string name)
    {
        if (!name.AsSpan().ContainsAny('/', '\\'))
        {
            return (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator)
                .Where(static folder => folder.Length > 0)
                .Select(folder => Path.Combine(folder, name))
                .FirstOrDefault(File.Exists);
        }

        string path = cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(
            name, out ProviderInfo provider, out _);
        if (provider.Name != "FileSystem")
        {
            return null;
        }

        string script = path.EndsWith(Extension, StringComparison.OrdinalIgnoreCase) ? path : path + Extension;
        return File.Exists(script) && (script == path || !File.Exists(path)) ? script : null;
    }
}
