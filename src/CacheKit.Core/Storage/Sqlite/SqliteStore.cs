using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace CacheKit.Core.Storage.Sqlite;

/// <summary>
/// A store in one SQLite database file, for many threads and processes at once. Opened at the first operation.
/// </summary>
/// <remarks>
/// <para>An operation that completes has happened in the file that was under the path at that moment: after each
/// write, and before a read at most once a second, the store looks whether the path still leads to the file it has
/// open, and begins again on the new one if not.</para>
/// <para>A damaged file is renamed to <c>&lt;name&gt;.corrupt-&lt;UTC time&gt;</c> and a new one begun: see
/// <see cref="TryTakeIncident"/>.</para>
/// </remarks>
public sealed class SqliteStore : ICacheStore
{
    // A damaged file takes three (meet it, meet it again on a new connection, run on the new file); the rest is for
    // files that are being replaced meanwhile.
    private const int MaxAttempts = 6;

    private const int ListPageSize = 1000;

    private readonly SqliteStoreOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly SqliteSessionPool _sessions;
    private readonly SqliteTrimmer _trimmer;

    // SQLite has one writer at a time; within the process they need not find out by polling.
    private readonly SemaphoreSlim _writer = new(1);

    /// <summary>Makes a store; touches no file.</summary>
    /// <param name="options">Where the database is and how large it may grow.</param>
    /// <param name="timeProvider">The clock that entries expire by.</param>
    /// <exception cref="ArgumentException">The path is not a full one, or a number is out of its range.</exception>
    public SqliteStore(SqliteStoreOptions options, TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(timeProvider);
        options.Validate();
        _options = options;
        _timeProvider = timeProvider;
        _sessions = new SqliteSessionPool(options, timeProvider);
        _trimmer = new SqliteTrimmer(options.MaxBytes);
    }

    /// <inheritdoc/>
    public string DisplayName => $"SQLite database '{_options.Path}'";

    /// <inheritdoc/>
    public StoreCapabilities Capabilities =>
        StoreCapabilities.Listing | StoreCapabilities.Locking | StoreCapabilities.LockRenewal;

    /// <inheritdoc/>
    public bool TryTakeIncident([NotNullWhen(true)] out StoreIncident? incident) =>
        _sessions.TryTakeIncident(out incident);

