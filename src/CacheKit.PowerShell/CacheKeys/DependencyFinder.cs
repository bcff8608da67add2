using System.Management.Automation;
using System.Management.Automation.Language;
using System.Reflection;
using System.Runtime.CompilerServices;

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
internal sealed class DependencyFinder
{
    private const int MostCommands = 16;
    private const string Global = "global:";

    /// <summary>The variable that says what happens to errors.</summary>
    public const string Preference = "ErrorActionPreference";

    /// <summary><c>$_</c>.</summary>
    public static readonly VariableName CurrentItemName = new(FreeVariableKind.Variable, CurrentItem.Name);

    /// <summary><c>$Error</c>.</summary>
    public static readonly VariableName ErrorName = new(FreeVariableKind.Variable, "Error");

    // The reference assembly does not know it yet.
    private static readonly PropertyInfo? s_background = typeof(PipelineAst).GetProperty("Background");

    private static readonly VariableName s_exitCode = new(FreeVariableKind.Variable, "LASTEXITCODE");
    private static readonly VariableName s_this = new(FreeVariableKind.Variable, "this");

    /// <summary>Constants, and automatic variables that the engine sets anew for the block itself.</summary>
    private static readonly HashSet<string> s_bound = new(StringComparer.OrdinalIgnoreCase)
    {
        "true", "false", "null", "args", "input", "PSBoundParameters", "?",
    };

    private readonly Dictionary<Ast, List<Ast>> _children = [];
    private readonly Dictionary<string, FreeVariable> _found = new(StringComparer.Ordinal);
    private readonly HashSet<string> _attempted = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<ScriptReference> _scripts = [];
    private readonly List<TypeUse> _types = [];
    private readonly HashSet<string> _commands = new(StringComparer.OrdinalIgnoreCase);

    private readonly AssignmentSurvey _survey = new();
    private readonly NamedAccess _names;
    private readonly HashSet<VariableName> _private = [];

    private readonly Journal<VariableName> _assigned = new();

    /// <summary>The commands that have surely run so far.</summary>
    private readonly Journal<string> _run = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// How many blocks with a trap are around: it may skip any statement, so nothing in them is surely assigned.
    /// </summary>
    private int _trapped;

    private readonly HashSet<string> _ownFunctions = new(StringComparer.OrdinalIgnoreCase);
    private int _functions;

    /// <summary>
    /// How many blocks around run in a module of their own, which sees none of the block's variables.
    /// </summary>
    private int _modules;

    /// <summary>
    /// How many blocks around look variables up as they run, while errors may be silenced: what fails there assigns
    /// nothing, and the caller's variable is read.
    /// </summary>
    private int _doubted;

    /// <summary>The scopes around that the block makes, each with the point at which it begins.</summary>
    private readonly List<int> _scopes = [];

    /// <summary>Whether a name may stand for another command than it says: commands that the block defines.</summary>
    private bool _definesCommands;
    private int _handlers;

    /// <summary>The nested blocks around, each with the point at which it is written.</summary>
    private readonly List<(ScriptBlockExpressionAst Block, int Mark)> _nested = [];

    private Refusal? _refusal;
    private bool _silences;

    private DependencyFinder(Ast tree)
    {
        _names = new NamedAccess(this);
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

            _survey.Add(node);
            if (node is FunctionDefinitionAst function)
            {
                _ownFunctions.Add(function.Name);
            }
        }

        _survey.Complete();
        // Who calls the block may silence its errors.
        _doubted = _survey.LooksUp ? 1 : 0;
        _modules = _survey.MakesClosures ? 1 : 0;
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
        if (finder._names.SilencesByName)
        {
            finder = Walk(tree, trapped: 1);
        }

