using System.Management.Automation;
using System.Management.Automation.Language;

namespace CacheKit.CacheKeys;

/// <summary>
/// Finds the free variables of a block: those that it may read before it has surely assigned them. When in doubt a
/// variable is free, for a key that covers too much is a miss, and one that covers too little is a wrong value
/// (DESIGN section 5).
/// </summary>
/// <remarks>
/// The walk follows the order of evaluation and keeps the set of names that are assigned on every path so far. What
/// happens in a branch, a loop or a nested block is not sure to happen: its assignments are forgotten after it.
/// </remarks>
internal sealed partial class FreeVariableFinder
{
    private readonly Dictionary<string, FreeVariable> _found = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _attempted = new(StringComparer.OrdinalIgnoreCase);
    private HashSet<string> _assigned = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// How many blocks with a trap are around: it may skip any statement, so nothing in them is surely assigned.
    /// </summary>
    private int _trapped;

    /// <summary>
    /// What was assigned where the innermost nested block is written: the scope that <c>$using:</c> names.
    /// </summary>
    private HashSet<string> _enclosing = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Finds the free variables of a script, or of a function with parameters before its body.</summary>
    /// <param name="tree">Its tree.</param>
    /// <param name="attempted">
    /// The names that count as assigned although the assignment can fail, when its errors are silenced.
    /// </param>
    /// <returns>The variables, sorted by name so that a key does not depend on the order of reading.</returns>
    public static FreeVariable[] Find(Ast tree, out string[] attempted)
    {
        FreeVariableFinder finder = new();
        if (tree is FunctionDefinitionAst function)
        {
            finder.VisitFunction(function);
        }
        else
        {
            finder.VisitScript((ScriptBlockAst)tree);
        }

        attempted = [.. finder._attempted.Where(name => !name.Contains(':', StringComparison.Ordinal))];
        return [.. finder._found.Values.OrderBy(variable => variable.Name, StringComparer.OrdinalIgnoreCase)
            .ThenBy(variable => variable.Kind)];
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

            Assign(parameter.Name);
        }
    }

    private void Visit(Ast? node)
    {
        switch (node)
        {
            case null:
                break;
            case VariableExpressionAst variable:
                Read(variable.VariablePath);
                break;
            case NamedBlockAst { Traps.Count: > 0 } or StatementBlockAst { Traps.Count: > 0 }:
                _trapped++;
                VisitOther(node);
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
                InScope(() => VisitChildren(trap), bindsCurrentItem: true);
                break;
            case FunctionDefinitionAst function:
                InScope(() => VisitFunction(function), bindsCurrentItem: false);
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
            default:
                VisitOther(node);
                break;
        }
    }

    private void VisitOther(Ast node)
    {
        // What only some ways through the block evaluate assigns nothing for sure: ternary, && and ||, ??.
        if (node.GetType().Name is "TernaryExpressionAst" or "PipelineChainAst")
        {
            InScope(() => VisitChildren(node), bindsCurrentItem: false);
            return;
        }

        VisitChildren(node);
        if (node is CommandAst command)
        {
            VisitNames(command);
            // Every command may set it; a block that reads it afterwards reads its own.
            _assigned.Add("LASTEXITCODE");
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
                _attempted.Add(FreeVariable.NameAssigned(variable.VariablePath));
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

    private void VisitBinary(BinaryExpressionAst binary)
    {
        Visit(binary.Left);
        if (binary.Operator is TokenKind.And or TokenKind.Or or TokenKind.Xor || binary.Operator.ToString() == "QuestionQuestion")
        {
            InScope(() => Visit(binary.Right), bindsCurrentItem: false);
        }
        else
        {
            Visit(binary.Right);
        }
    }

    private void VisitNested(ScriptBlockExpressionAst block)
    {
        HashSet<string> enclosing = _enclosing;
        _enclosing = Copy();
        InScope(() => VisitScript(block.ScriptBlock), CurrentItem.IsBoundIn(block));
        _enclosing = enclosing;
    }

    private void VisitUsing(UsingExpressionAst reference)
    {
        HashSet<string> inside = _assigned;
        _assigned = _enclosing;
        VisitChildren(reference);
        _assigned = inside;
    }

    private void VisitFunction(FunctionDefinitionAst function)
    {
        VisitParameters(function.Parameters);
        VisitScript(function.Body);
    }

    private void VisitChildren(Ast node)
    {
        foreach (Ast child in ChildrenOf(node))
        {
            Visit(child);
        }
    }

    /// <summary>The direct children of a node, in the order in which they are written.</summary>
    private static IEnumerable<Ast> ChildrenOf(Ast node) =>
        node.FindAll(descendant => descendant.Parent == node, searchNestedScriptBlocks: true)
            .OrderBy(child => child.Extent.StartOffset);

    /// <summary>
    /// Visits what may not be evaluated, or in a scope of its own: its assignments are forgotten after it.
    /// </summary>
    private void InScope(Action visit, bool bindsCurrentItem)
    {
        HashSet<string> start = Copy();
        if (bindsCurrentItem)
        {
            _assigned.Add(CurrentItem.Name);
        }

        visit();
        _assigned = start;
    }

    private void Read(VariablePath path)
    {
        FreeVariable? variable = FreeVariable.Of(path);
        if (variable is not null && !_assigned.Contains(variable.Name))
        {
            _found.TryAdd($"{variable.Kind}:{variable.Name}", variable);
        }
    }

    private void Assign(VariableExpressionAst variable) => Assign(variable.VariablePath);

    private void Assign(VariablePath path)
    {
        if (_trapped == 0)
        {
            _assigned.Add(FreeVariable.NameAssigned(path));
        }
    }

    private HashSet<string> Copy() => new(_assigned, _assigned.Comparer);
}
