using System.Management.Automation.Language;

namespace CacheKit.CacheKeys;

/// <summary>The variable <c>$_</c>, alias <c>$PSItem</c>: which nested blocks have one of their own.</summary>
internal static class CurrentItem
{
    /// <summary>The name under which both are kept.</summary>
    public const string Name = "_";

    /// <summary>
    /// The commands known to set <c>$_</c> in their script blocks. Any other may run its block as <c>&amp;</c> does,
    /// in which case <c>$_</c> is the caller's.
    /// </summary>
    private static readonly HashSet<string> s_binders = new(StringComparer.OrdinalIgnoreCase)
    {
        "ForEach-Object", "foreach", "%", "Where-Object", "where", "?", "Sort-Object", "sort", "Select-Object",
        "select", "Group-Object", "group", "Measure-Object", "measure", "Format-Table", "ft", "Format-List", "fl",
        "Format-Wide", "fw", "Format-Custom", "fc", "Compare-Object", "Rename-Item", "Copy-Item", "Move-Item",
    };

    /// <summary>Whether a name is one of the two.</summary>
    /// <param name="name">The name of a variable.</param>
    public static bool IsNamed(string name) =>
        name == Name || name.Equals("PSItem", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether <c>$_</c> inside a nested block is surely set by what runs it.</summary>
    /// <param name="block">The nested block.</param>
    public static bool IsBoundIn(ScriptBlockExpressionAst block)
    {
        Ast? node = block.Parent;
        // ... | Select-Object Name, @{ Name = 'x'; Expression = { $_ } }
        while (node is ParenExpressionAst or ArrayLiteralAst or ArrayExpressionAst or HashtableAst or StatementBlockAst
            or PipelineAst { PipelineElements.Count: 1 } or CommandExpressionAst or CommandParameterAst)
        {
            node = node.Parent;
        }

        return node switch
        {
            InvokeMemberExpressionAst { Member: StringConstantExpressionAst member } =>
                member.Value.Equals("ForEach", StringComparison.OrdinalIgnoreCase)
                || member.Value.Equals("Where", StringComparison.OrdinalIgnoreCase),
            CommandAst command => s_binders.Contains(command.GetCommandName() ?? string.Empty),
            _ => false,
        };
    }
}
