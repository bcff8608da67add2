namespace CacheKit.Core.Storage.Http;

/// <summary>
/// The end of an operation's time. Bytes that pass put it off, by as much as <see cref="TransferTime"/> allows
/// them: a large value has the time that it takes, and who sends slower than that gains nothing by it. The time that it
/// takes to connect does not count, since it has a limit of its own.
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
    private int _connecting;
    private long _connectStart;
    private TimeSpan _connectTime;
    private TimeSpan _connectTimeout;
    private bool _isDisposed;

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
        _deadline = new CancellationTokenSource(timeout + TransferTime.Allowance(bytes), clock);
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
            TimeSpan before = TransferTime.Allowance(_bytes);
            _bytes += bytes;
            if (TransferTime.Allowance(_bytes) > before)
            {
                PutOff();
            }
        }
    }

    /// <summary>A connection has to be made first.</summary>
    /// <param name="timeout">How long that may take.</param>
    public void BeginConnecting(TimeSpan timeout)
    {
        lock (_lock)
        {
            if (_connecting++ == 0)
            {
                _connectStart = _clock.GetTimestamp();
                _connectTimeout = timeout;
                PutOff();
            }
        }
    }

    /// <summary>A connection is made.</summary>
    public void EndConnecting()
    {
        lock (_lock)
        {
            if (--_connecting == 0)
            {
                _connectTime += _clock.GetElapsedTime(_connectStart);
                _connectTimeout = TimeSpan.Zero;
                PutOff();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _either.Dispose();
        lock (_lock)
        {
            // A connection that was begun for this operation may go on for others.
            _isDisposed = true;
            _deadline.Dispose();
        }
    }

    private void PutOff()
    {
        TimeSpan longest = _timeout + TransferTime.Allowance(_bytes) + _connectTime + _connectTimeout;
        TimeSpan left = longest - _clock.GetElapsedTime(_start);
        if (left > TimeSpan.Zero && !_isDisposed)
        {
            _deadline.CancelAfter(left);
        }
    }
}
