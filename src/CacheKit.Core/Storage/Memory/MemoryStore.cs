using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.IO.Enumeration;
using System.Runtime.CompilerServices;

namespace CacheKit.Core.Storage.Memory;

/// <summary>A store in this process's memory, bounded in bytes: nothing of it survives the process.</summary>
/// <param name="timeProvider">The clock that entries and locks expire by.</param>
/// <param name="maxBytes">
/// How much memory the entries may take, in bytes, their overhead included. One value takes a quarter of it at most.
/// </param>
public sealed class MemoryStore(TimeProvider timeProvider, long maxBytes = MemoryTier.DefaultMaxBytes) : ICacheStore
{
    private readonly Entries _entries = new(timeProvider, maxBytes);
    private readonly ConcurrentDictionary<string, Held> _locks = new(StringComparer.Ordinal);
    private readonly TimeProvider _timeProvider = timeProvider;
    private volatile bool _isDisposed;

    /// <inheritdoc/>
    public string DisplayName => "memory of this process";

    /// <inheritdoc/>
    public StoreCapabilities Capabilities =>
        StoreCapabilities.Listing | StoreCapabilities.Locking | StoreCapabilities.LockRenewal;

    /// <inheritdoc/>
    public ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken)
    {
        Begin(key, cancellationToken);
        return new ValueTask<byte[]?>(Read(key));
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<byte[]?>> GetManyAsync(
        IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        foreach (string key in keys)
        {
            Begin(key, cancellationToken);
        }

        return new ValueTask<IReadOnlyList<byte[]?>>([.. keys.Select(Read)]);
    }

    /// <inheritdoc/>
    /// <exception cref="StoreException">The value takes more than a quarter of the room.</exception>
    public ValueTask SetAsync(
        string key, ReadOnlyMemory<byte> value, TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        Begin(key, cancellationToken);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeToLive, TimeSpan.Zero);
        CheckSize(value.Length);
        _entries.Set(key, value.ToArray(), Now() + (long)timeToLive.TotalMilliseconds);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken)
    {
        Begin(key, cancellationToken);
        bool isThere = _entries.TryGet(key, out _);
        return new ValueTask<bool>(_entries.Remove(key) && isThere);
    }

    /// <inheritdoc/>
    public ValueTask<bool> TryExchangeAsync(StoreExchange exchange, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        exchange.Validate();
        Begin(exchange.Key, cancellationToken);
        if (exchange.Target is not null)
        {
            CheckSize(exchange.Value.Length);
        }

        return new ValueTask<bool>(_entries.TryExchange(exchange, Now()));
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ListAsync(
        string pattern, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        KeyPattern.Check(pattern);
        Begin(pattern, cancellationToken);
        await ValueTask.CompletedTask.ConfigureAwait(false);
        foreach (string key in _entries.Matching(pattern))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return key;
        }
    }

    /// <inheritdoc/>
    public ValueTask<IStoreLock?> TryLockAsync(string key, TimeSpan lease, CancellationToken cancellationToken)
    {
        Begin(key, cancellationToken);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lease, TimeSpan.Zero);
        Held mine = new(this, key, Now() + (long)lease.TotalMilliseconds);
        Held current = _locks.GetOrAdd(key, mine);
        bool isMine = current == mine || (current.IsOver && _locks.TryUpdate(key, mine, current));
        return new ValueTask<IStoreLock?>(isMine ? mine : null);
    }

    /// <summary>Nothing is heard: only this object changes its memory.</summary>
    /// <param name="listener">Never called.</param>
    public void ListenForChanges(Action<string?> listener)
    {
    }

    /// <inheritdoc/>
    public bool TryTakeIncident([NotNullWhen(true)] out StoreIncident? incident)
    {
        incident = null;
        return false;
    }

    /// <summary>Forgets everything.</summary>
    public ValueTask DisposeAsync()
    {
        _isDisposed = true;
        _entries.Clear();
        _locks.Clear();
        return ValueTask.CompletedTask;
    }

    /// <summary>A copy: the bytes that a caller gets are his own.</summary>
    private byte[]? Read(string key) => _entries.TryGet(key, out ReadOnlyMemory<byte> value) ? value.ToArray() : null;

    private void Begin(string key, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private void CheckSize(int bytes)
    {
        if (bytes > _entries.LargestEntry)
        {
            throw new StoreException(
                StoreFault.ValueTooLarge,
                $"A value of {bytes} bytes is larger than the {_entries.LargestEntry} that the {DisplayName} takes.");
        }
    }

    private long Now() => _timeProvider.GetUtcNow().ToUnixTimeMilliseconds();

    private sealed class Entries(TimeProvider timeProvider, long maxBytes)
        : ClockCache<string>(timeProvider, maxBytes, StringComparer.Ordinal)
    {
        public IEnumerable<string> Matching(string pattern) =>
            Keys.Where(key => FileSystemName.MatchesSimpleExpression(pattern, key, ignoreCase: false));

        public bool TryExchange(StoreExchange exchange, long now) => Atomically(() =>
        {
            byte[]? found = Find(exchange.Key, out long expires);
            if (!StoreExchange.Matches(found, exchange.Expected)
                || (exchange.IsMove && !StoreExchange.Matches(Find(exchange.Target!, out _), exchange.TargetExpected)))
            {
                return false;
            }

            // The target first: a reader of both may find the entry twice, never not at all.
            if (exchange.Target is { } target)
            {
                long end = exchange.TimeToLive is { } life ? now + (long)life.TotalMilliseconds : expires;
                Set(target, [.. exchange.Value], end);
            }

            _ = !exchange.IsInPlace && Remove(exchange.Key);
            return true;
        });
    }

    /// <summary>A lock that was granted.</summary>
    private sealed class Held(MemoryStore store, string key, long expires) : IStoreLock
    {
        private long _expires = expires;

        public bool IsOver => store.Now() >= Volatile.Read(ref _expires);

        public ValueTask<bool> RenewAsync(TimeSpan lease, CancellationToken cancellationToken)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lease, TimeSpan.Zero);
            cancellationToken.ThrowIfCancellationRequested();
            bool isHeld = !IsOver && store._locks.TryGetValue(key, out Held? current) && current == this;
            if (isHeld)
            {
                Volatile.Write(ref _expires, store.Now() + (long)lease.TotalMilliseconds);
            }

            return new ValueTask<bool>(isHeld);
        }

        public ValueTask DisposeAsync()
        {
            store._locks.TryRemove(new KeyValuePair<string, Held>(key, this));
            return ValueTask.CompletedTask;
        }
    }
}
