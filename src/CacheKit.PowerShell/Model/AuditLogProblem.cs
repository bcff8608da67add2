using CacheKit.Core.Auditing;

namespace CacheKit;

/// <summary>What is wrong with an audit log, and where.</summary>
public sealed class AuditLogProblem
{
    internal AuditLogProblem(AuditProblem problem)
    {
        Kind = (AuditLogProblemKind)problem.Kind;
        FileLine = problem.FileLine == 0 ? null : problem.FileLine;
        Number = problem.Number;
        Detail = problem.Detail;
    }

    /// <summary>What is wrong.</summary>
    public AuditLogProblemKind Kind { get; }

    /// <summary>The line of the file, from 1, at which it shows; null for the head.</summary>
    public long? FileLine { get; }

    /// <summary>The number of the line that it is about, or of the first of them; null if it has none.</summary>
    public long? Number { get; }

    /// <summary>The same in words.</summary>
    public string Detail { get; }

    /// <summary>The kind and the words.</summary>
    public override string ToString() => $"{Kind}: {Detail}";
}

/// <summary>What can be wrong with an audit log.</summary>
public enum AuditLogProblemKind
{
    /// <summary>A line was altered, or is none of ours.</summary>
    Edited = (int)AuditProblemKind.Edited,

    /// <summary>One line or several were removed.</summary>
    Missing = (int)AuditProblemKind.Missing,

    /// <summary>A line stands at another place than it was written at.</summary>
    OutOfOrder = (int)AuditProblemKind.OutOfOrder,

    /// <summary>A line is there once more.</summary>
    Repeated = (int)AuditProblemKind.Repeated,

    /// <summary>An authentic line does not follow the one before it: it is of another log.</summary>
    Unlinked = (int)AuditProblemKind.Unlinked,

    /// <summary>A writer found lines behind the chain that were not written by its rules.</summary>
    Foreign = (int)AuditProblemKind.Foreign,

    /// <summary>A writer found no head beside the log, or one that nobody with a known key made.</summary>
    HeadLost = (int)AuditProblemKind.HeadLost,

    /// <summary>There is no head beside the log, so that nothing says whether its end is there.</summary>
    HeadMissing = (int)AuditProblemKind.HeadMissing,

    /// <summary>The head was altered, or was made under a key that is not known.</summary>
    HeadNotAuthentic = (int)AuditProblemKind.HeadNotAuthentic,

    /// <summary>The head is authentic, but of an earlier time or another log.</summary>
    HeadMismatch = (int)AuditProblemKind.HeadMismatch,

    /// <summary>The line of a checkpoint is not there as it was.</summary>
    CheckpointMissing = (int)AuditProblemKind.CheckpointMissing,
}
