using System.Diagnostics.CodeAnalysis;
using System.IO.Enumeration;
using System.Runtime.CompilerServices;
using CacheKit.Core.Formats;

namespace CacheKit.Core.Storage.Delegates;

/// <summary>
/// A store of the user's own, made of functions. It adds what they need not have: entries end by the clock, faults have
/// the form of a store's, and what comes back is checked. What other programs share it leaves as it is.
/// </summary>
/// <param name="name">How messages call it.</param>
/// <param name="blocks">The functions.</param>
/// <param name="timeProvider">The clock that entries and leases expire by.</param>
public sealed class DelegateStore(string name, DelegateStoreBlocks blocks, TimeProvider timeProvider)
    : ICacheStore, ITimedStore
{
    private const int LongestReason = 200;

    // The blocks are always given an end.
    private static readonly TimeSpan s_longestLife = TimeSpan.FromDays(36_500);

    private volatile bool _isDisposed;

    /// <inheritdoc/>
    public string DisplayName => $"backend '{name}'";

    /// <inheritdoc/>
    public StoreCapabilities Capabilities =>
        (blocks.List is null ? StoreCapabilities.None : StoreCapabilities.Listing)
        | (blocks.Lock is null ? StoreCapabilities.None : StoreCapabilities.Locking);

    /// <inheritdoc/>
    public ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken)
    {
        Begin(key, cancellationToken);
        return ReadAsync(key, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<byte[]?>> GetManyAsync(
        IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        foreach (string key in keys)
        {
            Begin(key, cancellationToken);
        }

        byte[]?[] found = new byte[]?[keys.Count];
        for (int i = 0; i < found.Length; i++)
        {
            found[i] = await ReadAsync(keys[i], cancellationToken).ConfigureAwait(false);
        }

        return found;
    }

    /// <inheritdoc/>
    public async ValueTask SetAsync(
        string key, ReadOnlyMemory<byte> value, TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        Begin(key, cancellationToken);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeToLive, TimeSpan.Zero);
        byte[] stored = IsShared(key)
            ? value.ToArray()
            : DelegateStoreEnvelope.Wrap(value.Span, Now() + (long)timeToLive.TotalMilliseconds);
        await RunAsync(blocks.Set, "Set", [key, stored, timeToLive], cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken)
    {
        Begin(key, cancellationToken);
        // Only the bytes say whether their time was over.
        bool isThere = await ReadAsync(key, cancellationToken).ConfigureAwait(false) is not null;
        await RunAsync(blocks.Remove, "Remove", [key], cancellationToken).ConfigureAwait(false);
        return isThere;
    }

    /// <inheritdoc/>
    /// <remarks>Under the locks of both keys, where the store has locks.</remarks>
    public ValueTask<bool> TryExchangeAsync(StoreExchange exchange, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        exchange.Validate();
        Begin(exchange.Key, cancellationToken);
        return StepwiseExchange.RunLockedAsync(this, new UnguardedSteps(this), exchange, cancellationToken);
    }

    async ValueTask<TimeSpan?> ITimedStore.ReadTimeLeftAsync(string key, CancellationToken cancellationToken)
    {
        if (IsShared(key))
        {
            throw Unsupported("tell how long an entry has left that other programs share");
        }

        byte[]? stored = await ReadStoredAsync(key, cancellationToken).ConfigureAwait(false);
        return stored is null ? null : DelegateStoreEnvelope.TimeLeft(stored, Now());
    }

    ValueTask ITimedStore.SetForeverAsync(
        string key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) =>
        SetAsync(key, value, s_longestLife, cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ListAsync(
        string pattern, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        KeyPattern.Check(pattern);
        Begin(pattern, cancellationToken);
        DelegateStoreBlock list = blocks.List ?? throw Unsupported("list its keys");
        IReadOnlyList<object?> written = await RunAsync(list, "List", [KeyPattern.PrefixOf(pattern)], cancellationToken)
            .ConfigureAwait(false);
        if (DelegateStoreAnswers.TryReadKeys(written, out List<string> keys) is { } problem)
        {
            throw Unexpected("List", problem, "keys, as text");
        }

        foreach (string key in keys.Where(
            key => key.Length > 0 && FileSystemName.MatchesSimpleExpression(pattern, key, ignoreCase: false)))
        {
            // Only the bytes say whether their time is over.
            if (await ReadAsync(key, cancellationToken).ConfigureAwait(false) is not null)
            {
                yield return key;
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IStoreLock?> TryLockAsync(string key, TimeSpan lease, CancellationToken cancellationToken)
    {
        Begin(key, cancellationToken);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lease, TimeSpan.Zero);
        DelegateStoreBlock take = blocks.Lock ?? throw Unsupported("lock a key");
        // From before it is taken, so that our end of it is never later than the store's.
        long expires = Now() + (long)lease.TotalMilliseconds;
        IReadOnlyList<object?> written = await RunAsync(take, "Lock", [key, lease], cancellationToken)
            .ConfigureAwait(false);
        return DelegateStoreAnswers.ReadToken(written) is { } token
            ? new DelegateStoreLock(this, key, token, expires)
            : null;
    }

    /// <summary>Nothing is heard: such a store tells of no changes.</summary>
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

    /// <summary>Ends the use of the functions; they are told nothing.</summary>
    public ValueTask DisposeAsync()
    {
        _isDisposed = true;
        return ValueTask.CompletedTask;
    }

    /// <summary>The time, in Unix milliseconds.</summary>
    internal long Now() => timeProvider.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Releases a lock.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="token">What proves its possession.</param>
    /// <exception cref="StoreException">The store has a fault.</exception>
    internal async ValueTask UnlockAsync(string key, object token)
    {
        if (blocks.Unlock is { } unlock)
        {
            await RunAsync(unlock, "Unlock", [key, token], CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async ValueTask<byte[]?> ReadAsync(string key, CancellationToken cancellationToken) =>
        await ReadStoredAsync(key, cancellationToken).ConfigureAwait(false) is { } stored
            ? IsShared(key) ? stored : DelegateStoreEnvelope.Unwrap(stored, Now())
            : null;

    /// <summary>Whether other programs read the entry, which then lies without an envelope of ours.</summary>
    private bool IsShared(string key) => blocks.EndsEntries && InteropKey.IsKey(key);

    /// <summary>Reads what is stored, in its envelope.</summary>
    private async ValueTask<byte[]?> ReadStoredAsync(string key, CancellationToken cancellationToken)
    {
        IReadOnlyList<object?> written = await RunAsync(blocks.Get, "Get", [key], cancellationToken)
            .ConfigureAwait(false);
        if (DelegateStoreAnswers.TryReadBytes(written, out byte[]? stored) is { } problem)
        {
            throw Unexpected("Get", problem, "bytes");
        }

        return stored;
    }

    private async ValueTask<IReadOnlyList<object?>> RunAsync(
        DelegateStoreBlock block, string blockName, object?[] arguments, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return await block(arguments, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not StoreException
            && (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested))
        {
            string reason = ReasonOf(exception, (string)arguments[0]!);
            throw new StoreException(
                FaultOf(exception), $"The backend '{name}' failed in its -{blockName} block: {reason}", exception);
        }
    }

    private static StoreFault FaultOf(Exception exception) => exception.GetBaseException() switch
    {
        TimeoutException => StoreFault.TimedOut,
        UnauthorizedAccessException => StoreFault.AccessDenied,
        _ => StoreFault.Unavailable,
    };

    /// <summary>The author's own words: on one line, and without the key, so that an outage has one message.</summary>
    private static string ReasonOf(Exception exception, string key)
    {
        string message = key.Length == 0
            ? exception.Message
            : exception.Message.Replace(key, "<key>", StringComparison.Ordinal);
        string line = string.Join(
            ' ', message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        line = string.Concat(line.Where(static character => !char.IsControl(character)));
        line = line.Length > 0 ? line : exception.GetType().Name;
        return line.Length > LongestReason ? $"{line.AsSpan(0, LongestReason)}…" : AsSentence(line);
    }

    private static string AsSentence(string line) => line[^1] is '.' or '!' or '?' ? line : line + ".";

    private StoreException Unexpected(string blockName, string written, string expected) => new(
        StoreFault.UnexpectedAnswer,
        $"The backend '{name}' gave {written} in its -{blockName} block, where {expected} are expected.");

    private StoreException Unsupported(string what) => new(
        StoreFault.Unsupported, $"The backend '{name}' cannot {what}.");

    private void Begin(string key, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        cancellationToken.ThrowIfCancellationRequested();
    }
}
