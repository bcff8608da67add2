using System.Management.Automation;
using System.Management.Automation.Language;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace CacheKit.CacheKeys;

/// <summary>
/// Finds what a block depends on beside its code: the variables that it may read before it has surely assigned them,
/// by whatever name it reaches them, the script files that it runs, and the first construct that no key can cover.
/// When in doubt a variable counts: a key that covers too much is a miss, one that covers too little a wrong value.
/// </summary>
/// <remarks>
/// The walk follows the order of evaluation and keeps the set of names that are assigned on every path so far. What
/// happens in a branch, a loop or a nested block is not sure to happen: its assignments are forgotten after it.
/// </remarks>
internal sealed partial class DependencyFinder
{
    private const int MostCommands = 16;
    private const string Preference = "ErrorActionPreference";

    private static readonly VariableName s_currentItem = new(FreeVariableKind.Variable, CurrentItem.Name);
    private static readonly VariableName s_exitCode = new(FreeVariableKind.Variable, "LASTEXITCODE");
    private static readonly VariableName s_error = new(FreeVariableKind.Variable, "Error");
    private static readonly VariableName s_this = new(FreeVariableKind.Variable, "this");

    /// <summary>Constants, and automatic variables that the engine sets anew for the block itself.</summary>
    private static readonly HashSet<string> s_bound = new(StringComparer.OrdinalIgnoreCase)
    {
        "true", "false", "null", "args", "input", "PSBoundParameters", "?",
    };

    /// <summary>What <c>$MyInvocation</c> says of how a function was called, and not of where that is written.</summary>
    private static readonly HashSet<string> s_callOnly = new(StringComparer.OrdinalIgnoreCase)
    {
        "BoundParameters", "UnboundArguments", "ExpectingInput", "MyCommand", "InvocationName", "PipelineLength",
        "PipelinePosition",
    };

    private readonly Dictionary<Ast, List<Ast>> _children = [];
    private readonly Dictionary<string, FreeVariable> _found = new(StringComparer.Ordinal);
    private readonly HashSet<string> _attempted = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<ScriptReference> _scripts = [];
    private readonly List<TypeUse> _types = [];

    /// <summary>
    /// Every name that the block assigns somewhere, and whether it assigns nothing but blocks written in it.
    /// </summary>
    private readonly Dictionary<VariableName, bool> _own = [];

    // Names that the block removes somewhere: an assignment of them proves nothing. Null when it removes by computed
    // names, or by patterns.
    private HashSet<VariableName>? _removed = [];
    private readonly HashSet<VariableName> _private = [];

    private readonly Journal<VariableName> _assigned = new();

    /// <summary>The commands that have surely run so far.</summary>
    private readonly Journal<string> _run = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// How many blocks with a trap are around: it may skip any statement, so nothing in them is surely assigned.
    /// </summary>
    private int _trapped;

    private int _functions;
    private int _handlers;

    /// <summary>The nested blocks around, each with the point at which it is written.</summary>
    private readonly List<(ScriptBlockExpressionAst Block, int Mark)> _nested = [];

    private Refusal? _refusal;
    private Ast? _computedPath;
    private bool _silences;
    private bool _silencesByName;
    private bool _computesCommand;
    private Ast? _readerByName;
    private bool _readsItem;
    private bool _readsComputedItem;

    private DependencyFinder(Ast tree)
    {
        foreach (Ast node in tree.FindAll(static _ => true, searchNestedScriptBlocks: true))
        {
            if (node.Parent is { } parent && node != tree)
            {
                if (!_children.TryGetValue(parent, out List<Ast>? siblings))
                {
                    _children.Add(parent, siblings = []);
                }

                siblings.Add(node);
            }

            FindRemoved(node);
            FindOwn(node);
        }

        foreach (List<Ast> siblings in _children.Values)
        {
            siblings.Sort(static (x, y) => x.Extent.StartOffset.CompareTo(y.Extent.StartOffset));
        }
    }

    /// <summary>Finds what a script depends on, or a function with parameters before its body.</summary>
    /// <param name="tree">Its tree.</param>
    public static Dependencies Find(Ast tree)
    {
        DependencyFinder finder = Walk(tree, trapped: 0);
        if (finder._silencesByName)
        {
            finder = Walk(tree, trapped: 1);
        }

        // Sorted, so that a key does not depend on the order of reading.
        return new Dependencies(
            [.. finder._found.OrderBy(each => each.Key, StringComparer.Ordinal).Select(each => each.Value)],
            [.. finder._attempted.Where(name => !name.Contains(':', StringComparison.Ordinal))],
            [.. finder._scripts],
            [.. finder._types],
            finder._readsItem,
            finder._silences,
            finder._refusal);
    }

