namespace CacheKit.Core.Storage.Resilience;

/// <summary>The time that one call of a store has, through all its attempts.</summary>
/// <param name="options">The numbers.</param>
/// <param name="clock">The clock.</param>
/// <param name="bytes">The size of the value that it carries.</param>
/// <param name="mayRetry">Whether it may be repeated.</param>
internal sealed class StoreCall(ResilienceOptions options, TimeProvider clock, long bytes, bool mayRetry)
{
    private readonly TimeSpan _allowance = TransferTime.Allowance(bytes);
    private long _start;
    private long _attemptStart;

    /// <summary>It has its turn: from here its time runs.</summary>
    public void Begin() => _start = clock.GetTimestamp();

    /// <summary>Begins an attempt, and says how long it may take; zero for as long as it likes.</summary>
    /// <param name="mayConnect">Whether it may have to connect first.</param>
    public TimeSpan BeginAttempt(bool mayConnect)
    {
        _attemptStart = clock.GetTimestamp();
        if (options.OperationTimeout is not { } timeout)
        {
            return TimeSpan.Zero;
        }

        TimeSpan longest = timeout + _allowance + (mayConnect ? options.ConnectTimeout : TimeSpan.Zero);
        TimeSpan left = Left(timeout);
        return left < longest ? Max(left, TimeSpan.FromMilliseconds(1)) : longest;
    }

    /// <summary>Whether a fault is followed by another attempt.</summary>
    /// <param name="fault">The fault.</param>
    /// <remarks>
    /// What did not answer in time, or failed only after as long, is not asked again: the caller's own work may be done
    /// sooner, and waiting once more would triple what a hung server costs.
    /// </remarks>
    public bool Retries(StoreException fault)
    {
        if (!mayRetry || !fault.IsTransient || fault.Fault == StoreFault.TimedOut)
        {
            return false;
        }

        TimeSpan pause = fault.RetryAfter ?? options.RetryDelay;
        return options.OperationTimeout is { } timeout
            ? clock.GetElapsedTime(_attemptStart) < timeout && Left(timeout) >= pause + timeout
            : pause <= TimeSpan.FromSeconds(1);
    }

    /// <summary>What is left for attempts and the pauses between them. The other half second is for the turn.</summary>
    private TimeSpan Left(TimeSpan timeout) =>
        (timeout * options.MaxAttempts) + TimeSpan.FromMilliseconds(500) + _allowance - clock.GetElapsedTime(_start);

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
