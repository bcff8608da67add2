using StackExchange.Redis;

namespace CacheKit.Core.Storage.Redis;

/// <content>How an operation reaches the server, and what becomes of its failure.</content>
public sealed partial class RedisStore
{
    /// <summary>Runs one operation, connecting first if need be.</summary>
    /// <param name="state">What it is about.</param>
    /// <param name="operation">Sends it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal async ValueTask<TResult> RunAsync<TState, TResult>(
        TState state, Func<IDatabase, TState, Task<TResult>> operation, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ConnectionMultiplexer multiplexer = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        return await WithinAsync(
            multiplexer, database => operation(database, state), _options.OperationTimeout, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>
    /// As <see cref="RunAsync"/>, for what changes an entry: in order with large values of the same key.
    /// </summary>
    private async ValueTask<TResult> WriteAsync<TState, TResult>(
        string key,
        long bytes,
        TState state,
        Func<IDatabase, TState, Task<TResult>> operation,
        CancellationToken cancellationToken)
    {
        TimeSpan allowance = TransferTime.Allowance(bytes);
        if (allowance == TimeSpan.Zero && !_large.IsWriting(key))
        {
            return await RunAsync(state, operation, cancellationToken).ConfigureAwait(false);
        }

        cancellationToken.ThrowIfCancellationRequested();
        // The other connection too: changes are told there.
        _ = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        ConnectionMultiplexer multiplexer =
            await ConnectAsync(_large.Rent, cancellationToken).ConfigureAwait(false);
        return await WithinAsync(
            multiplexer,
            database => _large.Note(key, operation(database, state)),
            _options.OperationTimeout + allowance,
            cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<TResult> WithinAsync<TResult>(
        ConnectionMultiplexer multiplexer,
        Func<IDatabase, Task<TResult>> operation,
        TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        Task<TResult>? task = null;
        try
        {
            task = operation(multiplexer.GetDatabase());
            return await task.WaitAsync(timeout, _options.Clock, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (RedisFaults.IsFault(exception))
        {
            throw await ExplainLossAsync(Explain(exception), multiplexer, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (task is { IsCompleted: false })
            {
                _ = AbandonedTask.ObserveAsync(task, cleanUp: null);
            }
        }
    }

    /// <summary>A lost connection is more than that if the server does not let this user in again.</summary>
    private async ValueTask<StoreException> ExplainLossAsync(
        StoreException fault, ConnectionMultiplexer multiplexer, CancellationToken cancellationToken)
    {
        // Of Sentinels, the one that leads to the primary would have to be asked first.
        if (fault.Fault != StoreFault.Unavailable || multiplexer.IsConnected || _connection.UsesSentinel)
        {
            return fault;
        }

        Exception? reason = await _multiplexer.ReasonOfLossAsync(_options.OperationTimeout / 2, cancellationToken)
            .ConfigureAwait(false);
        return reason is not null && _faults.ToStoreException(reason) is { IsConfiguration: true } refusal
            ? refusal
            : fault;
    }

    private async ValueTask<ConnectionMultiplexer> ConnectAsync(CancellationToken cancellationToken)
    {
        ConnectionMultiplexer multiplexer =
            await ConnectAsync(() => _multiplexer, cancellationToken).ConfigureAwait(false);
        _changes.Attach(multiplexer);
        return multiplexer;
    }

    private async ValueTask<ConnectionMultiplexer> ConnectAsync(
        Func<SharedMultiplexer> rent, CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        try
        {
            return await rent().ConnectAsync(_options.ConnectTimeout + s_grace, _options.Clock, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception exception) when (RedisFaults.IsFault(exception) || exception is ObjectDisposedException)
        {
            ThrowIfDisposed();
            throw _faults.WhileConnecting(exception);
        }
    }

    private async ValueTask<TResult> GuardAsync<TResult>(
        Task<TResult> operation, ConnectionMultiplexer multiplexer, CancellationToken cancellationToken)
    {
        try
        {
            return await operation.ConfigureAwait(false);
        }
        catch (Exception exception) when (RedisFaults.IsFault(exception))
        {
            throw await ExplainLossAsync(Explain(exception), multiplexer, cancellationToken).ConfigureAwait(false);
        }
    }

    private StoreException Explain(Exception exception)
    {
        // The connection may have been closed under an operation that was on its way.
        ThrowIfDisposed();
        return _faults.ToStoreException(exception);
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, this);
}
