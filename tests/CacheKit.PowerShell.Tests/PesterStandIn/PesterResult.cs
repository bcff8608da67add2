namespace CacheKit.PowerShell.Tests.PesterStandIn;

/// <summary>How a test ended.</summary>
public enum PesterOutcome
{
    Passed,
    Failed,
    Skipped,
}

/// <summary>How a test ended and why.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Message">The failures, or the reason for skipping; empty for a pass.</param>
public sealed record PesterResult(PesterOutcome Outcome, string Message);
