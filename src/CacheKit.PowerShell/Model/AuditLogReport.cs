using CacheKit.Core.Auditing;

namespace CacheKit;

/// <summary>What Test-CacheKitAuditLog found.</summary>
public sealed class AuditLogReport
{
    internal AuditLogReport(AuditVerification found)
    {
        Path = found.Path;
        Lines = found.Lines;
        VerifiedLines = found.VerifiedLines;
        OtherLines = found.OtherLines;
        TornLines = found.TornLines;
        Begun = found.Begun;
        Ended = found.Ended;
        Checkpoint = found.Checkpoint?.ToString();
        ProblemCount = found.ProblemCount;
        Problems = [.. found.Problems.Select(problem => new AuditLogProblem(problem))];
    }

    /// <summary>The full path of the log.</summary>
    public string Path { get; }

    /// <summary>Whether no line was removed, altered or put elsewhere, and the end is there.</summary>
    public bool IsIntact => ProblemCount == 0;

    /// <summary>How many lines stand in the chain.</summary>
    public long Lines { get; }

    /// <summary>How many of these are authentic by themselves.</summary>
    public long VerifiedLines { get; }

    /// <summary>
    /// How many of these were written under other keys: the lines after them, or the head, vouch for them.
    /// </summary>
    public long OtherLines { get; }

    /// <summary>How many lines of processes that were killed while they wrote do not count; no harm.</summary>
    public long TornLines { get; }

    /// <summary>When the first line was written.</summary>
    public DateTimeOffset? Begun { get; }

    /// <summary>When the last line was written.</summary>
    public DateTimeOffset? Ended { get; }

    /// <summary>
    /// The number and the code of the last line: kept elsewhere, it shows later whether the log was put back.
    /// </summary>
    public string? Checkpoint { get; }

    /// <summary>How many problems there are.</summary>
    public long ProblemCount { get; }

    /// <summary>The first problem, or null.</summary>
    public AuditLogProblem? FirstProblem => Problems.Length > 0 ? Problems[0] : null;

    /// <summary>The problems, in the order of the lines: the first thousand.</summary>
    public AuditLogProblem[] Problems { get; }

    /// <summary>Path and result.</summary>
    public override string ToString() => $"{Path}: {(IsIntact ? "intact" : FirstProblem!.ToString())}";
}
