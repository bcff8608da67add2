namespace CacheKit.Core.Storage.Http;

/// <summary>A lock that a server has granted. The protocol has no renewal: it lasts for its first lease.</summary>
internal sealed class HttpStoreLock : IStoreLock
{
    private readonly HttpStore _store;
    private readonly string _key;
    private readonly string _id;
    private readonly Func<bool> _isOver;
    private int _isReleased;

    /// <summary>Takes over a lock that is held.</summary>
    /// <param name="store">Where it is.</param>
    /// <param name="key">Its key.</param>
    /// <param name="id">What proves its possession.</param>
    /// <param name="isOver">Whether its lease is over.</param>
    public HttpStoreLock(HttpStore store, string key, string id, Func<bool> isOver)
    {
        _store = store;
        _key = key;
        _id = id;
        _isOver = isOver;
    }

    /// <inheritdoc/>
    public ValueTask<bool> RenewAsync(TimeSpan lease, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lease, TimeSpan.Zero);
        cancellationToken.ThrowIfCancellationRequested();
        return new ValueTask<bool>(Volatile.Read(ref _isReleased) == 0 && !_isOver());
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isReleased, 1) != 0)
        {
            return;
        }

        try
        {
            await _store.ReleaseAsync(_key, _id).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is StoreException or ObjectDisposedException)
        {
            // It ends by itself.
        }
    }
}
