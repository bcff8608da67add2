using CacheKit.Core.Caching.Inspection;

namespace CacheKit;

/// <summary>What a check of Test-CacheKitSession found.</summary>
public sealed class SessionCheck
{
    internal SessionCheck(string check, SessionCheckStatus status, string detail, string? advice)
    {
        Check = check;
        Status = status;
        Detail = detail;
        Advice = advice;
    }

    /// <summary>What was checked, such as <c>MasterKey</c> or <c>Connection</c>.</summary>
    public string Check { get; }

    /// <summary>How it went.</summary>
    public SessionCheckStatus Status { get; }

    /// <summary>What was found; never a secret.</summary>
    public string Detail { get; }

    /// <summary>What to do about it, or null.</summary>
    public string? Advice { get; }

    /// <summary>Check, status and detail.</summary>
    public override string ToString() => $"{Check}: {Status}, {Detail}";
}

/// <summary>How a check of Test-CacheKitSession went.</summary>
public enum SessionCheckStatus
{
    /// <summary>All is well.</summary>
    Passed = (int)StoreCheckStatus.Passed,

    /// <summary>It works, but should be looked at.</summary>
    Warning = (int)StoreCheckStatus.Warning,

    /// <summary>It does not work.</summary>
    Failed = (int)StoreCheckStatus.Failed,

    /// <summary>It could not be checked.</summary>
    Skipped = (int)StoreCheckStatus.Skipped,
}
