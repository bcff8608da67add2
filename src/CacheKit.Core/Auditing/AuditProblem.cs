namespace CacheKit.Core.Auditing;

/// <summary>What is wrong with an audit log, and where.</summary>
/// <param name="Kind">What is wrong.</param>
/// <param name="FileLine">The line of the file, from 1, at which it shows; 0 for the head.</param>
/// <param name="Number">
/// The number in the chain of the line that it is about, or of the first of them; null if it has none.
/// </param>
/// <param name="Detail">The same in words.</param>
public sealed record AuditProblem(AuditProblemKind Kind, long FileLine, long? Number, string Detail);

/// <summary>What can be wrong with an audit log.</summary>
public enum AuditProblemKind
{
    /// <summary>A line was altered, or is none of ours.</summary>
    Edited,

    /// <summary>One line or several were removed.</summary>
    Missing,

    /// <summary>A line stands at another place than it was written at.</summary>
    OutOfOrder,

    /// <summary>A line is there once more.</summary>
    Repeated,

    /// <summary>An authentic line does not follow the one before it: it is of another log.</summary>
    Unlinked,

    /// <summary>Behind the chain, a writer found lines that were not written by its rules.</summary>
    Foreign,

    /// <summary>A writer found no head beside the log, or one that nobody with a known key made.</summary>
    HeadLost,

    /// <summary>There is no head beside the log, so that nothing says whether its end is there.</summary>
    HeadMissing,

    /// <summary>The head was altered, or was made under a key that is not known.</summary>
    HeadNotAuthentic,

    /// <summary>The head is authentic, but of an earlier time or another log.</summary>
    HeadMismatch,

    /// <summary>The line of a checkpoint is not there as it was.</summary>
    CheckpointMissing,
}