    private static DependencyFinder Walk(Ast tree, int trapped)
    {
        DependencyFinder finder = new(tree) { _trapped = trapped };
        try
        {
            finder.VisitTree(tree);
        }
        catch (InsufficientExecutionStackException)
        {
            finder._refusal = new Refusal("nests too deeply to be read", tree.Extent);
        }

        if (finder is { _computedPath: { } path, _readsComputedItem: true })
        {
            finder.Refuse("computes the path of a variable", path);
        }

        if (finder is { _readerByName: { } reader, _computesCommand: true })
        {
            finder.Refuse("computes the name of a command that reads variables or runs code", reader);
        }

        return finder;
    }

    private void VisitTree(Ast tree)
    {
        switch (tree)
        {
            case FunctionDefinitionAst function:
                VisitFunction(function);
                break;
            case ScriptBlockAst script:
                VisitScript(script);
                break;
            default:
                VisitChildren(tree);
                break;
        }
    }

    private void VisitScript(ScriptBlockAst script)
    {
        VisitParameters(script.ParamBlock?.Parameters);
        foreach (Ast child in ChildrenOf(script).OrderBy(OrderOfRunning))
        {
            if (child is not ParamBlockAst)
            {
                Visit(child);
            }
        }
    }

    /// <summary>The blocks of a script run in this order, however they are written.</summary>
    private static int OrderOfRunning(Ast child) => (child as NamedBlockAst)?.BlockKind switch
    {
        null => 0,
        TokenKind.Dynamicparam => 1,
        TokenKind.Begin => 2,
        TokenKind.Process => 3,
        TokenKind.End => 4,
        _ => 5,
    };

    private void VisitParameters(IEnumerable<ParameterAst>? parameters)
    {
        foreach (ParameterAst parameter in parameters ?? [])
        {
            Visit(parameter.DefaultValue);
            foreach (AttributeBaseAst attribute in parameter.Attributes)
            {
                Visit(attribute);
            }

            Assign(parameter.Name.VariablePath);
        }
    }

