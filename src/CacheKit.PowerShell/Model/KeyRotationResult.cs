namespace CacheKit;

/// <summary>What a run of Step-CacheKitKeyRotation did with the entries of a tenant.</summary>
public sealed class KeyRotationResult
{
    internal KeyRotationResult(string tenant)
    {
        Tenant = tenant;
    }

    /// <summary>The tenant.</summary>
    public string Tenant { get; }

    /// <summary>How many entries lie under the current key now by this run.</summary>
    public long Moved { get; internal init; }

    /// <summary>How many entries had a newer one under the current key, and were removed.</summary>
    public long Superseded { get; internal init; }

    /// <summary>How many entries were past their time, and were removed.</summary>
    public long Expired { get; internal init; }

    /// <summary>How many entries were gone when they were looked at: removed, or moved by somebody else.</summary>
    public long Gone { get; internal init; }

    /// <summary>How many entries are not authentic or do not decode; they stay as evidence.</summary>
    public long NotAuthentic { get; internal init; }

    /// <summary>
    /// How many entries do not tell where they lie under another key; they end with their time to live.
    /// </summary>
    public long NotMovable { get; internal init; }

    /// <summary>How many entries were changed by others again and again; the next run takes them.</summary>
    public long Contended { get; internal init; }

    /// <summary>How many entries are left under previous keys.</summary>
    public long Remaining { get; internal init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Elapsed { get; internal init; }
}