    /// <inheritdoc/>
    public ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        return RunAsync<GetOperation, byte[]?>(new GetOperation(key), isWrite: false, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<byte[]?>> GetManyAsync(
        IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        foreach (string key in keys)
        {
            ArgumentException.ThrowIfNullOrEmpty(key, nameof(keys));
        }

        GetManyOperation operation = new(keys, cancellationToken);
        return await RunAsync<GetManyOperation, byte[]?[]>(operation, isWrite: false, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <exception cref="StoreException">Among others, the value is larger than the options allow.</exception>
    public async ValueTask SetAsync(
        string key, ReadOnlyMemory<byte> value, TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeToLive, TimeSpan.Zero);
        CheckSize(value.Length);
        SetOperation operation = new(key, value, timeToLive, _trimmer);
        _ = await RunAsync<SetOperation, bool>(operation, isWrite: true, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        return RunAsync<RemoveOperation, bool>(new RemoveOperation(key), isWrite: true, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> TryExchangeAsync(StoreExchange exchange, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        exchange.Validate();
        if (exchange.Target is not null)
        {
            CheckSize(exchange.Value.Length);
        }

        return await RunAsync<ExchangeOperation, bool>(
            new ExchangeOperation(exchange, _trimmer), isWrite: true, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ListAsync(
        string pattern, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        KeyPattern.Check(pattern);
        string? last = null;
        // The first page is small, for who asks whether there is any.
        for (int size = 16; ; size = ListPageSize)
        {
            List<string> page = await RunAsync<ListOperation, List<string>>(
                new ListOperation(pattern, last, size), isWrite: false, cancellationToken).ConfigureAwait(false);
            foreach (string key in page)
            {
                yield return key;
            }

            if (page.Count < size)
            {
                yield break;
            }

            last = page[^1];
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IStoreLock?> TryLockAsync(
        string key, TimeSpan lease, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lease, TimeSpan.Zero);
        byte[] token = RandomNumberGenerator.GetBytes(SqliteStoreLock.TokenSize);
        bool isTaken = await RunAsync<TakeLockOperation, bool>(
            new TakeLockOperation(key, token, lease), isWrite: true, cancellationToken).ConfigureAwait(false);
        return isTaken ? new SqliteStoreLock(this, key, token) : null;
    }

    /// <summary>Nothing is heard: other processes change the file without a word.</summary>
    /// <param name="listener">Never called.</param>
    public void ListenForChanges(Action<string?> listener)
    {
    }

    internal ValueTask<bool> RenewAsync(
        string key, byte[] token, TimeSpan lease, CancellationToken cancellationToken) =>
        RunAsync<RenewLockOperation, bool>(
            new RenewLockOperation(key, token, lease), isWrite: true, cancellationToken);

    internal ValueTask<bool> ReleaseAsync(string key, byte[] token) =>
        RunAsync<ReleaseLockOperation, bool>(
            new ReleaseLockOperation(key, token), isWrite: true, CancellationToken.None);

    /// <summary>Waits for the operations under way and closes all files.</summary>
    public ValueTask DisposeAsync() => _sessions.DisposeAsync();

    private void CheckSize(int bytes)
    {
        long limit = Math.Min(_options.MaxValueBytes, _options.MaxBytes / 2);
        if (bytes > limit)
        {
            throw new StoreException(
                StoreFault.ValueTooLarge,
                $"A value of {bytes} bytes is larger than the {limit} that '{_options.Path}' takes.");
        }
    }

    private async ValueTask<TResult> RunAsync<TOperation, TResult>(
        TOperation operation, bool isWrite, CancellationToken cancellationToken)
        where TOperation : struct, ISqliteOperation<TResult>
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (isWrite)
        {
            await _sessions.EnterAsync(_writer, cancellationToken).ConfigureAwait(false);
        }

        try
        {
            return await RunUntilDoneAsync<TOperation, TResult>(operation, isWrite, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (SqliteFailureException failure)
        {
            throw failure.ToStoreException(_options.Path);
        }
        finally
        {
            if (isWrite)
            {
                _ = _writer.Release();
            }
        }
    }

    private async ValueTask<TResult> RunUntilDoneAsync<TOperation, TResult>(
        TOperation operation, bool isWrite, CancellationToken cancellationToken)
        where TOperation : struct, ISqliteOperation<TResult>
    {
        int damages = 0;
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                SqliteSession session = await _sessions.RentAsync(cancellationToken).ConfigureAwait(false);
                if (TryRun(session, operation, isWrite, ref damages, out TResult result))
                {
                    return result;
                }

                if (attempt >= MaxAttempts)
                {
                    throw damages > 0
                        ? new StoreException(
                            StoreFault.Corrupt, $"The cache database '{_options.Path}' is damaged again and again.")
                        : new StoreException(
                            StoreFault.Unavailable,
                            $"The cache database '{_options.Path}' is replaced again and again.");
                }
            }
            catch (SqliteFailureException failure) when (failure.MeansDamage && attempt < MaxAttempts)
            {
                // Met while opening: no session to return.
                damages++;
                _sessions.AskForRenewal(isDamaged: damages > 1);
            }

            await _sessions.RenewAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Runs an operation and gives its session back.</summary>
    /// <returns>Whether the result counts; if not, it is to be run again on a new session.</returns>
    private bool TryRun<TOperation, TResult>(
        SqliteSession session, TOperation operation, bool isWrite, ref int damages, out TResult result)
        where TOperation : struct, ISqliteOperation<TResult>
    {
        SessionState state = SessionState.Sound;
        result = default!;
        try
        {
            long now = _timeProvider.GetUtcNow().ToUnixTimeMilliseconds();
            if (!isWrite && session.HasMoved(now))
            {
                state = SessionState.Moved;
                return false;
            }

            result = operation.Run(session, now);
            state = isWrite && session.HasMoved() ? SessionState.Moved : SessionState.Sound;
            return state == SessionState.Sound;
        }
        catch (SqliteFailureException failure)
        {
            // Damage met once may be the connection's view of a file that others replaced; met twice, the second time
            // on a new connection, it is the file's.
            damages += failure.MeansDamage ? 1 : 0;
            state = (failure.MeansDamage, session.HasMoved()) switch
            {
                (_, true) => SessionState.Moved,
                (true, false) => damages > 1 ? SessionState.OnDamagedFile : SessionState.Moved,
                _ => failure.IsPassing ? SessionState.Sound : SessionState.Broken,
            };
            if (state is SessionState.Sound or SessionState.Broken)
            {
                throw;
            }

            return false;
        }
        finally
        {
            _sessions.Return(session, state);
        }
    }
}
