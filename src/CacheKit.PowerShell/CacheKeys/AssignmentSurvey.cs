using System.Management.Automation;
using System.Management.Automation.Language;
using static CacheKit.CacheKeys.CommandNames;

namespace CacheKit.CacheKeys;

/// <summary>Which names a block assigns or removes anywhere, whether it gets there or not.</summary>
internal sealed class AssignmentSurvey
{
    private readonly Dictionary<VariableName, bool> _assigned = [];

    // Null when the block removes by computed names, or by patterns.
    private HashSet<VariableName>? _removed = [];

    /// <summary>Takes account of a node.</summary>
    /// <param name="node">Any node of the block.</param>
    public void Add(Ast node)
    {
        FindRemoved(node);
        FindAssigned(node);
    }

    /// <summary>Whether the block may remove a variable: an assignment of it proves nothing then.</summary>
    /// <param name="name">The variable.</param>
    public bool Removes(VariableName name) => _removed?.Contains(name) != false;

    /// <summary>Whether the block may remove any variable.</summary>
    public bool RemovesAny => _removed is null or { Count: > 0 };

    /// <summary>Whether the block assigns a variable somewhere.</summary>
    /// <param name="name">The variable.</param>
    public bool Assigns(VariableName name) => _assigned.ContainsKey(name);

    /// <summary>Whether all that the block assigns to a variable are blocks that are written in it.</summary>
    /// <param name="name">The variable.</param>
    public bool HoldsOwnBlock(VariableName name) => _assigned.GetValueOrDefault(name);

    private void FindAssigned(Ast node)
    {
        (Ast? target, bool isBlock) = node switch
        {
            ForEachStatementAst loop => (loop.Variable, false),
            ParameterAst parameter => (parameter.Name, false),
            AssignmentStatementAst assignment => (assignment.Left, assignment is
            {
                Left: VariableExpressionAst,
                Operator: TokenKind.Equals,
                Right: CommandExpressionAst { Expression: ScriptBlockExpressionAst },
            }),
            _ => ((Ast?)null, false),
        };
        foreach (Ast each in target?.FindAll(static each => each is VariableExpressionAst, false) ?? [])
        {
            if (VariableName.Of(((VariableExpressionAst)each).VariablePath) is { } name)
            {
                _assigned[name] = isBlock && _assigned.GetValueOrDefault(name, true);
            }
        }
    }

    private void FindRemoved(Ast node)
    {
        List<string> names = [];
        bool isKnown = true;
        switch (node)
        {
            case CommandAst command when Is(command, "Remove-Variable"):
                isKnown = !IsFed(command)
                    && ArgumentsOf(command).All(argument => TryReadTexts(argument.Value, names));
                break;
            // Set-Variable n 0 -Option Private: nested blocks do not see it.
            case CommandAst command when Is(command, "Set-Variable", "New-Variable")
                && command.CommandElements.Any(static element => element is CommandParameterAst { ParameterName: var name }
                    && "Option".StartsWith(name, StringComparison.OrdinalIgnoreCase)):
                isKnown = ArgumentsOf(command).All(argument => argument.Parameter is not null || TryReadTexts(argument.Value, names));
                break;
            case CommandAst command when Is(command, "Remove-Item", "Move-Item", "Rename-Item"):
                foreach (Ast text in command.FindAll(
                    static each => each is StringConstantExpressionAst or ExpandableStringExpressionAst, false))
                {
                    string path = (text as StringConstantExpressionAst)?.Value
                        ?? ((ExpandableStringExpressionAst)text).Value;
                    if (NamedPath.TryRead(path, out VariableName? name))
                    {
                        isKnown &= text is StringConstantExpressionAst;
                        bool isEnvironment = name.Value.Kind == FreeVariableKind.Environment;
                        names.Add(isEnvironment ? $"env:{name.Value.Name}" : name.Value.Name);
                    }
                }

                break;
            case InvokeMemberExpressionAst call when IsOneOf((call.Member as StringConstantExpressionAst)?.Value, "Remove")
                && call.Expression is MemberExpressionAst { Member: StringConstantExpressionAst { Value: var table } }
                && IsOneOf(table, "PSVariable"):
                isKnown = call.Arguments?.All(argument => TryReadTexts(argument, names)) == true;
                break;
            default:
                return;
        }

        if (!isKnown || names.Any(static name => name.Length == 0 || WildcardPattern.ContainsWildcardCharacters(name)))
        {
            _removed = null;
        }

        foreach (string name in names.Where(static name => name.Length > 0))
        {
            if (VariableName.Of(new VariablePath(name)) is { } removed)
            {
                _removed?.Add(removed);
            }
        }
    }
}
