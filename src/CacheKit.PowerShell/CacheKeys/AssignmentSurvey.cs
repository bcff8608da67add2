using System.Management.Automation;
using System.Management.Automation.Language;
using static CacheKit.CacheKeys.CommandNames;

namespace CacheKit.CacheKeys;

/// <summary>Which names a block assigns or removes anywhere, whether it gets there or not.</summary>
internal sealed class AssignmentSurvey
{
    private readonly Dictionary<VariableName, bool> _assigned = [];
    private readonly Dictionary<VariableName, StatementAst?> _values = [];
    private readonly List<string> _paths = [];
    private bool _removesItems;

    /// <summary>Whether errors may be silenced somewhere in the block, other than by the caller.</summary>
    public bool Silences { get; private set; }

    /// <summary>
    /// Whether the block's variables are looked up as it runs: the engine gives them no place of their own.
    /// </summary>
    public bool LooksUp { get; private set; }

    /// <summary>Whether the block makes closures, which see global variables beside their own.</summary>
    public bool MakesClosures { get; private set; }

    // Null when the block removes by computed names, or by patterns.
    private HashSet<VariableName>? _removed = [];

    /// <summary>Takes account of a node.</summary>
    /// <param name="node">Any node of the block.</param>
    public void Add(Ast node)
    {
        FindRemoved(node);
        FindAssigned(node);
        switch (node)
        {
            case CommandAst command:
                LooksUp |= command.InvocationOperator == TokenKind.Dot
                    || Is(command, "New-Variable", "Set-Variable", "Remove-Variable", "Clear-Variable");
                Silences |= command.InvocationOperator == TokenKind.Dot
                    || SilencesErrors(command)
                    || command.CommandElements.Any(static element =>
                        element is VariableExpressionAst { Splatted: true });
                break;
            case RedirectionAst { FromStream: RedirectionStream.Error or RedirectionStream.All }:
                Silences = true;
                break;
            case InvokeMemberExpressionAst
            {
                Member: StringConstantExpressionAst { Value: var member },
                Expression: not ScriptBlockExpressionAst,
            }:
                MakesClosures |= IsOneOf(member, "GetNewClosure");
                break;
            case VariableExpressionAst variable:
                Silences |= IsOneOf(variable.VariablePath.UserPath.Split(':')[^1], DependencyFinder.Preference);
                break;
        }
    }

    /// <summary>Whether an assignment may end in an error: by a call, a conversion or an operation.</summary>
    /// <param name="assignment">The assignment.</param>
    public static bool CanFail(AssignmentStatementAst assignment) =>
        assignment.Left is not VariableExpressionAst
        || assignment.Operator != TokenKind.Equals
        || assignment.Right.Find(
            static node => node is CommandAst or InvokeMemberExpressionAst or ConvertExpressionAst or IndexExpressionAst
                or BinaryExpressionAst or UnaryExpressionAst or TypeExpressionAst or SubExpressionAst,
            searchNestedScriptBlocks: false) is not null;

    /// <summary>Takes account of what only the whole block shows.</summary>
    public void Complete()
    {
        foreach (string path in _removesItems ? _paths : [])
        {
            if (NamedPath.TryRead(path, out VariableName? name) && NamedPath.IsPlain(name.Value))
            {
                _removed?.Add(name.Value);
            }
            else
            {
                _removed = null;
            }
        }
    }

    /// <summary>Whether the block may remove a variable: an assignment of it proves nothing then.</summary>
    /// <param name="name">The variable.</param>
    public bool Removes(VariableName name) => _removed?.Contains(name) != false;

    /// <summary>Whether the block may remove any variable.</summary>
    public bool RemovesAny => _removed is null or { Count: > 0 };

    /// <summary>Whether the block assigns a variable somewhere.</summary>
    /// <param name="name">The variable.</param>
    public bool Assigns(VariableName name) => _assigned.ContainsKey(name);

    /// <summary>What the block assigns to a variable, if there is one place where it does.</summary>
    /// <param name="name">The variable.</param>
    public ExpressionAst? OnlyValueOf(VariableName name) => ValueOf(_values.GetValueOrDefault(name));

    /// <summary>Whether all that the block assigns to a variable are blocks that are written in it.</summary>
    /// <param name="name">The variable.</param>
    public bool HoldsOwnBlock(VariableName name) => _assigned.GetValueOrDefault(name);

    private static ExpressionAst? ValueOf(StatementAst? statement) => statement switch
    {
        CommandExpressionAst expression => expression.Expression,
        PipelineAst { PipelineElements: [CommandExpressionAst expression] } => expression.Expression,
        // Join-Path and its like, as an expression.
        PipelineAst pipeline => new ParenExpressionAst(pipeline.Extent, (PipelineBaseAst)pipeline.Copy()),
        _ => null,
    };

    private void FindAssigned(Ast node)
    {
        Ast? target = node switch
        {
            ForEachStatementAst loop => loop.Variable,
            ParameterAst parameter => parameter.Name,
            AssignmentStatementAst assignment => assignment.Left,
            _ => null,
        };
        StatementAst? value = node is AssignmentStatementAst
        {
            Operator: TokenKind.Equals,
            Left: VariableExpressionAst,
        } plain
            ? plain.Right
            : null;
        bool isBlock = value is CommandExpressionAst { Expression: ScriptBlockExpressionAst };
        foreach (Ast each in target?.FindAll(static each => each is VariableExpressionAst, false) ?? [])
        {
            if (VariableName.Of(((VariableExpressionAst)each).VariablePath) is { } name)
            {
                _values[name] = _assigned.ContainsKey(name) ? null : value;
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
                && command.CommandElements.Any(static element =>
                    element is CommandParameterAst { ParameterName: var name }
                    && "Option".StartsWith(name, StringComparison.OrdinalIgnoreCase)):
                isKnown = ArgumentsOf(command).All(argument =>
                    argument.Parameter is not null || TryReadTexts(argument.Value, names));
                break;
            case CommandAst command when Is(command, "Remove-Item", "Move-Item", "Rename-Item"):
                _removesItems = true;
                return;
            case StringConstantExpressionAst or ExpandableStringExpressionAst:
                string text = (node as StringConstantExpressionAst)?.Value
                    ?? ((ExpandableStringExpressionAst)node).Value;
                if (NamedPath.IsBegun(text))
                {
                    _paths.Add(node is StringConstantExpressionAst ? text : string.Empty);
                }

                return;
            // Code in a text removes as code does.
            case CommandAst command when Is(command, "Invoke-Expression"):
                List<string> codes = [];
                foreach ((_, ExpressionAst value) in ArgumentsOf(command))
                {
                    TryReadTexts(value, codes);
                }

                foreach (Ast inner in codes.SelectMany(static code =>
                    Parser.ParseInput(code, out _, out _).FindAll(static _ => true, true)))
                {
                    FindRemoved(inner);
                }

                return;
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
