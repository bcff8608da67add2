using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.IO.Enumeration;
using System.Runtime.CompilerServices;
using CacheKit.Core.Storage;

namespace CacheKit.Core.Tests.Support;

/// <summary>A store in memory that keeps everything for ever: what a store may do that means no good.</summary>
internal sealed class FakeStore : ICacheStore
{
    private readonly ConcurrentDictionary<string, byte[]> _entries = new(StringComparer.Ordinal);

    private readonly ConcurrentDictionary<string, FakeLock> _locks = new(StringComparer.Ordinal);

    /// <summary>Tells who listens what others have changed.</summary>
    public Action<string?> Tell { get; private set; } = _ => { };

    /// <summary>The locks that are held, which never end by themselves here.</summary>
    public ICollection<string> Locked => _locks.Keys;

    public string DisplayName => "fake store";

    public StoreCapabilities Capabilities =>
        StoreCapabilities.Listing | StoreCapabilities.Locking | StoreCapabilities.LockRenewal;

    public IDictionary<string, byte[]> Entries => _entries;

    public ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken) =>
        new(_entries.TryGetValue(key, out byte[]? value) ? [.. value] : null);

    public async ValueTask<IReadOnlyList<byte[]?>> GetManyAsync(
        IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        List<byte[]?> found = [];
        foreach (string key in keys)
        {
            found.Add(await GetAsync(key, cancellationToken));
        }

        return found;
    }

    public ValueTask SetAsync(
        string key, ReadOnlyMemory<byte> value, TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        _entries[key] = value.ToArray();
        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken) =>
        new(_entries.TryRemove(key, out _));

    public ValueTask<bool> TryExchangeAsync(StoreExchange exchange, CancellationToken cancellationToken)
    {
        lock (_entries)
        {
            if (!Holds(exchange.Key, exchange.Expected)
                || (exchange.IsMove && !Holds(exchange.Target!, exchange.TargetExpected)))
            {
                return new(false);
            }

            if (exchange.Target is { } target)
            {
                _entries[target] = [.. exchange.Value];
            }

            _ = !exchange.IsInPlace && _entries.TryRemove(exchange.Key, out _);
            return new(true);
        }
    }

    private bool Holds(string key, byte[]? expected) =>
        StoreExchange.Matches(_entries.GetValueOrDefault(key), expected);

    public async IAsyncEnumerable<string> ListAsync(
        string pattern, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (string key in _entries.Keys)
        {
            if (FileSystemName.MatchesSimpleExpression(pattern, key, ignoreCase: false))
            {
                yield return key;
            }
        }
    }

    public ValueTask<IStoreLock?> TryLockAsync(string key, TimeSpan lease, CancellationToken cancellationToken)
    {
        FakeLock held = new(this, key);
        return new(_locks.TryAdd(key, held) ? held : null);
    }

    public void ListenForChanges(Action<string?> listener) => Tell += listener;

    public bool TryTakeIncident([NotNullWhen(true)] out StoreIncident? incident)
    {
        incident = null;
        return false;
    }

    public bool IsDisposed { get; private set; }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return ValueTask.CompletedTask;
    }

    /// <summary>Takes a lock away from whoever holds it.</summary>
    public void BreakLock(string key) => _locks.TryRemove(key, out _);

    private sealed class FakeLock(FakeStore store, string key) : IStoreLock
    {
        public ValueTask<bool> RenewAsync(TimeSpan lease, CancellationToken cancellationToken) =>
            new(store._locks.TryGetValue(key, out FakeLock? held) && held == this);

        public ValueTask DisposeAsync()
        {
            store._locks.TryRemove(new KeyValuePair<string, FakeLock>(key, this));
            return ValueTask.CompletedTask;
        }
    }
}
