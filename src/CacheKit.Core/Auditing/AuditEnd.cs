using System.Text;

namespace CacheKit.Core.Auditing;

/// <summary>
/// Judges whether the end of a chain is there: by the head, and by a checkpoint that was kept elsewhere.
/// </summary>
internal sealed class AuditEnd
{
    private readonly AuditCheckpoint? _checkpoint;
    private readonly byte[]? _headBytes;
    private readonly AuditHead _head;
    private readonly bool _isAuthentic;
    private string? _linkAtHead;
    private bool _hasCheckpoint;

    /// <summary>Makes the judge.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="headBytes">What the head's file holds; null when there is none.</param>
    /// <param name="checkpoint">A line that must be there as it was, or null.</param>
    public AuditEnd(AuditKeys keys, byte[]? headBytes, AuditCheckpoint? checkpoint)
    {
        _headBytes = headBytes;
        _checkpoint = checkpoint;
        _isAuthentic = AuditHead.TryParse(headBytes, out _head)
            && _head.IsAuthentic(AuditHead.MacOf(headBytes), keys.All);
        _linkAtHead = _head.Count == 0 ? AuditLine.FirstLink : null;
    }

    /// <summary>The checkpoint of a walk that is over.</summary>
    /// <param name="walk">The walk.</param>
    public static AuditCheckpoint? CheckpointOf(AuditWalk walk) => walk.Last is null
        ? null
        : new AuditCheckpoint(walk.Last.Record.Number, Encoding.ASCII.GetString(AuditLine.MacOf(walk.LastBytes)));

    /// <summary>Looks at a line of the chain.</summary>
    /// <param name="walk">The walk, which has just taken it.</param>
    public void Pass(AuditWalk walk)
    {
        long number = walk.Last!.Record.Number;
        if (number == _head.Count)
        {
            _linkAtHead = walk.Link;
        }

        if (number == _checkpoint?.Number)
        {
            _hasCheckpoint |= _checkpoint == CheckpointOf(walk);
        }
    }

    /// <summary>Adds what is wrong with the end.</summary>
    /// <param name="walk">The walk, which is over.</param>
    /// <param name="problems">Takes it.</param>
    public void Judge(AuditWalk walk, AuditProblems problems)
    {
        if (!_isAuthentic)
        {
            walk.Finish(isTornHarmless: true);
            problems.Add(_headBytes is null or []
                ? Problem(
                    AuditProblemKind.HeadMissing, "There is no head beside the log: lines may be missing at its end.")
                : Problem(
                    AuditProblemKind.HeadNotAuthentic,
                    "The head was altered, or made under a key that is not known: lines may be missing at the log's "
                    + "end."));
        }
        else
        {
            JudgeByHead(walk, problems);
        }

        if (_checkpoint is not null && !_hasCheckpoint)
        {
            problems.Add(new AuditProblem(
                AuditProblemKind.CheckpointMissing,
                0,
                _checkpoint.Number,
                $"Line {_checkpoint.Number} is not there as the checkpoint has it: the log was put back or replaced."));
        }
    }

    private void JudgeByHead(AuditWalk walk, AuditProblems problems)
    {
        long last = walk.Next - 1;
        long missing = Math.Max(0, _head.Count - last - problems.Waiting);
        bool isWhole = _head.Count <= last;
        walk.Finish(isTornHarmless: isWhole);
        if (missing > 0)
        {
            problems.AddGap(_head.Count - missing + 1, _head.Count, walk.FileLine + 1);
        }

        if (!isWhole)
        {
            return;
        }

        if (_linkAtHead != _head.Link)
        {
            problems.Add(_head.Count == last && !walk.LastIsVerified
                ? new AuditProblem(
                    AuditProblemKind.Edited, walk.LastFileLine, last, $"Line {last} was altered: the head has another.")
                : Problem(
                    AuditProblemKind.HeadMismatch, "The head is of another log, or of another course of this one."));
        }
        else if (last - _head.Count > 1)
        {
            problems.Add(Problem(
                AuditProblemKind.HeadMismatch,
                $"The head is of an earlier time: it knows {_head.Count} of {last} lines."));
        }
        else if (last > _head.Count && !walk.LastIsVerified)
        {
            problems.Add(new AuditProblem(
                AuditProblemKind.Edited, walk.LastFileLine, last,
                $"Line {last} is not in the head, and its key is not known."));
        }
    }

    private static AuditProblem Problem(AuditProblemKind kind, string detail) => new(kind, 0, null, detail);
}
