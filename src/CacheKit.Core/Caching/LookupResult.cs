using CacheKit.Core.Caching.Statistics;

namespace CacheKit.Core.Caching;

/// <summary>What a lookup in the store found.</summary>
/// <param name="Outcome">Whether there is an entry to use.</param>
/// <param name="Entry">The entry of a hit.</param>
/// <param name="Problem">What more is known of an entry that cannot be used, as a sentence; else null.</param>
public readonly record struct LookupResult(
    LookupOutcome Outcome, OpenedEntry Entry, string? Problem = null) : IDisposable
{
    /// <summary>Whether a hit came from memory.</summary>
    public bool IsLocal { get; init; }

    /// <summary>How a call is answered that looks for an entry and computes none.</summary>
    /// <param name="keepEvidence">Whether an entry that is not sound is a failure, rather than a miss.</param>
    public CallOutcome ToCallOutcome(bool keepEvidence) => Outcome switch
    {
        LookupOutcome.Hit => IsLocal ? CallOutcome.MemoryHit : CallOutcome.StoreHit,
        LookupOutcome.Miss => CallOutcome.Miss,
        _ => keepEvidence ? CallOutcome.Failed : CallOutcome.Miss,
    };

    /// <summary>Zeroes the clear text of a hit.</summary>
    public void Dispose() => Entry.Dispose();
}

/// <summary>How a lookup ended.</summary>
public enum LookupOutcome
{
    /// <summary>There is no fresh entry, or the store has a fault.</summary>
    Miss,

    /// <summary>There is a fresh, authentic entry.</summary>
    Hit,

    /// <summary>There is an entry that is not authentic.</summary>
    NotAuthentic,

    /// <summary>There is an authentic entry that does not decode.</summary>
    Malformed,
}
