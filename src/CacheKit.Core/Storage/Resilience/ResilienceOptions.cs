namespace CacheKit.Core.Storage.Resilience;

/// <summary>How long, how often and how many at once a store is asked (DESIGN section 9).</summary>
public sealed record ResilienceOptions
{
    /// <summary>How long an attempt may take; null for as long as it likes, which a user's own blocks may.</summary>
    public TimeSpan? OperationTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How much longer an attempt may take that has to connect first.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How many attempts a call has, the first included.</summary>
    public int MaxAttempts { get; init; } = 3;

    /// <summary>The pause before the second attempt, in the middle of its jitter; it doubles each time.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How many calls are in the store at once.</summary>
    public int MaxConcurrency { get; init; } = 100;

    /// <summary>How many calls wait for their turn, half a second at most, before others are turned away.</summary>
    public int MaxQueued { get; init; } = 1000;

    /// <summary>How many calls in a row must fail, all their attempts, for the circuit to open; at least 2.</summary>
    public int BreakerFailures { get; init; } = 2;

    /// <summary>Within which time these failures must be.</summary>
    public TimeSpan BreakerWindow { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the circuit stays open at first; each probe that fails doubles it.</summary>
    public TimeSpan BreakDuration { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long it stays open at most, unless the store itself asks for longer.</summary>
    public TimeSpan LongestBreak { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a call may take in all, with its wait for a turn and its pauses; null for no bound.</summary>
    /// <param name="bytes">The size of the value it carries.</param>
    public TimeSpan? Bound(long bytes) =>
        OperationTimeout is { } timeout
            ? (timeout * MaxAttempts) + TimeSpan.FromSeconds(1) + TransferTime.Allowance(bytes)
            : null;
}
