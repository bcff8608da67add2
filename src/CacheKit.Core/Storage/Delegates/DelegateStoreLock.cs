namespace CacheKit.Core.Storage.Delegates;

/// <summary>A lock that a <see cref="DelegateStore"/> has granted. It cannot be renewed.</summary>
internal sealed class DelegateStoreLock : IStoreLock
{
    private readonly DelegateStore _store;
    private readonly string _key;
    private readonly object _token;
    private readonly long _expires;
    private int _isReleased;

    /// <summary>Takes over a lock that is held.</summary>
    /// <param name="store">Where it is.</param>
    /// <param name="key">Its key.</param>
    /// <param name="token">What proves its possession.</param>
    /// <param name="expires">When its lease is over, in Unix milliseconds.</param>
    public DelegateStoreLock(DelegateStore store, string key, object token, long expires)
    {
        _store = store;
        _key = key;
        _token = token;
        _expires = expires;
    }

    /// <inheritdoc/>
    public ValueTask<bool> RenewAsync(TimeSpan lease, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lease, TimeSpan.Zero);
        cancellationToken.ThrowIfCancellationRequested();
        return new ValueTask<bool>(Volatile.Read(ref _isReleased) == 0 && _store.Now() < _expires);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // A lock whose lease is over may be somebody else's by now, and not every store compares tokens.
        if (Interlocked.Exchange(ref _isReleased, 1) != 0 || _store.Now() >= _expires)
        {
            return;
        }

        try
        {
            await _store.UnlockAsync(_key, _token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is StoreException or OperationCanceledException)
        {
            // It ends by itself.
        }
    }
}
