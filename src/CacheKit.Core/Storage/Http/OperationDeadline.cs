namespace CacheKit.Core.Storage;

/// <summary>
/// The end of an operation's time. Bytes that pass put it off, by as much as <see cref="ResilienceOptions"/> allows them:
/// a large value has the time that it takes, and who sends slower than that gains nothing by it.
/// </summary>
internal sealed class OperationDeadline : IDisposable
{
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _deadline;
    private readonly CancellationTokenSource _either;
    private readonly TimeSpan _timeout;
    private readonly long _start;
    private readonly object _lock = new();
    private long _bytes;

    /// <summary>Begins the time.</summary>
    /// <param name="timeout">How long the operation may take without any bytes.</param>
    /// <param name="bytes">The size of the value that it sends.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="cancellationToken">The caller's, who may end the operation sooner.</param>
    public OperationDeadline(TimeSpan timeout, long bytes, TimeProvider clock, CancellationToken cancellationToken)
    {
        _clock = clock;
        _timeout = timeout;
        _bytes = bytes;
        _start = clock.GetTimestamp();
        _deadline = new CancellationTokenSource(timeout + ResilienceOptions.Allowance(bytes), clock);
        _either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _deadline.Token);
    }

    /// <summary>Cancelled at the end of the time, or by the caller.</summary>
    public CancellationToken Token => _either.Token;

    /// <summary>Puts the end off for bytes that have come.</summary>
    /// <param name="bytes">How many, since the last time.</param>
    public void Extend(long bytes)
    {
        lock (_lock)
        {
            TimeSpan before = ResilienceOptions.Allowance(_bytes);
            _bytes += bytes;
            TimeSpan allowance = ResilienceOptions.Allowance(_bytes);
            TimeSpan left = _timeout + allowance - _clock.GetElapsedTime(_start);
            if (allowance > before && left > TimeSpan.Zero)
            {
                _deadline.CancelAfter(left);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _either.Dispose();
        _deadline.Dispose();
    }
}
