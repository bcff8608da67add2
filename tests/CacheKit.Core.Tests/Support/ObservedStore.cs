using System.Diagnostics.CodeAnalysis;
using CacheKit.Core.Storage;

namespace CacheKit.Core.Tests.Support;

/// <summary>Counts what is asked of a store, and breaks it on demand. The store outlives it.</summary>
internal sealed class ObservedStore(ICacheStore store) : ICacheStore
{
    private int _reads;
    private int _locksAsked;
    private int _locksRenewed;

    public string DisplayName => store.DisplayName;

    public StoreCapabilities Capabilities => store.Capabilities & ~Hidden;

    /// <summary>What of the store's capabilities is hidden.</summary>
    public StoreCapabilities Hidden { get; set; }

    /// <summary>How often a lock was asked for.</summary>
    public int LocksAsked => _locksAsked;

    /// <summary>How often a lock was renewed, and the store has said so.</summary>
    public int LocksRenewed => Volatile.Read(ref _locksRenewed);

    public int Reads => _reads;

    public List<(string Key, TimeSpan TimeToLive)> Writes { get; } = [];

    public List<string> Removals { get; } = [];

    public List<StoreExchange> Exchanges { get; } = [];

    public StoreException? ReadFault { get; set; }

    /// <summary>The fault of writing and removing.</summary>
    public StoreException? WriteFault { get; set; }

    /// <summary>The fault of writing alone.</summary>
    public StoreException? SetFault { get; set; }

    /// <summary>The fault of taking a lock.</summary>
    public StoreException? LockFault { get; set; }

    public StoreIncident? Incident { get; set; }

    public bool IsDisposed { get; private set; }

    /// <summary>Happens after a read, before its caller knows of it.</summary>
    public Action? AfterRead { get; set; }

    /// <summary>Happens when an exchange is asked for, before the store knows of it.</summary>
    public Action<StoreExchange>? BeforeExchange { get; set; }

    /// <summary>
    /// Happens after an exchange, before its caller knows of it; what it throws is what the caller gets.
    /// </summary>
    public Action<StoreExchange>? AfterExchange { get; set; }

    /// <summary>Happens after a write, before its caller knows of it.</summary>
    public Action? AfterWrite { get; set; }

    /// <summary>Happens when a removal is asked for, before the store knows of it.</summary>
    public Action<string>? BeforeRemoval { get; set; }

    public async ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _reads);
        byte[]? value = ReadFault is null ? await store.GetAsync(key, cancellationToken) : throw ReadFault;
        AfterRead?.Invoke();
        return value;
    }

    public async ValueTask<IReadOnlyList<byte[]?>> GetManyAsync(
        IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _reads);
        IReadOnlyList<byte[]?> values =
            ReadFault is null ? await store.GetManyAsync(keys, cancellationToken) : throw ReadFault;
        AfterRead?.Invoke();
        return values;
    }

    public async ValueTask SetAsync(
        string key, ReadOnlyMemory<byte> value, TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        lock (Writes)
        {
            Writes.Add((key, timeToLive));
        }

        if ((WriteFault ?? SetFault) is { } fault)
        {
            throw fault;
        }

        await store.SetAsync(key, value, timeToLive, cancellationToken);
        AfterWrite?.Invoke();
    }

    public ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken)
    {
        BeforeRemoval?.Invoke(key);
        lock (Removals)
        {
            Removals.Add(key);
        }

        return WriteFault is null ? store.RemoveAsync(key, cancellationToken) : throw WriteFault;
    }

    public async ValueTask<bool> TryExchangeAsync(StoreExchange exchange, CancellationToken cancellationToken)
    {
        BeforeExchange?.Invoke(exchange);
        lock (Exchanges)
        {
            Exchanges.Add(exchange);
        }

        bool isDone = WriteFault is null ? await store.TryExchangeAsync(exchange, cancellationToken) : throw WriteFault;
        AfterExchange?.Invoke(exchange);
        return isDone;
    }

    public IAsyncEnumerable<string> ListAsync(string pattern, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _reads);
        return ReadFault is null ? store.ListAsync(pattern, cancellationToken) : throw ReadFault;
    }

    public async ValueTask<IStoreLock?> TryLockAsync(string key, TimeSpan lease, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _locksAsked);
        IStoreLock? held =
            LockFault is null ? await store.TryLockAsync(key, lease, cancellationToken) : throw LockFault;
        return held is null ? null : new ObservedLock(this, held);
    }

    public void ListenForChanges(Action<string?> listener) => store.ListenForChanges(listener);

    public bool TryTakeIncident([NotNullWhen(true)] out StoreIncident? incident)
    {
        incident = Incident;
        Incident = null;
        return incident is not null || store.TryTakeIncident(out incident);
    }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return ValueTask.CompletedTask;
    }

    private sealed class ObservedLock(ObservedStore store, IStoreLock held) : IStoreLock
    {
        public async ValueTask<bool> RenewAsync(TimeSpan lease, CancellationToken cancellationToken)
        {
            bool isRenewed = await held.RenewAsync(lease, cancellationToken);
            Interlocked.Increment(ref store._locksRenewed);
            return isRenewed;
        }

        public ValueTask DisposeAsync() => held.DisposeAsync();
    }
}
