using System.Collections.Concurrent;

namespace CacheKit.Core.Storage.Redis;

/// <summary>
/// The connection on which a store writes its large values: taken at the first of them, if there is one. Whoever gave
/// up such a write has not stopped it; so what changes the same entry meanwhile goes the same way, and comes after it.
/// </summary>
/// <param name="connection">The connection of the store.</param>
/// <param name="maxBytes">The largest value, in bytes.</param>
internal sealed class LargeValueConnection(RedisConnection connection, long maxBytes) : IAsyncDisposable
{
    private readonly object _lock = new();
    private readonly ConcurrentDictionary<Task, string> _writing = new();
    private RedisConnection? _own;
    private SharedMultiplexer? _multiplexer;
    private bool _isDisposed;

    /// <summary>The multiplexer of the connection; connects to nothing.</summary>
    /// <exception cref="ObjectDisposedException">The store is disposed.</exception>
    public SharedMultiplexer Rent()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _own ??= connection.ForLargeValues(TransferTime.Allowance(maxBytes));
            return _multiplexer ??= SharedMultiplexers.Rent(_own);
        }
    }

    /// <summary>Notes that an entry is being changed on this connection.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="write">The change.</param>
    public Task<TResult> Note<TResult>(string key, Task<TResult> write)
    {
        _writing[write] = key;
        _ = write.ContinueWith(
            static (ended, writing) => ((ConcurrentDictionary<Task, string>)writing!).TryRemove(ended, out _),
            _writing,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        return write;
    }

    /// <summary>Whether an entry is being changed on this connection.</summary>
    /// <param name="key">Its key.</param>
    public bool IsWriting(string key) => !_writing.IsEmpty && _writing.Values.Contains(key, StringComparer.Ordinal);

    /// <summary>Gives it back.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            bool isHeld = !_isDisposed && _multiplexer is not null;
            _isDisposed = true;
            return isHeld ? SharedMultiplexers.ReturnAsync(_own!) : ValueTask.CompletedTask;
        }
    }
}
