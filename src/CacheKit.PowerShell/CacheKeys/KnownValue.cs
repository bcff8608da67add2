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
    private readonly string? _text;
    private readonly ScriptBlock? _code;
    private readonly FreeVariable[] _variables = [];

    private KnownValue(ExpressionAst operand)
    {
        Place = operand.Extent;
        if (operand is StringConstantExpressionAst constant)
        {
            _text = Prefix = constant.Value;
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

        if (operand is ExpandableStringExpressionAst { NestedExpressions: [var first, ..], Value: var written })
        {
            Prefix = written[..Math.Max(0, written.IndexOf(first.Extent.Text, StringComparison.Ordinal))];
        }

        bool isBareWord = operand is ExpandableStringExpressionAst { StringConstantType: StringConstantType.BareWord };
        _code = ScriptBlock.Create(isBareWord ? $"\"{code}\"" : code.ToString());
        _variables = [.. variables];
    }

    /// <summary>Where it is used.</summary>
    public IScriptExtent Place { get; }

    /// <summary>Whether it is written out.</summary>
    public bool IsConstant => _text is not null;

    /// <summary>What it begins with: empty when that is a variable's value.</summary>
    public string Prefix { get; } = string.Empty;

    /// <summary>Makes one.</summary>
    /// <param name="expression">The expression; it is known before the block runs.</param>
    public static KnownValue Of(ExpressionAst expression) => new(expression);

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
