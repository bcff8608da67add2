namespace CacheKit.Core.Storage.Sqlite;

/// <summary>A lock in a cache database.</summary>
internal sealed class SqliteStoreLock : IStoreLock
{
    /// <summary>The size of what proves the possession of a lock, in bytes.</summary>
    public const int TokenSize = 16;

    private readonly SqliteStore _store;
    private readonly string _key;
    private readonly byte[] _token;

    /// <summary>Takes over a lock that is held.</summary>
    /// <param name="store">Where it is.</param>
    /// <param name="key">Its key.</param>
    /// <param name="token">What proves its possession.</param>
    public SqliteStoreLock(SqliteStore store, string key, byte[] token)
    {
        _store = store;
        _key = key;
        _token = token;
    }

    /// <inheritdoc/>
    public ValueTask<bool> RenewAsync(TimeSpan lease, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lease, TimeSpan.Zero);
        return _store.RenewAsync(_key, _token, lease, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            _ = await _store.ReleaseAsync(_key, _token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is StoreException or ObjectDisposedException)
        {
            // It ends by itself.
        }
    }
}
