using StackExchange.Redis;

namespace CacheKit.Core.Storage.Redis;

/// <summary>
/// One multiplexer, connected at its first use. An attempt to connect that failed is made again by the next caller;
/// callers at the same time share one attempt. Once connected, the library itself connects again after an outage.
/// </summary>
internal sealed class SharedMultiplexer : IAsyncDisposable
{
    private readonly RedisConnection _connection;
    private readonly object _lock = new();

    private Task<ConnectionMultiplexer>? _attempt;
    private Task<Exception?> _examination = Task.FromResult<Exception?>(null);
    private ConnectionMultiplexer? _sentinels;
    private bool _isDisposed;

    /// <summary>Makes one; connects to nothing.</summary>
    /// <param name="connection">Where to connect.</param>
    public SharedMultiplexer(RedisConnection connection)
    {
        _connection = connection;
    }

    /// <summary>Returns the multiplexer, connecting it first if it is not.</summary>
    /// <param name="timeout">How long the caller waits; the attempt itself goes on for those after him.</param>
    /// <param name="clock">The clock of that wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TimeoutException">The attempt takes longer.</exception>
    public ValueTask<ConnectionMultiplexer> ConnectAsync(
        TimeSpan timeout, TimeProvider clock, CancellationToken cancellationToken)
    {
        Task<ConnectionMultiplexer> attempt;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_attempt is null or { IsFaulted: true } or { IsCanceled: true })
            {
                // A thread of its own: with Sentinels the library connects synchronously.
                _attempt = Task.Run(OpenAsync, CancellationToken.None);
                // It may fail when its callers have left already.
                _ = AbandonedTask.ObserveAsync(_attempt, cleanUp: null);
            }

            attempt = _attempt;
        }

        return attempt.IsCompletedSuccessfully
            ? new ValueTask<ConnectionMultiplexer>(attempt.Result)
            : new ValueTask<ConnectionMultiplexer>(attempt.WaitAsync(timeout, clock, cancellationToken));
    }

    /// <summary>
    /// Finds out why a connection that was lost does not come back. The library connects again in silence: whether the
    /// server is gone, or does not accept the password any more, only a connection of its own tells.
    /// </summary>
    /// <param name="timeout">How long the caller waits.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What the library says to a new connection; null if it is made, or takes longer.</returns>
    public async ValueTask<Exception?> ReasonOfLossAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        Task<Exception?> examination;
        lock (_lock)
        {
            if (_isDisposed)
            {
                return null;
            }

            if (_examination.IsCompleted)
            {
                _examination = Task.Run(ExamineAsync, CancellationToken.None);
            }

            examination = _examination;
        }

        try
        {
            return await examination.WaitAsync(timeout, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Task<ConnectionMultiplexer>? attempt;
        lock (_lock)
        {
            attempt = _isDisposed ? null : _attempt;
            _isDisposed = true;
        }

        if (attempt is { IsCompletedSuccessfully: true })
        {
            await CloseAsync(attempt.Result).ConfigureAwait(false);
        }
        else if (attempt is not null)
        {
            // Nobody waits for a server that does not answer.
            _ = CloseLaterAsync(attempt);
        }
    }

    private async Task CloseLaterAsync(Task<ConnectionMultiplexer> attempt)
    {
        await ((Task)attempt).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (attempt.IsCompletedSuccessfully)
        {
            await CloseAsync(attempt.Result).ConfigureAwait(false);
        }
    }

    private async ValueTask CloseAsync(ConnectionMultiplexer multiplexer)
    {
        try
        {
            await multiplexer.CloseAsync(allowCommandsToComplete: false).ConfigureAwait(false);
            await multiplexer.DisposeAsync().ConfigureAwait(false);
            if (_sentinels is not null)
            {
                await _sentinels.DisposeAsync().ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is RedisException or ObjectDisposedException or TimeoutException)
        {
            // The server closes what is left.
        }
    }

    private async Task<Exception?> ExamineAsync()
    {
        try
        {
            ConnectionMultiplexer multiplexer =
                await ConnectionMultiplexer.ConnectAsync(_connection.ToConfiguration()).ConfigureAwait(false);
            await CloseAsync(multiplexer).ConfigureAwait(false);
            return null;
        }
        catch (Exception exception) when (RedisFaults.IsFault(exception))
        {
            return exception;
        }
    }

    private async Task<ConnectionMultiplexer> OpenAsync()
    {
        ConfigurationOptions configuration = _connection.ToConfiguration();
        if (!_connection.UsesSentinel)
        {
            return await ConnectionMultiplexer.ConnectAsync(configuration).ConfigureAwait(false);
        }

        ConfigurationOptions ofSentinels = configuration.Clone();
        ofSentinels.User = configuration.SentinelUser;
        ofSentinels.Password = configuration.SentinelPassword;
        ConnectionMultiplexer sentinels =
            await ConnectionMultiplexer.SentinelConnectAsync(ofSentinels).ConfigureAwait(false);
        try
        {
            ConnectionMultiplexer primary = sentinels.GetSentinelMasterConnection(configuration);
            _sentinels = sentinels;
            return primary;
        }
        catch
        {
            await sentinels.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
