namespace CacheKit.Core.Caching.Inspection;

/// <summary>What a check of a store found.</summary>
/// <param name="Check">What was checked: one PascalCase noun phrase, the same in each release.</param>
/// <param name="Status">How it went.</param>
/// <param name="Detail">What was found, without any secret.</param>
/// <param name="Advice">What to do about it; null when there is nothing to do.</param>
public sealed record StoreCheck(string Check, StoreCheckStatus Status, string Detail, string? Advice = null)
{
    /// <summary>A check that found everything well.</summary>
    /// <param name="check">What was checked.</param>
    /// <param name="detail">What was found.</param>
    public static StoreCheck Passed(string check, string detail) => new(check, StoreCheckStatus.Passed, detail);

    /// <summary>A check that found what works, but not well.</summary>
    /// <param name="check">What was checked.</param>
    /// <param name="detail">What was found.</param>
    /// <param name="advice">What to do about it.</param>
    public static StoreCheck Warning(string check, string detail, string advice) =>
        new(check, StoreCheckStatus.Warning, detail, advice);

    /// <summary>A check that found what does not work.</summary>
    /// <param name="check">What was checked.</param>
    /// <param name="detail">What was found.</param>
    /// <param name="advice">What to do about it.</param>
    public static StoreCheck Failed(string check, string detail, string? advice) =>
        new(check, StoreCheckStatus.Failed, detail, advice);

    /// <summary>A check that could not be made.</summary>
    /// <param name="check">What was to be checked.</param>
    /// <param name="detail">Why not.</param>
    public static StoreCheck Skipped(string check, string detail) => new(check, StoreCheckStatus.Skipped, detail);
}

/// <summary>How a check went.</summary>
public enum StoreCheckStatus
{
    /// <summary>All is well.</summary>
    Passed,

    /// <summary>It works, but should be looked at.</summary>
    Warning,

    /// <summary>It does not work.</summary>
    Failed,

    /// <summary>It could not be checked.</summary>
    Skipped,
}
