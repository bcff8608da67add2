using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using CacheKit.Core.Diagnostics;

namespace CacheKit.Backends;

/// <summary>
/// A block of a backend, and what it becomes in another runspace. Where it was registered it runs as it is, with the
/// functions and variables of its script or module. A session state cannot be used from another runspace: there, the
/// block of a module runs in that module as it is imported there, and any other is made anew from its text. Of a
/// closure, the variables come along.
/// </summary>
internal sealed class BackendBlock
{
    private static readonly ScriptBlock s_findModule = ScriptBlock.Create("Get-Module -Name $args[0]");
    private static readonly string[] s_automatic = ["_", "PSItem", "args", "input", "this", "null", "true", "false"];

    private readonly ScriptBlock _block;
    private readonly ScriptBlock _portable;
    private readonly PSModuleInfo? _module;
    private readonly KeyValuePair<string, object?>[] _closure = [];
    private readonly Guid _home;
    private readonly int[] _order;

    private BackendBlock(ScriptBlock block, ScriptBlockAst ast, int[] order, bool takesAll)
    {
        TakesAll = takesAll;
        _block = block;
        _order = order;
        _home = Runspace.DefaultRunspace.InstanceId;
        _portable = ScriptBlock.Create(UsingsOf(ast) + block);
        if (block.Module is { } module)
        {
            // The modules of closures have no file.
            bool isClosure = !Path.IsPathFullyQualified(module.Path ?? string.Empty);
            _module = isClosure ? null : module;
            _closure = isClosure ? [.. ReadClosure(module, ast)] : [];
        }
    }

    /// <summary>Checks a block.</summary>
    /// <param name="block">The block, of this runspace.</param>
    /// <param name="form">What it will be called with.</param>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.BackendBlockInvalid"/>.</exception>
    public static BackendBlock From(ScriptBlock block, BackendBlockForm form)
    {
        if (block.Ast is not ScriptBlockAst { BeginBlock: null, ProcessBlock: null, DynamicParamBlock: null } ast)
        {
            throw Invalid(form, "is a function, or has a begin, process or dynamicparam block");
        }

        ParameterAst[] declared = ast.ParamBlock is { } parameters ? [.. parameters.Parameters] : [];
        int[] known = [.. declared.Select(parameter => IndexOf(form, NameOf(parameter)))];
        string? missing = form.Names.Take(form.Required).Where((_, i) => !known.Contains(i)).FirstOrDefault();
        if (missing is not null)
        {
            throw Invalid(form, $"has no parameter ${missing}");
        }

        int[] order = [.. known.TakeWhile(static index => index >= 0)];
        // Arguments are given by position: the parameters that take them come first, and others need a default.
        ParameterAst? foreign = declared
            .Where((parameter, i) => known[i] < 0 ? parameter.DefaultValue is null : i >= order.Length)
            .FirstOrDefault();
        return foreign is null
            ? new BackendBlock(block, ast, order, takesAll: order.Length == form.Names.Length)
            : throw Invalid(form, $"has the parameter ${NameOf(foreign)} where nothing is given to it");
    }

    /// <summary>Whether it takes all that it can be called with, the last one included.</summary>
    public bool TakesAll { get; }

    /// <summary>Runs it, on the pipeline's thread.</summary>
    /// <param name="cmdlet">The cmdlet whose pipeline waits.</param>
    /// <param name="arguments">What it is called with.</param>
    /// <returns>What it wrote.</returns>
    /// <exception cref="PipelineStoppedException">The user or the pipeline stopped it.</exception>
    /// <exception cref="BackendBlockException">It failed, or wrote an error.</exception>
    public IReadOnlyList<object?> Run(PSCmdlet cmdlet, object?[] arguments)
    {
        object?[] ordered = [.. _order.Select(index => arguments[index])];
        bool isHome = Runspace.DefaultRunspace.InstanceId == _home;
        ScriptBlock block = isHome ? _block : _module is null ? _portable : InModule(cmdlet, _module);
        return new BackendCall(block, ordered, isHome ? [] : _closure).Run(cmdlet);
    }

    private ScriptBlock InModule(PSCmdlet cmdlet, PSModuleInfo module)
    {
        PSModuleInfo? here = cmdlet.InvokeCommand.InvokeScript(false, s_findModule, input: null, module.Name)
            .Select(found => found?.BaseObject)
            .OfType<PSModuleInfo>()
            .FirstOrDefault(found => string.Equals(found.Path, module.Path, StringComparison.Ordinal));
        return here?.NewBoundScriptBlock(_portable) ?? throw new BackendBlockException(
            $"its module '{module.Name}' is not imported in this runspace.");
    }

    private static IEnumerable<KeyValuePair<string, object?>> ReadClosure(PSModuleInfo module, ScriptBlockAst ast) =>
        from name in ast.FindAll(static node => node is VariableExpressionAst, searchNestedScriptBlocks: true)
            .Select(static node => ((VariableExpressionAst)node).VariablePath)
            .Where(static path => path.IsUnqualified)
            .Select(static path => path.UserPath)
            .Distinct(StringComparer.OrdinalIgnoreCase)
        where !s_automatic.Contains(name, StringComparer.OrdinalIgnoreCase)
        let variable = module.SessionState.PSVariable.Get($"script:{name}")
        where variable is not null
        select KeyValuePair.Create(name, (object?)variable.Value);

    /// <summary>The text of a block alone does not have the namespaces of its file.</summary>
    private static string UsingsOf(Ast ast)
    {
        while (ast.Parent is { } parent)
        {
            ast = parent;
        }

        return string.Concat(((ast as ScriptBlockAst)?.UsingStatements ?? Enumerable.Empty<UsingStatementAst>())
            .Where(static statement => statement.UsingStatementKind == UsingStatementKind.Namespace)
            .Select(static statement => statement.Extent.Text + "\n"));
    }

    private static string NameOf(ParameterAst parameter) => parameter.Name.VariablePath.UserPath;

    private static int IndexOf(BackendBlockForm form, string name) =>
        Array.FindIndex(form.Names, known => known.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static CacheKitException Invalid(BackendBlockForm form, string problem) => new(
        ErrorIds.BackendBlockInvalid,
        $"The block of -{form.Parameter} {problem}.",
        $"Let it be a plain block that begins with {form.Declaration}; parameters of its own follow, with defaults.");
}
