using System.Collections.Concurrent;

namespace CacheKit.Core.Cryptography;

/// <summary>
/// Keyed operations of one key that are set up and idle: setting one up takes longer than what it is then asked for.
/// Safe for concurrent use, which the operations are not: each belongs to one borrower at a time.
/// </summary>
/// <typeparam name="T">The operation.</typeparam>
/// <param name="create">Sets up another one.</param>
internal sealed class OperationPool<T>(Func<T> create) : IDisposable
    where T : class, IDisposable
{
    private readonly ConcurrentBag<T> _idle = [];
    // In front of the bag: one thread, the usual case, gets by with an exchange.
    private T? _next;
    private volatile bool _disposed;

    /// <summary>Takes an operation; the caller gives it back, or disposes it when it failed.</summary>
    /// <exception cref="ObjectDisposedException">The pool is closed.</exception>
    public T Borrow()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        T? operation = Interlocked.Exchange(ref _next, null);
        return operation is not null || _idle.TryTake(out operation) ? operation : Create();
    }

    /// <summary>Gives an operation back.</summary>
    /// <param name="operation">The operation, ready for the next borrower.</param>
    public void Return(T operation)
    {
        if (_disposed)
        {
            operation.Dispose();
        }
        else if (Interlocked.CompareExchange(ref _next, operation, null) is not null)
        {
            _idle.Add(operation);
        }
    }

    /// <summary>Disposes what is idle. What is borrowed is disposed when it is given back.</summary>
    public void Dispose()
    {
        _disposed = true;
        Interlocked.Exchange(ref _next, null)?.Dispose();
        while (_idle.TryTake(out T? operation))
        {
            operation.Dispose();
        }
    }

    private T Create()
    {
        T operation = create();
        if (_disposed)
        {
            // The key may have been zeroed while it was read.
            operation.Dispose();
            throw new ObjectDisposedException(nameof(OperationPool<T>));
        }

        return operation;
    }
}