    private void Visit(Ast? node)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (node)
        {
            case null:
                break;
            case VariableExpressionAst variable:
                Read(variable.VariablePath, variable);
                break;
            case StringConstantExpressionAst text:
                VisitText(text);
                break;
            case ExpandableStringExpressionAst text:
                VisitExpandable(text);
                break;
            case CommandAst command:
                VisitCommand(command);
                break;
            case InvokeMemberExpressionAst call:
                VisitCall(call);
                break;
            case MemberExpressionAst member:
                VisitMember(member);
                break;
            case IndexExpressionAst { Target: VariableExpressionAst target, Index: ConstantExpressionAst { Value: 0 } }
                when _handlers > 0 && VariableName.Of(target.VariablePath) is { } name && name.Equals(s_error):
                // In a handler, $Error[0] is what it handles.
                break;
            case TypeExpressionAst type:
                _types.Add(new TypeUse(type.TypeName, IsStaticMember(type), type.Extent));
                break;
            case TypeConstraintAst type:
                _types.Add(new TypeUse(type.TypeName, false, type.Extent));
                break;
            case NamedBlockAst { Traps.Count: > 0 } or StatementBlockAst { Traps.Count: > 0 }:
                _trapped++;
                VisitChildren(node);
                _trapped--;
                break;
            case AssignmentStatementAst assignment:
                VisitAssignment(assignment);
                break;
            case IfStatementAst branch:
                VisitIf(branch);
                break;
            case ForEachStatementAst loop:
                VisitForEach(loop);
                break;
            case LoopStatementAst loop:
                VisitLoop(loop);
                break;
            case SwitchStatementAst choice:
                VisitSwitch(choice);
                break;
            case TryStatementAst attempt:
                VisitTry(attempt);
                break;
            case TrapStatementAst trap:
                _handlers++;
                InBranch(() => VisitChildren(trap), s_currentItem);
                _handlers--;
                break;
            case FunctionMemberAst method:
                InScope(
                    () =>
                    {
                        VisitParameters(method.Parameters);
                        VisitScript(method.Body);
                    },
                    s_this);
                break;
            case FunctionDefinitionAst function:
                _functions++;
                InScope(() => VisitFunction(function));
                _functions--;
                break;
            case ScriptBlockExpressionAst block:
                VisitNested(block);
                break;
            case UsingExpressionAst reference:
                VisitUsing(reference);
                break;
            case BinaryExpressionAst binary:
                VisitBinary(binary);
                break;
            // What only some ways through the block evaluate assigns nothing for sure: ternary, && and ||.
            case not null when node.GetType().Name is "TernaryExpressionAst" or "PipelineChainAst":
                List<Ast> parts = ChildrenOf(node);
                Visit(parts[0]);
                InBranch(() => parts.Skip(1).ToList().ForEach(Visit));
                break;
            default:
                VisitChildren(node);
                break;
        }
    }

    private void VisitChildren(Ast node)
    {
        foreach (Ast child in ChildrenOf(node))
        {
            Visit(child);
        }
    }

    /// <summary>The direct children of a node, in the order in which they are written.</summary>
    private List<Ast> ChildrenOf(Ast node) => _children.GetValueOrDefault(node) ?? [];

    private void Refuse(string reason, Ast place) => _refusal ??= new Refusal(reason, place.Extent);

    // Variables

    private void Read(VariablePath path, Ast place, int mark = int.MaxValue)
    {
        if (path.IsDriveQualified && VariableName.Of(path) is null)
        {
            Refuse($"reads from the drive {path.DriveName}: as a variable", place);
            return;
        }

        // local: and private: name the block's own scope, where a value can only come from an assignment of its own.
        if (!path.IsLocal && !path.IsPrivate && VariableName.Of(path) is { } name)
        {
            Read(name, place, mark);
        }
    }

    private void Read(VariableName name, Ast place, int mark = int.MaxValue)
    {
        if (name.Kind == FreeVariableKind.Variable)
        {
            string bare = name.Name.StartsWith("global:", StringComparison.OrdinalIgnoreCase) ? name.Name[7..] : name.Name;
            if (s_bound.Contains(name.Name))
            {
                return;
            }

            if (name.Name.Equals("MyInvocation", StringComparison.OrdinalIgnoreCase))
            {
                Refuse("reads $MyInvocation, which says where a call is written", place);
                return;
            }

            if (bare.Equals(s_exitCode.Name, StringComparison.OrdinalIgnoreCase))
            {
                Add(name, place, [.. _run.Last(MostCommands).Order(StringComparer.OrdinalIgnoreCase)], mark);
                return;
            }
        }

        Add(name, place, [], mark);
    }

    /// <summary>Notes a variable, unless it was assigned at a point.</summary>
    private void Add(VariableName name, Ast place, string[] unlessNative, int mark = int.MaxValue)
    {
        if (!_assigned.ContainedAt(name, mark))
        {
            FreeVariable variable = new(name, place.Extent, unlessNative);
            string spelling = name.Kind == FreeVariableKind.Environment && !OperatingSystem.IsWindows()
                ? name.Name
                : name.Name.ToUpperInvariant();
            _found.TryAdd($"{spelling}\n{name.Kind}\n{string.Join('\n', unlessNative)}", variable);
        }
    }

    private void Assign(VariablePath path)
    {
        if (VariableName.Of(path) is not { } name)
        {
            return;
        }

        if (path.IsPrivate)
        {
            _private.Add(name);
        }

        Assign(name);
    }

    private void Assign(VariableName name)
    {
        if (_trapped == 0 && _removed?.Contains(name) == false)
        {
            _assigned.Add(name);
        }
    }

    private void VisitAssignment(AssignmentStatementAst assignment)
    {
        Visit(assignment.Right);
        if (assignment.Operator != TokenKind.Equals)
        {
            Visit(assignment.Left);
        }

        AssignTarget(assignment.Left);
    }

    private void AssignTarget(ExpressionAst target)
    {
        switch (target)
        {
            case VariableExpressionAst variable:
                Assign(variable.VariablePath);
                if (VariableName.Of(variable.VariablePath) is { Kind: FreeVariableKind.Variable } name)
                {
                    _attempted.Add(name.Name);
                    _silences |= name.Name.EndsWith(Preference, StringComparison.OrdinalIgnoreCase);
                }

                break;
            case AttributedExpressionAst attributed:
                Visit(attributed.Attribute);
                AssignTarget((ExpressionAst)attributed.Child);
                break;
            case ArrayLiteralAst several:
                foreach (ExpressionAst element in several.Elements)
                {
                    AssignTarget(element);
                }

                break;
            case ParenExpressionAst { Pipeline: PipelineAst pipeline } when pipeline.GetPureExpression() is { } inner:
                AssignTarget(inner);
                break;
            default:
                // $x.Name = ... and $x[0] = ... read $x.
                Visit(target);
                break;
        }
    }

    // Nested blocks

    private void VisitNested(ScriptBlockExpressionAst block)
    {
        _nested.Add((block, _assigned.Mark));
        InScope(
            () => VisitScript(block.ScriptBlock),
            CurrentItem.IsBoundIn(block) ? [s_currentItem] : []);
        _nested.RemoveAt(_nested.Count - 1);
    }

    /// <summary>
    /// <c>$using:x</c> is <c>$x</c> where the block around it is handed to a job, a remote command or
    /// <c>ForEach-Object -Parallel</c>. Which of the blocks around that is may be unknown: then it counts in each.
    /// </summary>
    private void VisitUsing(UsingExpressionAst reference)
    {
        for (int i = _nested.Count - 1; i >= 0; i--)
        {
            (ScriptBlockExpressionAst block, int mark) = _nested[i];
            foreach (Ast node in reference.SubExpression.FindAll(static node => node is VariableExpressionAst, false))
            {
                VariablePath path = new(WithoutUsing(((VariableExpressionAst)node).VariablePath.UserPath));
                Read(path, node, mark);
            }

            if (CurrentItem.ReceiverOf(block) is CommandAst command && CommandNames.TakesUsingAlong(command))
            {
                return;
            }
        }

        Add(new VariableName(FreeVariableKind.Using, reference.Extent.Text), reference, []);
    }

    private static string WithoutUsing(string path) =>
        path.StartsWith("using:", StringComparison.OrdinalIgnoreCase) ? path[6..] : path;

    private void VisitFunction(FunctionDefinitionAst function)
    {
        VisitParameters(function.Parameters);
        VisitScript(function.Body);
    }

    /// <summary>Visits what runs in a scope of its own, if it runs: what it assigns is forgotten after it.</summary>
    private void InScope(Action visit, params ReadOnlySpan<VariableName> bound)
    {
        KeyValuePair<VariableName, int>[] hidden = _assigned.Hide(_private);
        InBranch(visit, bound);
        _assigned.Show(hidden);
    }

    /// <summary>Visits what may not be evaluated: what it assigns is forgotten after it.</summary>
    /// <returns>What it assigns, and the commands that it runs.</returns>
    private (VariableName[] Assigned, string[] Run) InBranch(Action visit, params ReadOnlySpan<VariableName> bound)
    {
        int assigned = _assigned.Mark;
        int run = _run.Mark;
        foreach (VariableName name in bound)
        {
            _assigned.Add(name);
        }

        visit();
        return (_assigned.Rollback(assigned), _run.Rollback(run));
    }

    /// <summary>One of some branches was taken: what all of them did is sure.</summary>
    private void Join(List<(VariableName[] Assigned, string[] Run)> branches)
    {
        foreach (VariableName name in branches.Skip(1)
            .Aggregate(branches[0].Assigned.AsEnumerable(), static (all, each) => all.Intersect(each.Assigned)))
        {
            _assigned.Add(name);
        }

        foreach (string name in branches.Skip(1).Aggregate(
            branches[0].Run.AsEnumerable(), static (all, each) => all.Intersect(each.Run, StringComparer.OrdinalIgnoreCase)))
        {
            _run.Add(name);
        }
    }

    // Statements that decide which way the evaluation goes, and so what is surely assigned after them

    private void VisitIf(IfStatementAst branch)
    {
        Visit(branch.Clauses[0].Item1);
        List<(VariableName[] Assigned, string[] Run)> branches = [];
        foreach ((PipelineBaseAst condition, StatementBlockAst body) in branch.Clauses)
        {
            branches.Add(InBranch(() =>
            {
                if (condition != branch.Clauses[0].Item1)
                {
                    Visit(condition);
                }

                Visit(body);
            }));
        }

        branches.Add(InBranch(() => Visit(branch.ElseClause)));
        Join(branches);
    }

    private void VisitForEach(ForEachStatementAst loop)
    {
        Visit(loop.Condition);
        Visit(loop.ThrottleLimit);
        InBranch(() =>
        {
            Assign(loop.Variable.VariablePath);
            Assign(new VariableName(FreeVariableKind.Variable, "foreach"));
            Visit(loop.Body);
        });
    }

    private void VisitLoop(LoopStatementAst loop)
    {
        if (loop is ForStatementAst counted)
        {
            Visit(counted.Initializer);
        }

        bool isTestedLast = loop is DoWhileStatementAst or DoUntilStatementAst;
        if (!isTestedLast)
        {
            Visit(loop.Condition);
        }

        InBranch(() =>
        {
            Visit(loop.Body);
            Visit((loop as ForStatementAst)?.Iterator);
        });
        if (isTestedLast)
        {
            // continue jumps here from the middle of the body.
            InBranch(() => Visit(loop.Condition));
        }
    }

    private void VisitSwitch(SwitchStatementAst choice)
    {
        Visit(choice.Condition);
        InBranch(() =>
        {
            Assign(new VariableName(FreeVariableKind.Variable, "switch"));
            foreach ((ExpressionAst test, StatementBlockAst body) in choice.Clauses)
            {
                InBranch(
                    () =>
                    {
                        Visit(test);
                        Visit(body);
                    },
                    s_currentItem);
            }

            InBranch(() => Visit(choice.Default), s_currentItem);
        });
    }

    private void VisitTry(TryStatementAst attempt)
    {
        List<(VariableName[] Assigned, string[] Run)> branches = [InBranch(() => Visit(attempt.Body))];
        foreach (CatchClauseAst handler in attempt.CatchClauses)
        {
            _handlers++;
            (VariableName[] assigned, string[] run) = InBranch(() => Visit(handler), s_currentItem);
            branches.Add(([.. assigned.Where(static name => !name.Equals(s_currentItem))], run));
            _handlers--;
        }

        // The last block begins with nothing of what the others did for sure.
        (VariableName[] Assigned, string[] Run) last = InBranch(() => Visit(attempt.Finally));
        Join(branches);
        Join([last]);
    }

    private void VisitBinary(BinaryExpressionAst binary)
    {
        Visit(binary.Left);
        if (binary.Operator is TokenKind.And or TokenKind.Or || binary.Operator.ToString() == "QuestionQuestion")
        {
            InBranch(() => Visit(binary.Right));
        }
        else
        {
            Visit(binary.Right);
        }
    }

    // What is reached by its name

    /// <summary>A constant such as env:X counts as a read wherever it stands.</summary>
    private void VisitText(StringConstantExpressionAst text)
    {
        if (CommandNames.ReadsByName(text.Value) && !(text.Parent is CommandAst command && command.CommandElements[0] == text))
        {
            _readerByName ??= text;
        }

        // Set-Variable ErrorActionPreference ...: from then on any assignment may fail, and nobody hears of it.
        if (text.Value.EndsWith(Preference, StringComparison.OrdinalIgnoreCase))
        {
            _silencesByName = true;
        }

        if (!NamedPath.TryRead(text.Value, out VariableName? name))
        {
            return;
        }

        string rest = name.Value.Name;
        if (rest.Length == 0 || rest.Contains('{', StringComparison.Ordinal))
        {
            _computedPath ??= text;
        }
        else if (!WildcardPattern.ContainsWildcardCharacters(rest))
        {
            Read(name.Value, text);
        }
    }

    private void VisitExpandable(ExpandableStringExpressionAst text)
    {
        VisitChildren(text);
        if (NamedPath.IsBegun(text.Value))
        {
            _computedPath ??= text;
        }
    }

    private void VisitCommand(CommandAst command)
    {
        VisitCalled(command);
        bool silences = CommandNames.SilencesItsBlocks(command);
        _trapped += silences ? 1 : 0;
        VisitChildren(command);
        _trapped -= silences ? 1 : 0;
        switch (CommandNames.NameOf(command).ToUpperInvariant())
        {
            case "GET-VARIABLE":
                VisitGetVariable(command);
                break;
            case "INVOKE-EXPRESSION":
                VisitInvokeExpression(command);
                break;
            case "NEW-OBJECT":
                foreach ((string? parameter, ExpressionAst value) in CommandNames.ArgumentsOf(command))
                {
                    if (value is StringConstantExpressionAst text
                        && (parameter is null || "TypeName".StartsWith(parameter, StringComparison.OrdinalIgnoreCase)))
                    {
                        _types.Add(new TypeUse(new TypeName(text.Extent, text.Value), false, text.Extent));
                        break;
                    }
                }

                break;
            default:
                if (CommandNames.ReadsItems(command))
                {
                    VisitItems(command);
                }

                break;
        }

        if (command.GetCommandName() is { } name && _trapped == 0)
        {
            _run.Add(name);
        }
    }

    /// <summary>What a command calls: a script file counts by its content, code that cannot be known is refused.</summary>
    private void VisitCalled(CommandAst command)
    {
        if (command.CommandElements[0] is not ExpressionAst called)
        {
            return;
        }

        bool isDotSourced = command.InvocationOperator == TokenKind.Dot;
        ExpressionAst operand = Inner(called);
        if (operand is StringConstantExpressionAst or ScriptBlockExpressionAst)
        {
            if (operand is StringConstantExpressionAst { Value: var text } && ScriptReference.MayName(text))
            {
                _scripts.Add(ScriptReference.Of(operand));
            }

            return;
        }

        if (operand.Find(static node => node is CommandAst inner
            && CommandNames.Is(inner, "Get-Module", "Import-Module", "New-Module"), false) is not null)
        {
            Refuse("runs code inside a module", command);
        }
        else if (IsKnownBefore(operand))
        {
            _scripts.Add(ScriptReference.Of(operand));
            return;
        }
        else if (IsOwnBlock(operand))
        {
            return;
        }

        _computesCommand = true;
        if (isDotSourced)
        {
            Refuse("dot-sources what it computes", command);
        }
        else if (command.CommandElements.Skip(1).Any(static element => element is ScriptBlockExpressionAst))
        {
            // & $module { ... }
            Refuse("hands a block to a command that it computes, which may run it inside a module", command);
        }
    }

    private static ExpressionAst Inner(ExpressionAst expression) =>
        expression is ParenExpressionAst { Pipeline: PipelineAst pipeline } && pipeline.GetPureExpression() is { } inner
            ? Inner(inner)
            : expression;

    /// <summary>
    /// Whether an expression has a value that can be computed before the block runs, without running anything of it:
    /// text, free variables, and paths joined of them.
    /// </summary>
    private bool IsKnownBefore(Ast? node) => node switch
    {
        StringConstantExpressionAst => true,
        VariableExpressionAst variable => VariableName.Of(variable.VariablePath) is { } name
            && name.Kind != FreeVariableKind.Using
            && !_own.ContainsKey(name)
            && !name.Equals(s_currentItem)
            && !s_bound.Contains(name.Name),
        ExpandableStringExpressionAst text => text.NestedExpressions.All(IsKnownBefore),
        ParenExpressionAst paren => IsKnownBefore(paren.Pipeline),
        SubExpressionAst { SubExpression: { Traps: null or { Count: 0 }, Statements: [var only] } } => IsKnownBefore(only),
        PipelineAst { PipelineElements: [var only] } => IsKnownBefore(only),
        CommandExpressionAst expression => expression.Redirections.Count == 0 && IsKnownBefore(expression.Expression),
        BinaryExpressionAst { Operator: TokenKind.Plus } sum => IsKnownBefore(sum.Left) && IsKnownBefore(sum.Right),
        CommandAst command => CommandNames.Is(command, "Join-Path")
            && command.Redirections.Count == 0
            && CommandNames.ArgumentsOf(command).All(argument =>
                argument.Parameter is null or "Path" or "ChildPath" or "AdditionalChildPath"
                && IsKnownBefore(argument.Value)),
        _ => false,
    };

    /// <summary>Whether a variable holds nothing but blocks that are written in this one.</summary>
    private bool IsOwnBlock(ExpressionAst operand) =>
        operand is VariableExpressionAst variable
        && VariableName.Of(variable.VariablePath) is { } name
        && _assigned.Contains(name)
        && _own.GetValueOrDefault(name);

    private void VisitGetVariable(CommandAst command)
    {
        bool hasNames = false;
        string scope = string.Empty;
        List<string> names = [];
        foreach ((string? parameter, ExpressionAst value) in CommandNames.ArgumentsOf(command))
        {
            if (parameter is null || "Name".StartsWith(parameter, StringComparison.OrdinalIgnoreCase))
            {
                hasNames = true;
                if (!TryReadTexts(value, names) || names.Any(WildcardPattern.ContainsWildcardCharacters))
                {
                    Refuse("computes the name of a variable", command);
                    return;
                }
            }
            else if ("Scope".StartsWith(parameter, StringComparison.OrdinalIgnoreCase))
            {
                string? text = (value as StringConstantExpressionAst)?.Value
                    ?? (value as ConstantExpressionAst)?.Value?.ToString();
                if (string.IsNullOrEmpty(text) || (char.IsAsciiDigit(text[0]) && text != "0"))
                {
                    Refuse("reads a variable of a scope that it counts", command);
                    return;
                }

                scope = text is "0" ? "local:" : $"{text}:";
            }
        }

        if (!hasNames || CommandNames.ArgumentsOf(command).Any(static argument =>
            argument.Value is VariableExpressionAst { Splatted: true }))
        {
            Refuse("computes the name of a variable", command);
        }

        foreach (string name in names.Where(static name => name.Length > 0))
        {
            Read(new VariablePath(name.Contains(':', StringComparison.Ordinal) ? name : scope + name), command);
        }
    }

    /// <summary>The constant texts of an argument.</summary>
    private static bool TryReadTexts(Ast value, List<string> texts)
    {
        switch (value)
        {
            case StringConstantExpressionAst text:
                texts.Add(text.Value);
                return true;
            case ConstantExpressionAst constant:
                texts.Add(constant.Extent.Text);
                return true;
            case ArrayLiteralAst several:
                return several.Elements.All(each => TryReadTexts(each, texts));
            case ParenExpressionAst { Pipeline: PipelineAst pipeline } when pipeline.GetPureExpression() is { } inner:
                return TryReadTexts(inner, texts);
            case ArrayExpressionAst { SubExpression.Statements: { } statements }:
                return statements.All(statement => statement is PipelineAst pipeline
                    && pipeline.GetPureExpression() is { } inner && TryReadTexts(inner, texts));
            default:
                return false;
        }
    }

    private void VisitInvokeExpression(CommandAst command)
    {
        List<string> texts = [];
        ExpressionAst? code = CommandNames.ArgumentsOf(command).Select(static argument => argument.Value).FirstOrDefault();
        if (code is null && command.Parent is PipelineAst { PipelineElements: [CommandExpressionAst fed, _, ..] } pipeline
            && pipeline.PipelineElements[1] == command)
        {
            code = fed.Expression;
        }

        if (code is null || !TryReadTexts(code, texts))
        {
            Refuse("runs code that it computes", command);
            return;
        }

        foreach (string text in texts)
        {
            VisitCode(text, command);
        }
    }

    /// <summary>Code that is written as text counts as if it were written as code.</summary>
    private void VisitCode(string text, Ast place)
    {
        Dependencies inner = Find(Parser.ParseInput(text, out _, out _));
        foreach (FreeVariable variable in inner.Variables)
        {
            Add(new VariableName(variable.Kind, variable.Name), place, variable.UnlessNative);
        }

        _attempted.UnionWith(inner.Attempted);
        _scripts.AddRange(inner.Scripts);
        _types.AddRange(inner.Types);
        _readsItem |= inner.ReadsItem;
        _silences |= inner.Silences;
        if (inner.Refusal is { } refusal)
        {
            Refuse(refusal.Reason, place);
        }
    }

    private void VisitItems(CommandAst command)
    {
        foreach ((string? parameter, ExpressionAst value) in CommandNames.ArgumentsOf(command))
        {
            foreach (Ast node in value.FindAll(
                static node => node is StringConstantExpressionAst or ExpandableStringExpressionAst, false))
            {
                string text = (node as StringConstantExpressionAst)?.Value ?? ((ExpandableStringExpressionAst)node).Value;
                if (NamedPath.NamesCommand(text))
                {
                    Refuse("reads the definition of a function or an alias", command);
                }
                else if (CommandNames.Is(command, "New-PSDrive") && (Is(text, "Environment", "Variable")))
                {
                    Refuse("makes a drive of variables", command);
                }
                else if (NamedPath.TryRead(text, out VariableName? name)
                    && (node is ExpandableStringExpressionAst || name.Value.Name.Length == 0
                        || WildcardPattern.ContainsWildcardCharacters(name.Value.Name)))
                {
                    Refuse("reads variables whose names are not written out", command);
                }
            }

            bool isPath = parameter is null || parameter.EndsWith("Path", StringComparison.OrdinalIgnoreCase)
                || "Path".StartsWith(parameter, StringComparison.OrdinalIgnoreCase)
                || "LiteralPath".StartsWith(parameter, StringComparison.OrdinalIgnoreCase);
            // A constant may be on a drive that is the user's own: x:NAME.
            _readsItem |= isPath && (value as StringConstantExpressionAst)?.Value.Contains(':', StringComparison.Ordinal) != false;
            _readsComputedItem |= isPath && value is not ConstantExpressionAst && !IsKnownBefore(value);
        }

        _readsItem |= CommandNames.IsFed(command);
        _readsComputedItem |= CommandNames.IsFed(command);
    }

    private void VisitCall(InvokeMemberExpressionAst call)
    {
        string? member = (call.Member as StringConstantExpressionAst)?.Value;
        ExpressionAst? argument = call.Arguments?.FirstOrDefault();
        string? text = (argument as StringConstantExpressionAst)?.Value;
        if (IsVariableTable(call.Expression))
        {
            VisitArguments(call);
            if (text is null || member is null)
            {
                Refuse("computes the name of a variable", call);
            }
            else if (member.StartsWith("Get", StringComparison.OrdinalIgnoreCase))
            {
                Read(new VariablePath(text), call);
            }

            return;
        }

        if (Is(member, "GetVariableValue") && call.Expression is VariableExpressionAst)
        {
            VisitArguments(call);
            if (text is null)
            {
                Refuse("computes the name of a variable", call);
                return;
            }

            Read(new VariablePath(text), call);
            return;
        }

        if (Is(member, "Clear") && call.Expression is VariableExpressionAst variable
            && VariableName.Of(variable.VariablePath) is { } name && name.Equals(s_error))
        {
            Assign(s_error);
            return;
        }

        VisitChildren(call);
        if (member is null)
        {
            if (call.Static)
            {
                Refuse("calls a method whose name it computes", call);
            }
        }
        else if (Is(member, "GetEnvironmentVariable"))
        {
            ReadEnvironment(call, text is null ? null : [text]);
        }
        else if (Is(member, "GetEnvironmentVariables"))
        {
            ReadEnvironment(call, null);
        }
        else if (Is(member, "ExpandEnvironmentVariables"))
        {
            ReadEnvironment(call, text is null ? null : [.. PercentNames().Matches(text).Select(match => match.Groups[1].Value)]);
        }
        else if (Is(member, "InvokeScript", "NewScriptBlock", "ExpandString", "GetScriptBlock", "AddScript")
            || (Is(member, "Create") && call is { Static: true, Expression: var target }
                && (target is not TypeExpressionAst type || IsNamed(type.TypeName, "ScriptBlock"))))
        {
            // AddScript runs it elsewhere, where it sees no variable of the block's.
            bool isKnown = argument is ScriptBlockExpressionAst || (Is(member, "AddScript") && IsKnownBefore(argument));
            if (text is null && !isKnown)
            {
                Refuse("runs code that it computes", call);
            }
            else if (text is not null)
            {
                VisitCode(Is(member, "ExpandString") ? $"\"{text.Replace("\"", "`\"", StringComparison.Ordinal)}\"" : text, call);
            }
        }
        else if (Is(member, "NewBoundScriptBlock"))
        {
            Refuse("runs code inside a module", call);
        }
    }

    private void VisitArguments(InvokeMemberExpressionAst call)
    {
        foreach (ExpressionAst argument in call.Arguments ?? Enumerable.Empty<ExpressionAst>())
        {
            Visit(argument);
        }
    }

    private void ReadEnvironment(InvokeMemberExpressionAst call, string[]? names)
    {
        if (names is null)
        {
            Refuse("reads environment variables whose names are not written out", call);
        }

        foreach (string name in names ?? [])
        {
            Read(new VariableName(FreeVariableKind.Environment, name), call);
        }
    }

    /// <summary><c>$ExecutionContext.SessionState.PSVariable</c>, and the same of <c>$PSCmdlet</c>.</summary>
    private static bool IsVariableTable(ExpressionAst expression) =>
        expression is MemberExpressionAst
        {
            Member: StringConstantExpressionAst { Value: var table },
            Expression: MemberExpressionAst
            {
                Member: StringConstantExpressionAst { Value: var state },
                Expression: VariableExpressionAst { VariablePath.UserPath: var root },
            },
        }
        && Is(table, "PSVariable") && Is(state, "SessionState") && Is(root, "ExecutionContext", "PSCmdlet");

    private void VisitMember(MemberExpressionAst member)
    {
        string? name = (member.Member as StringConstantExpressionAst)?.Value;
        if (_functions > 0 && name is not null && s_callOnly.Contains(name)
            && member.Expression is VariableExpressionAst { VariablePath.UserPath: var variable } && Is(variable, "MyInvocation"))
        {
            return;
        }

        if (Is(name, "PSVariable"))
        {
            Refuse("computes the name of a variable", member);
            return;
        }

        VisitChildren(member);
    }

    private static bool Is(string? text, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (string.Equals(text, name, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsNamed(ITypeName type, string name) =>
        type.Name.EndsWith(name, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a type stands before <c>::</c>, other than to make an object.</summary>
    private static bool IsStaticMember(TypeExpressionAst type) =>
        type.Parent is MemberExpressionAst { Static: true } member && member.Expression == type
        && !(member is InvokeMemberExpressionAst && Is((member.Member as StringConstantExpressionAst)?.Value, "new"));

    private void FindOwn(Ast node)
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
                _own[name] = isBlock && _own.GetValueOrDefault(name, true);
            }
        }
    }

    /// <summary>Notes which variables a node removes.</summary>
    private void FindRemoved(Ast node)
    {
        List<string> names = [];
        bool isKnown = true;
        switch (node)
        {
            case CommandAst command when CommandNames.Is(command, "Remove-Variable"):
                isKnown = !CommandNames.IsFed(command) && CommandNames.ArgumentsOf(command).All(argument => TryReadTexts(argument.Value, names));
                break;
            case CommandAst command when CommandNames.Is(command, "Remove-Item", "Move-Item", "Rename-Item"):
                foreach (Ast text in command.FindAll(
                    static each => each is StringConstantExpressionAst or ExpandableStringExpressionAst, false))
                {
                    string path = (text as StringConstantExpressionAst)?.Value ?? ((ExpandableStringExpressionAst)text).Value;
                    if (NamedPath.TryRead(path, out VariableName? name))
                    {
                        isKnown &= text is StringConstantExpressionAst;
                        names.Add(name.Value.Kind == FreeVariableKind.Environment ? $"env:{name.Value.Name}" : name.Value.Name);
                    }
                }

                break;
            case InvokeMemberExpressionAst call when Is((call.Member as StringConstantExpressionAst)?.Value, "Remove")
                && call.Expression is MemberExpressionAst { Member: StringConstantExpressionAst { Value: var table } }
                && Is(table, "PSVariable"):
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

    [GeneratedRegex("%([^%]+)%", RegexOptions.CultureInvariant)]
    private static partial Regex PercentNames();
}

/// <summary>What a block depends on beside its code.</summary>
/// <param name="Variables">The variables that it may read before it surely assigned them.</param>
/// <param name="Attempted">
/// The names that count as assigned although the assignment can fail, when its errors are silenced.
/// </param>
/// <param name="Scripts">The script files that it runs.</param>
/// <param name="Types">The types that it names.</param>
/// <param name="ReadsItem">Whether it reads an item of a drive whose path is not written out.</param>
/// <param name="Silences">Whether it may run a block of its own with failures silenced.</param>
/// <param name="Refusal">The first construct that no key can cover, or null.</param>
internal sealed record Dependencies(
    FreeVariable[] Variables,
    string[] Attempted,
    ScriptReference[] Scripts,
    TypeUse[] Types,
    bool ReadsItem,
    bool Silences,
    Refusal? Refusal);

/// <summary>A type that a block names.</summary>
/// <param name="Name">The name, as parsed.</param>
/// <param name="IsStatic">Whether a static member of it is used.</param>
/// <param name="Place">Where.</param>
internal sealed record TypeUse(ITypeName Name, bool IsStatic, IScriptExtent Place);