        // Sorted, so that a key does not depend on the order of reading.
        return new Dependencies(
            [.. finder._found.OrderBy(each => each.Key, StringComparer.Ordinal).Select(each => each.Value)],
            [.. finder._attempted.Where(name => !name.Contains(':', StringComparison.Ordinal))],
            [.. finder._scripts],
            [.. finder._types],
            [.. finder._commands.Order(StringComparer.OrdinalIgnoreCase)],
            [.. finder._names.Paths],
            [.. finder._names.TypeNames],
            finder._survey.RemovesAny,
            finder._names.Uses,
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

        finder._names.Complete();
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
            if (child is NamedBlockAst { Unnamed: false } part && MayEndEarly(part))
            {
                InBranch(() => Visit(part));
            }
            else if (child is not ParamBlockAst)
            {
                Visit(child);
            }
        }
    }

    /// <summary>
    /// Whether the blocks after a named one may run although it did not come to its end: an empty pipeline runs no
    /// process block, and return ends only the block that it is in.
    /// </summary>
    private static bool MayEndEarly(NamedBlockAst part) =>
        part.BlockKind == TokenKind.Process
        || part.Find(static node => node is ReturnStatementAst, searchNestedScriptBlocks: false) is not null;

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

    /// <summary>Visits a node.</summary>
    /// <param name="node">The node, or null.</param>
    public void Visit(Ast? node)
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
                _names.VisitText(text);
                break;
            case ExpandableStringExpressionAst text:
                _names.VisitExpandable(text);
                break;
            case CommandAst command:
                VisitCommand(command);
                break;
            case FileRedirectionAst redirection:
                _commands.Add("Out-File");
                VisitChildren(redirection);
                break;
            case InvokeMemberExpressionAst call:
                MaybeOnly(call, () => _names.VisitCall(call));
                break;
            case IndexExpressionAst index when IsNullConditional(index):
                Visit(index.Target);
                InBranch(() => Visit(index.Index));
                break;
            case MemberExpressionAst member:
                _names.VisitMember(member);
                break;
            case IndexExpressionAst { Target: VariableExpressionAst target, Index: ConstantExpressionAst { Value: 0 } }
                when _handlers > 0 && VariableName.Of(target.VariablePath) is { } name && name.Equals(ErrorName):
                // In a handler, $Error[0] is what it handles.
                break;
            case TypeExpressionAst type:
                bool isState = type.Parent is MemberExpressionAst { Static: true } and not InvokeMemberExpressionAst;
                _types.Add(new TypeUse(type.TypeName, IsStaticMember(type), type.Extent, isState));
                break;
            // [type]'X'
            case ConvertExpressionAst cast when CommandNames.IsOneOf(cast.Type.TypeName.Name, "type", "System.Type"):
                _names.UseTypeNamed(cast.Child, isStatic: true);
                VisitChildren(cast);
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
                InBranch(() => VisitChildren(trap), CurrentItemName);
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
                _definesCommands = true;
                Elsewhere(() => InScope(() => VisitFunction(function)), sees: InnermostRoot);
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

    /// <summary>Visits the direct children of a node, in the order in which they are written.</summary>
    /// <param name="node">The node.</param>
    public void VisitChildren(Ast node)
    {
        foreach (Ast child in ChildrenOf(node))
        {
            Visit(child);
        }
    }

    /// <summary>The direct children of a node, in the order in which they are written.</summary>
    private List<Ast> ChildrenOf(Ast node) => _children.GetValueOrDefault(node) ?? [];

    /// <summary>Says why no key can be derived, if nothing before has said so.</summary>
    /// <param name="reason">What the block does: the predicate of a sentence.</param>
    /// <param name="place">Where.</param>
    public void Refuse(string reason, Ast place) => _refusal ??= new Refusal(reason, place.Extent);

    // Variables

    /// <summary>Notes that a variable is read.</summary>
    /// <param name="path">The variable, as parsed.</param>
    /// <param name="place">Where.</param>
    /// <param name="mark">The point of the walk whose assignments count.</param>
    public void Read(VariablePath path, Ast place, int mark = int.MaxValue)
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

    /// <summary>Notes that a variable is read.</summary>
    /// <param name="name">The variable.</param>
    /// <param name="place">Where.</param>
    /// <param name="mark">The point of the walk whose assignments count.</param>
    public void Read(VariableName name, Ast place, int mark = int.MaxValue)
    {
        if (name.Kind == FreeVariableKind.Variable)
        {
            string bare = name.Name.StartsWith(Global, StringComparison.OrdinalIgnoreCase)
                ? name.Name[Global.Length..]
                : name.Name;
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
        if (_modules > 0
            && name.Kind == FreeVariableKind.Variable
            && !name.Name.Contains(':', StringComparison.Ordinal))
        {
            Add(new VariableName(name.Kind, Global + name.Name), place, [], mark);
        }
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

    /// <summary>Notes that a variable is surely assigned.</summary>
    /// <param name="name">The variable.</param>
    public void Assign(VariableName name)
    {
        if (_trapped == 0 && !_survey.Removes(name))
        {
            _assigned.Add(name);
        }
    }

    private void VisitAssignment(AssignmentStatementAst assignment)
    {
        if (assignment.Operator == TokenKind.Equals)
        {
            Visit(assignment.Right);
        }
        else
        {
            // Read first, and for ??= the right side may not be evaluated at all.
            Visit(assignment.Left);
            InBranch(() => Visit(assignment.Right));
        }

        // A variable of another scope, or of the environment, is there whether the block assigns it or not.
        bool isElsewhere = assignment.Left is VariableExpressionAst
        {
            VariablePath: { IsUnqualified: false, IsLocal: false },
        };
        bool isDoubted = (_doubted > 0 || (isElsewhere && _survey.Silences)) && AssignmentSurvey.CanFail(assignment);
        _trapped += isDoubted ? 1 : 0;
        AssignTarget(assignment.Left);
        _trapped -= isDoubted ? 1 : 0;
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
        Ast? receiver = CurrentItem.ReceiverOf(block);
        // A function of the block comes before a command of its name.
        bool isOwn = receiver is CommandAst own && _ownFunctions.Contains(own.GetCommandName() ?? string.Empty);
        bool isBound = !isOwn && CurrentItem.IsBoundIn(block);
        bool isOfModule = receiver switch
        {
            InvokeMemberExpressionAst { Member: StringConstantExpressionAst member } =>
                CommandNames.IsOneOf(member.Value, "GetNewClosure"),
            CommandAst command => CommandNames.Is(command, "New-Module"),
            _ => false,
        };
        _modules += isOfModule ? 1 : 0;
        // ForEach-Object and its like run a block as dot-sourcing does.
        bool isDoubted = _survey.Silences
            && (receiver is InvokeMemberExpressionAst
                || receiver is CommandAst { InvocationOperator: not TokenKind.Ampersand });
        _doubted += isDoubted ? 1 : 0;
        if (!isOwn && RunsThere(block, receiver))
        {
            InScope(() => VisitScript(block.ScriptBlock), isBound ? [CurrentItemName] : []);
        }
        else
        {
            Elsewhere(
                () => InScope(() => VisitScript(block.ScriptBlock), isBound ? [CurrentItemName] : []),
                sees: isOfModule || _survey.MakesClosures ? 0 : InnermostRoot);
        }

        _doubted -= isDoubted ? 1 : 0;
        _modules -= isOfModule ? 1 : 0;
        _nested.RemoveAt(_nested.Count - 1);
    }

    /// <summary>What was assigned before the first scope that the block makes is seen by all that it runs.</summary>
    private int InnermostRoot => _scopes.Count > 0 ? _scopes[0] : int.MaxValue;

    /// <summary>What stands after <c>?.</c> is evaluated only if there is something before it.</summary>
    private void MaybeOnly(MemberExpressionAst member, Action visit)
    {
        if (IsNullConditional(member))
        {
            InBranch(visit);
        }
        else
        {
            visit();
        }
    }

    // The reference assembly does not know it yet.
    private static bool IsNullConditional(Ast node) =>
        node.GetType().GetProperty("NullConditional")?.GetValue(node) is true;

    /// <summary>Whether a nested block surely runs where it is written, and not as a value somewhere else.</summary>
    private static bool RunsThere(ScriptBlockExpressionAst block, Ast? receiver) => receiver switch
    {
        CommandAst command => command.CommandElements[0] == block || CommandNames.RunsItsBlocks(command),
        InvokeMemberExpressionAst { Member: StringConstantExpressionAst member } =>
            CommandNames.IsOneOf(member.Value, "ForEach", "Where", "Invoke", "InvokeReturnAsIs"),
        _ => false,
    };

    /// <summary>Visits what may run in another scope than the one where it is written.</summary>
    /// <param name="visit">Visits it.</param>
    /// <param name="sees">The point up to which it sees what was assigned.</param>
    private void Elsewhere(Action visit, int sees)
    {
        KeyValuePair<VariableName, int>[] hidden =
            _assigned.Hide(sees == int.MaxValue ? [CurrentItemName] : [CurrentItemName, .. _assigned.Since(sees)]);
        visit();
        _assigned.Show(hidden);
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
        _scopes.Add(_assigned.Mark);
        InBranch(visit, bound);
        _scopes.RemoveAt(_scopes.Count - 1);
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
            branches[0].Run.AsEnumerable(),
            static (all, each) => all.Intersect(each.Run, StringComparer.OrdinalIgnoreCase)))
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
                    CurrentItemName);
            }

            InBranch(() => Visit(choice.Default), CurrentItemName);
        });
    }

    private void VisitTry(TryStatementAst attempt)
    {
        List<(VariableName[] Assigned, string[] Run)> branches = [InBranch(() => Visit(attempt.Body))];
        foreach (CatchClauseAst handler in attempt.CatchClauses)
        {
            _handlers++;
            (VariableName[] assigned, string[] run) = InBranch(() => Visit(handler), CurrentItemName);
            branches.Add(([.. assigned.Where(static name => !name.Equals(CurrentItemName))], run));
            _handlers--;
        }

        // The last block begins with nothing of what the others did for sure.
        (VariableName[] Assigned, string[] Run) last = InBranch(() => Visit(attempt.Finally));
        Join(branches);
        Join([last]);
    }

    private void VisitBinary(BinaryExpressionAst binary)
    {
        if (binary.Operator == TokenKind.As)
        {
            bool isOfType = binary.Right is TypeExpressionAst { TypeName.Name: var type }
                && CommandNames.IsOneOf(type, "type", "System.Type");
            _names.UseTypeNamed(
                isOfType ? binary.Left : binary.Right as StringConstantExpressionAst, isStatic: isOfType);
        }

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

    private void VisitCommand(CommandAst command)
    {
        _names.VisitCommand(command);
        if (command.GetCommandName() is not { } name)
        {
            if (command.CommandElements[0] is not ScriptBlockExpressionAst)
            {
                _commands.Add(ParameterDefaults.AnyCommand);
            }

            return;
        }

        _commands.Add(name);
        // A later command may stop one before it; what runs in the background sets nothing here.
        bool isLast = command.Parent is PipelineAst pipeline
            && pipeline.PipelineElements[^1] == command
            && s_background?.GetValue(pipeline) is not true;
        if (_trapped == 0 && isLast && !_definesCommands)
        {
            _run.Add(name);
        }
    }

    /// <summary>Whether the block names a type.</summary>
    /// <param name="name">Its name, without the namespace.</param>
    public bool Names(string name) =>
        _types.Exists(type => type.Name.Name.EndsWith(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Notes that from now on a name may be that of another command.</summary>
    public void DefineCommands() => _definesCommands = true;

    /// <summary>Notes a type.</summary>
    /// <param name="type">Its use.</param>
    public void Use(TypeUse type) => _types.Add(type);

    /// <summary>Notes a script file.</summary>
    /// <param name="script">Its call.</param>
    public void Use(ScriptReference script)
    {
        _scripts.Add(script);
        _definesCommands |= script.IsDotSourced;
    }

    /// <summary>Notes what code depends on that is written as text.</summary>
    /// <param name="inner">What it depends on.</param>
    /// <param name="place">Where the text is.</param>
    /// <param name="runsThere">Whether it runs where it is written.</param>
    public void Include(Dependencies inner, Ast place, bool runsThere)
    {
        if (!runsThere)
        {
            Elsewhere(() => Include(inner, place, true), InnermostRoot);
            return;
        }

        foreach (FreeVariable variable in inner.Variables)
        {
            Add(new VariableName(variable.Kind, variable.Name), place, variable.UnlessNative);
        }

        _attempted.UnionWith(inner.Attempted);
        _scripts.AddRange(inner.Scripts);
        _types.AddRange(inner.Types);
        _commands.UnionWith(inner.Commands);
        _silences |= inner.Silences;
        if (inner.Refusal is { } refusal)
        {
            Refuse(refusal.Reason, place);
        }
    }

    /// <summary>Whether a variable is surely assigned by now.</summary>
    /// <param name="name">The variable.</param>
    public bool IsAssigned(VariableName name) => _assigned.Contains(name);

    /// <summary>Whether the block assigns a variable somewhere.</summary>
    /// <param name="name">The variable.</param>
    public bool Assigns(VariableName name) => _survey.Assigns(name);

    /// <summary>
    /// What the block assigns to a variable, if there is one place where it does, and the walk is past it.
    /// </summary>
    /// <param name="name">The variable.</param>
    public ExpressionAst? OnlyValueOf(VariableName name) =>
        _assigned.Contains(name) ? _survey.OnlyValueOf(name) : null;

    /// <summary>Whether all that the block assigns to a variable are blocks that are written in it.</summary>
    /// <param name="name">The variable.</param>
    public bool HoldsOwnBlock(VariableName name) => _survey.HoldsOwnBlock(name);

    /// <summary>Whether the engine sets a variable anew for the block, or it is constant.</summary>
    /// <param name="name">Its name.</param>
    public static bool IsBound(string name) => s_bound.Contains(name);

    /// <summary>Whether the walk is in a function that the block defines.</summary>
    public bool IsInFunction => _functions > 0;

    /// <summary>Visits the parts of a command, which may run blocks among them with failures silenced.</summary>
    /// <param name="command">The command.</param>
    public void VisitElements(CommandAst command)
    {
        bool silences = CommandNames.SilencesItsBlocks(command);
        _trapped += silences ? 1 : 0;
        VisitChildren(command);
        _trapped -= silences ? 1 : 0;
    }

    /// <summary>Whether a type is more than what an object is made of, or compared with.</summary>
    private static bool IsStaticMember(TypeExpressionAst type) => type.Parent switch
    {
        InvokeMemberExpressionAst { Member: StringConstantExpressionAst name } member =>
            member.Expression != type || !CommandNames.IsOneOf(name.Value, "new"),
        BinaryExpressionAst comparison => comparison.Operator is not (TokenKind.Is or TokenKind.IsNot or TokenKind.As),
        _ => true,
    };
}

/// <summary>What a block depends on beside its code.</summary>
/// <param name="Variables">The variables that it may read before it surely assigned them.</param>
/// <param name="Attempted">
/// The names that count as assigned although the assignment can fail, when its errors are silenced.
/// </param>
/// <param name="Scripts">The script files that it runs.</param>
/// <param name="Types">The types that it names.</param>
/// <param name="Commands">The commands that it calls, as they are written.</param>
/// <param name="Paths">The paths of items that it reads, as far as they are known before.</param>
/// <param name="TypeNames">The names of types that it uses, as far as they are known before.</param>
/// <param name="Removes">Whether it may remove variables.</param>
/// <param name="Uses">What it uses names for that are not written out.</param>
/// <param name="Silences">Whether it may run a block of its own with failures silenced.</param>
/// <param name="Refusal">The first construct that no key can cover, or null.</param>
internal sealed record Dependencies(
    FreeVariable[] Variables,
    string[] Attempted,
    ScriptReference[] Scripts,
    TypeUse[] Types,
    string[] Commands,
    KnownValue[] Paths,
    KnownValue[] TypeNames,
    bool Removes,
    NameUses Uses,
    bool Silences,
    Refusal? Refusal);

/// <summary>What a block uses names for that are not written out.</summary>
[Flags]
internal enum NameUses
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>It reads an item of a drive by a path that it is given.</summary>
    Item = 1,

    /// <summary>It reads an item of a drive by a path that it computes.</summary>
    ComputedItem = 2,

    /// <summary>It calls a command by a name that it computes.</summary>
    ComputedCommand = 4,
}

/// <summary>A type that a block names.</summary>
/// <param name="Name">The name, as parsed.</param>
/// <param name="IsStatic">Whether a static member of it is used.</param>
/// <param name="Place">Where.</param>
/// <param name="IsState">Whether that is a property, which keeps what is assigned to it.</param>
internal sealed record TypeUse(ITypeName Name, bool IsStatic, IScriptExtent Place, bool IsState = false);
