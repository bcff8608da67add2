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
        "Where-Object", "where", "?", "Sort-Object", "sort", "Select-Object", "select", "Group-Object", "group",
        "Measure-Object", "measure", "Format-Table", "ft", "Format-List", "fl", "Format-Wide", "fw", "Format-Custom",
        "fc", "Compare-Object", "Rename-Item", "Copy-Item", "Move-Item",
    };

    /// <summary>Whether a name is one of the two.</summary>
    /// <param name="name">The name of a variable.</param>
    public static bool IsNamed(string name) =>
        name == Name || name.Equals("PSItem", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether <c>$_</c> inside a nested block is surely set by what runs it.</summary>
    /// <param name="block">The nested block.</param>
    public static bool IsBoundIn(ScriptBlockExpressionAst block) => ReceiverOf(block) switch
    {
        InvokeMemberExpressionAst { Member: StringConstantExpressionAst member } =>
            member.Value.Equals("ForEach", StringComparison.OrdinalIgnoreCase)
            || member.Value.Equals("Where", StringComparison.OrdinalIgnoreCase),
        CommandAst command => s_binders.Contains(command.GetCommandName() ?? string.Empty)
            || (CommandNames.IsForEachObject(command) && RunsForEachObject(command, block)),
        _ => false,
    };

    /// <summary>What a nested block is given to: a command or a method.</summary>
    /// <param name="block">The nested block.</param>
    public static Ast? ReceiverOf(ScriptBlockExpressionAst block)
    {
        Ast? node = block.Parent;
        // ... | Select-Object Name, @{ Name = 'x'; Expression = { $_ } }
        while (node is ParenExpressionAst or ArrayLiteralAst or ArrayExpressionAst or HashtableAst or StatementBlockAst
            or PipelineAst { PipelineElements.Count: 1 } or CommandExpressionAst or CommandParameterAst)
        {
            node = node.Parent;
        }

        return node;
    }

    /// <summary>
    /// Whether ForEach-Object runs a block for each object: neither as -Begin nor as -End, which the first and the last
    /// of several without a name are.
    /// </summary>
    private static bool RunsForEachObject(CommandAst command, ScriptBlockExpressionAst block)
    {
        bool hasBegin = false;
        bool hasEnd = false;
        List<ExpressionAst> unnamed = [];
        foreach ((string? parameter, ExpressionAst value) in CommandNames.ArgumentsOf(command))
        {
            bool isBegin = Abbreviates(parameter, "Begin");
            bool isEnd = Abbreviates(parameter, "End") || Abbreviates(parameter, "RemainingScripts");
            hasBegin |= isBegin;
            hasEnd |= isEnd;
            if (parameter is null)
            {
                unnamed.AddRange(value is ArrayLiteralAst several ? several.Elements : [value]);
            }
            else if (IsWithin(block, value))
            {
                return !isBegin && !isEnd;
            }
        }

        int first = !hasBegin && unnamed.Count > 1 ? 1 : 0;
        int last = !hasEnd && unnamed.Count - first > 1 ? unnamed.Count - 1 : unnamed.Count;
        int place = unnamed.FindIndex(each => IsWithin(block, each));
        return place >= first && place < last;
    }

    private static bool Abbreviates(string? parameter, string name) =>
        !string.IsNullOrEmpty(parameter) && name.StartsWith(parameter, StringComparison.OrdinalIgnoreCase);

    private static bool IsWithin(ScriptBlockExpressionAst block, Ast value)
    {
        for (Ast? node = block; node is not null; node = node.Parent)
        {
            if (node == value)
            {
                return true;
            }
        }

        return false;
    }
}
