using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using CacheKit.Core.Storage;

namespace CacheKit.Core.Tests.Storage;

/// <summary>A store that does what a test says, attempt by attempt.</summary>
internal sealed class ScriptedStore(TimeProvider clock) : ICacheStore
{
    private int _waiting;

    public string DisplayName => "scripted store";

    public StoreCapabilities Capabilities => StoreCapabilities.Listing | StoreCapabilities.Locking;

    /// <summary>When each attempt was.</summary>
    public ConcurrentQueue<DateTimeOffset> Attempts { get; } = new();

    /// <summary>What an attempt does, given its number from 0 on.</summary>
    public Func<int, CancellationToken, Task> Script { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>How many operations are under way that do not end by themselves at once.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    public ConcurrentBag<ScriptedLock> Locks { get; } = [];

    /// <summary>The keys that a listing comes to, an attempt each.</summary>
    public IReadOnlyList<string> Keys { get; set; } = [];

    public bool IsDisposed { get; private set; }

    public Action<string?>? Listener { get; private set; }

    public StoreIncident? Incident { get; set; }

    /// <summary>An operation that ends when it is told to, and not before.</summary>
    public static Func<int, CancellationToken, Task> Hang { get; } =
        (_, token) => Task.Delay(Timeout.InfiniteTimeSpan, token);

    public static Func<int, CancellationToken, Task> Fail(StoreException fault) => (_, _) => Task.FromException(fault);

    public async ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken)
    {
        await AttemptAsync(cancellationToken);
        return [1];
    }

    public async ValueTask<IReadOnlyList<byte[]?>> GetManyAsync(
        IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        await AttemptAsync(cancellationToken);
        return [.. keys.Select(_ => (byte[])[1])];
    }

    public async ValueTask SetAsync(
        string key, ReadOnlyMemory<byte> value, TimeSpan timeToLive, CancellationToken cancellationToken) =>
        await AttemptAsync(cancellationToken);

    public async ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken)
    {
        await AttemptAsync(cancellationToken);
        return true;
    }

    public async IAsyncEnumerable<string> ListAsync(
        string pattern, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (string key in Keys)
        {
            await AttemptAsync(cancellationToken);
            yield return key;
        }
    }

    public async ValueTask<IStoreLock?> TryLockAsync(string key, TimeSpan lease, CancellationToken cancellationToken)
    {
        await AttemptAsync(cancellationToken);
        ScriptedLock granted = new(this);
        Locks.Add(granted);
        return granted;
    }

    public void ListenForChanges(Action<string?> listener) => Listener = listener;

    public bool TryTakeIncident([NotNullWhen(true)] out StoreIncident? incident)
    {
        incident = Incident;
        return incident is not null;
    }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return ValueTask.CompletedTask;
    }

    private async Task AttemptAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        int number = Attempts.Count;
        Attempts.Enqueue(clock.GetUtcNow());
        Task task = Script(number, cancellationToken);
        if (task.IsCompleted)
        {
            await task;
            return;
        }

        Interlocked.Increment(ref _waiting);
        try
        {
            await task;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    internal sealed class ScriptedLock(ScriptedStore store) : IStoreLock
    {
        public bool IsReleased { get; private set; }

        public async ValueTask<bool> RenewAsync(TimeSpan lease, CancellationToken cancellationToken)
        {
            await store.AttemptAsync(cancellationToken);
            return true;
        }

        public async ValueTask DisposeAsync()
        {
            IsReleased = true;
            await store.AttemptAsync(CancellationToken.None);
        }
    }
}
