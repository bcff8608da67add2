using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using CacheKit.Core.Storage;

namespace CacheKit.Core.Tests.Storage.Resilience;

/// <summary>A store that does what a test says, attempt by attempt.</summary>
internal sealed class ScriptedStore(TimeProvider clock) : ICacheStore, IPagedListing
{
    private readonly ConcurrentDictionary<int, Task> _waiting = new();
    private int _begun;

    public string DisplayName => "scripted store";

    public StoreCapabilities Capabilities => StoreCapabilities.Listing | StoreCapabilities.Locking;

    /// <summary>When each attempt was.</summary>
    public ConcurrentQueue<DateTimeOffset> Attempts { get; } = new();

    /// <summary>What an attempt does, given its number from 0 on.</summary>
    public Func<int, CancellationToken, Task> Script { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>How many attempts were ever begun.</summary>
    public int Begun => Volatile.Read(ref _begun);

    /// <summary>Whether an attempt is under way that does not end by itself at once.</summary>
    /// <param name="first">The first attempt that counts: others were left, and may not know it yet.</param>
    public bool IsWaiting(int first) =>
        _waiting.Any(attempt => attempt.Key >= first && !attempt.Value.IsCompleted);

    public ConcurrentBag<ScriptedLock> Locks { get; } = [];

    /// <summary>The keys that a listing comes to, an attempt each.</summary>
    public IReadOnlyList<string> Keys { get; set; } = [];

    /// <summary>The pages that a listing comes to, an attempt each; a key each unless set.</summary>
    public IReadOnlyList<string[]>? Pages { get; set; }

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

    public async ValueTask<bool> TryExchangeAsync(StoreExchange exchange, CancellationToken cancellationToken)
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

    public async IAsyncEnumerable<IReadOnlyList<string>> ListPagesAsync(
        string pattern, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (string[] page in Pages ?? [.. Keys.Select(key => (string[])[key])])
        {
            await AttemptAsync(cancellationToken);
            yield return page;
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
        int serial = Interlocked.Increment(ref _begun) - 1;
        int number = Attempts.Count;
        Attempts.Enqueue(clock.GetUtcNow());
        Task task = Script(number, cancellationToken);
        if (task.IsCompleted)
        {
            await task;
            return;
        }

        _waiting[serial] = task;
        try
        {
            await task;
        }
        finally
        {
            _waiting.TryRemove(serial, out _);
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
