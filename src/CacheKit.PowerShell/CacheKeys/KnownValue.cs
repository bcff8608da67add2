using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text;

namespace CacheKit.CacheKeys;

/// <summary>
/// A value that is known before a block runs: text, a free variable, or what is joined of them, such as
/// <c>"$PSScriptRoot/lib.ps1"</c>.
/// </summary>
internal sealed class KnownValue
{
    /// <summary>In a handler: takes the error out of those that the user sees, where it was put first.</summary>
    public const string Forget =
        "if ($global:Error.Count -and [object]::ReferenceEquals($global:Error[0].Exception, $_.Exception)) "
        + "{ $global:Error.RemoveAt(0) }";

    private readonly string? _text;
    private readonly ScriptBlock? _code;
    private readonly FreeVariable[] _variables = [];

    private KnownValue(ExpressionAst operand, Func<VariableName, ExpressionAst?> valueOf)
    {
        Place = operand.Extent;
        if (operand is StringConstantExpressionAst constant)
        {
            _text = Prefix = constant.Value;
            return;
        }

        if (operand is VariableExpressionAst only && valueOf(VariableName.Of(only.VariablePath)!.Value) is null)
        {
            _variables = [new FreeVariable(VariableName.Of(only.VariablePath)!.Value, only.Extent, [])];
            return;
        }

        if (operand is ExpandableStringExpressionAst { NestedExpressions: [var first, ..], Value: var written })
        {
            Prefix = written[..Math.Max(0, written.IndexOf(first.Extent.Text, StringComparison.Ordinal))];
        }

        HasOwnText = operand is not ExpandableStringExpressionAst
            || operand.FindAll(static node => node is VariableExpressionAst, true)
                .Any(node => valueOf(VariableName.Of(((VariableExpressionAst)node).VariablePath)!.Value) is not null);
        // Computed by the engine, with each variable under another name: $PSScriptRoot would be that of other code.
        List<FreeVariable> variables = [];
        string expression = CodeOf(operand, valueOf, variables);
        // What fails here fails in the block too, which may expect it.
        _code = ScriptBlock.Create(
            $"$ErrorActionPreference = 'Stop'; try {{ {expression} }} catch {{ {Forget} }}");
        _variables = [.. variables];
    }

    private static string CodeOf(
        ExpressionAst operand, Func<VariableName, ExpressionAst?> valueOf, List<FreeVariable> variables)
    {
        StringBuilder code = new(operand.Extent.Text);
        foreach (Ast node in operand.FindAll(static node => node is VariableExpressionAst, true)
            .OrderByDescending(static node => node.Extent.StartOffset))
        {
            VariableName name = VariableName.Of(((VariableExpressionAst)node).VariablePath)!.Value;
            int start = node.Extent.StartOffset - operand.Extent.StartOffset;
            string part;
            if (valueOf(name) is { } value)
            {
                part = $"$({CodeOf(value, valueOf, variables)})";
            }
            else
            {
                part = $"${{{NameOf(variables.Count)}}}";
                variables.Add(new FreeVariable(name, node.Extent, []));
            }

            code.Remove(start, node.Extent.Text.Length).Insert(start, part);
        }

        bool isBareWord = operand is ExpandableStringExpressionAst { StringConstantType: StringConstantType.BareWord };
        return isBareWord ? $"\"{code}\"" : code.ToString();
    }

    /// <summary>Where it is used.</summary>
    public IScriptExtent Place { get; }

    /// <summary>Whether it is written out.</summary>
    public bool IsConstant => _text is not null;

    /// <summary>What it begins with: empty when that is a variable's value.</summary>
    public string Prefix { get; } = string.Empty;

    /// <summary>Whether it is more than variables' values: it may begin with text of the block.</summary>
    public bool HasOwnText { get; }

    /// <summary>Makes one.</summary>
    /// <param name="expression">The expression; it is known before the block runs.</param>
    /// <param name="valueOf">What the block itself assigned to a variable, or null.</param>
    public static KnownValue Of(ExpressionAst expression, Func<VariableName, ExpressionAst?> valueOf) =>
        new(expression, valueOf);

    private static string NameOf(int index) => $"CacheKitPart{index}";

    /// <summary>Computes it.</summary>
    /// <param name="valueOf">Reads a variable.</param>
    /// <exception cref="RuntimeException">The engine cannot.</exception>
    public object? Compute(Func<FreeVariable, object?> valueOf)
    {
        if (_text is not null)
        {
            return _text;
        }

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
}
