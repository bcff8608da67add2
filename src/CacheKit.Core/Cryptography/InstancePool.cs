using System.Collections.Concurrent;

namespace CacheKit.Core.Cryptography;

/// <summary>
/// Instances of a primitive under one key, which are not safe for concurrent use themselves: each operation borrows
/// one. One waits in a field of its own, so that a single thread neither locks nor allocates.
/// </summary>
/// <typeparam name="T">The primitive.</typeparam>
/// <param name="make">Makes an instance under the key.</param>
internal sealed class InstancePool<T>(Func<T> make) : IDisposable
    where T : class, IDisposable
{
    private readonly ConcurrentBag<T> _idle = [];
    private T? _next;
    private volatile bool _closed;

    /// <summary>Takes an instance.</summary>
    /// <exception cref="ObjectDisposedException">The pool is closed.</exception>
    public T Borrow()
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        T? instance = Interlocked.Exchange(ref _next, null);
        return instance is not null || _idle.TryTake(out instance) ? instance : MakeInstance();
    }

    /// <summary>Gives an instance back, in the state in which it was made.</summary>
    /// <param name="instance">The instance.</param>
    public void Return(T instance)
    {
        if (Interlocked.CompareExchange(ref _next, instance, null) is not null)
        {
            _idle.Add(instance);
        }

        if (_closed)
        {
            DisposeIdle();
        }
    }

    /// <summary>Refuses from now on. To be called before the key is zeroed.</summary>
    public void Close()
    {
        _closed = true;
        // Whoever reads a zeroed key must find the pool closed: see MakeInstance.
        Interlocked.MemoryBarrier();
    }

    /// <summary>Closes the pool. What is borrowed is disposed when it comes back.</summary>
    public void Dispose()
    {
        Close();
        DisposeIdle();
    }

    private T MakeInstance()
    {
        T instance = make();
        Interlocked.MemoryBarrier();
        if (_closed)
        {
            // The key may have been zeroed while it was read: whatever is sealed under zeroes anyone can open.
            instance.Dispose();
            throw new ObjectDisposedException(nameof(InstancePool<T>));
        }

        return instance;
    }

    private void DisposeIdle()
    {
        Interlocked.Exchange(ref _next, null)?.Dispose();
        while (_idle.TryTake(out T? instance))
        {
            instance.Dispose();
        }
    }
}
