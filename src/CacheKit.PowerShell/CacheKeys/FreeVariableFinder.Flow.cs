using System.Management.Automation.Language;

namespace CacheKit.CacheKeys;

/// <content>Statements that decide which way the evaluation goes, and so what is surely assigned after them.</content>
internal sealed partial class FreeVariableFinder
{
    private void VisitIf(IfStatementAst branch)
    {
        Visit(branch.Clauses[0].Item1);
        List<HashSet<string>> ends = [];
        HashSet<string> start = Copy();
        foreach ((PipelineBaseAst condition, StatementBlockAst body) in branch.Clauses)
        {
            _assigned = new HashSet<string>(start, start.Comparer);
            if (condition != branch.Clauses[0].Item1)
            {
                Visit(condition);
            }

            Visit(body);
            ends.Add(_assigned);
        }

        _assigned = new HashSet<string>(start, start.Comparer);
        Visit(branch.ElseClause);
        ends.Add(_assigned);
        Join(ends);
    }

    private void VisitForEach(ForEachStatementAst loop)
    {
        Visit(loop.Condition);
        Visit(loop.ThrottleLimit);
        HashSet<string> start = Copy();
        Assign(loop.Variable.VariablePath);
        _assigned.Add("foreach");
        Visit(loop.Body);
        _assigned = start;
    }

    private void VisitLoop(LoopStatementAst loop)
    {
        if (loop is ForStatementAst counted)
        {
            Visit(counted.Initializer);
        }

        if (loop is not (DoWhileStatementAst or DoUntilStatementAst))
        {
            Visit(loop.Condition);
        }

        HashSet<string> start = Copy();
        Visit(loop.Body);
        Visit((loop as ForStatementAst)?.Iterator);
        if (loop is DoWhileStatementAst or DoUntilStatementAst)
        {
            // continue jumps here from the middle of the body.
            _assigned = new HashSet<string>(start, start.Comparer);
            Visit(loop.Condition);
        }

        _assigned = start;
    }

    private void VisitSwitch(SwitchStatementAst choice)
    {
        Visit(choice.Condition);
        HashSet<string> start = Copy();
        _assigned.Add(CurrentItem.Name);
        _assigned.Add("switch");
        HashSet<string> inside = Copy();
        foreach ((ExpressionAst test, StatementBlockAst body) in choice.Clauses)
        {
            _assigned = new HashSet<string>(inside, inside.Comparer);
            Visit(test);
            Visit(body);
        }

        _assigned = new HashSet<string>(inside, inside.Comparer);
        Visit(choice.Default);
        _assigned = start;
    }

    private void VisitTry(TryStatementAst attempt)
    {
        HashSet<string> start = Copy();
        Visit(attempt.Body);
        List<HashSet<string>> ends = [_assigned];
        foreach (CatchClauseAst handler in attempt.CatchClauses)
        {
            _assigned = new HashSet<string>(start, start.Comparer);
            _assigned.Add(CurrentItem.Name);
            Visit(handler);
            if (!start.Contains(CurrentItem.Name))
            {
                _assigned.Remove(CurrentItem.Name);
            }

            ends.Add(_assigned);
        }

        _assigned = new HashSet<string>(start, start.Comparer);
        Visit(attempt.Finally);
        HashSet<string> last = _assigned;
        Join(ends);
        _assigned.UnionWith(last);
    }

    private void Join(List<HashSet<string>> ends)
    {
        _assigned = ends[0];
        foreach (HashSet<string> end in ends.Skip(1))
        {
            _assigned.IntersectWith(end);
        }
    }
}
