namespace CacheKit.Core.Auditing;

/// <summary>What verifying an audit log found.</summary>
public sealed record AuditVerification
{
    /// <summary>The full path of the log.</summary>
    public required string Path { get; init; }

    /// <summary>The problems, in the order of the lines; the first thousand.</summary>
    public required IReadOnlyList<AuditProblem> Problems { get; init; }

    /// <summary>How many problems there are.</summary>
    public required long ProblemCount { get; init; }

    /// <summary>How many lines stand in the chain.</summary>
    public required long Lines { get; init; }

    /// <summary>How many of these are authentic by themselves.</summary>
    public required long VerifiedLines { get; init; }

    /// <summary>
    /// How many of these were written under other keys: only lines after them, or the head, speak for them.
    /// </summary>
    public required long OtherLines { get; init; }

    /// <summary>How many lines of processes that were killed while they wrote do not count; no harm.</summary>
    public required long TornLines { get; init; }

    /// <summary>When the first line was written.</summary>
    public DateTimeOffset? Begun { get; init; }

    /// <summary>When the last line was written.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>
    /// The number and the code of the last line: whoever keeps it elsewhere can tell later that it is still there. Null
    /// if there is no line.
    /// </summary>
    public AuditCheckpoint? Checkpoint { get; init; }
}
