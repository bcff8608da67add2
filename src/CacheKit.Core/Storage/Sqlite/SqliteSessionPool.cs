using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using CacheKit.Core.Files;

namespace CacheKit.Core.Storage.Sqlite;

/// <summary>What an operation found out about its session.</summary>
internal enum SessionState
{
    /// <summary>Nothing: it can be used again.</summary>
    Sound,

    /// <summary>It failed for a reason that a new one may not have, such as permissions changed meanwhile.</summary>
    Broken,

    /// <summary>Its file may not be the one under the path any more.</summary>
    Moved,

    /// <summary>Its file, found under the path, is damaged.</summary>
    OnDamagedFile,
}

/// <summary>
/// The sessions of a store: one per operation that runs at the same time, opened when needed, renewed all at once when
/// the file under them was deleted, replaced or damaged.
/// </summary>
internal sealed class SqliteSessionPool : IAsyncDisposable
{
    private readonly SqliteStoreOptions _options;
    private readonly SqliteFiles _files;
    private readonly ConcurrentQueue<StoreIncident> _incidents = new();
    private readonly int _size = Math.Clamp(Environment.ProcessorCount, 2, 8);
    private readonly SemaphoreSlim _permits;
    private readonly SemaphoreSlim _renewal = new(1);

    // Guarded by _gate; whoever holds all permits has them for himself as well.
    private readonly object _gate = new();
    private readonly Stack<SqliteSession> _idle = new();
    private readonly List<SqliteSession> _suspects = [];
    private bool _renewalNeeded;
    private bool _isDamaged;
    private bool _isDisposed;

    /// <summary>Makes an empty pool; opens nothing.</summary>
    /// <param name="options">The store's options.</param>
    /// <param name="timeProvider">The clock.</param>
    public SqliteSessionPool(SqliteStoreOptions options, TimeProvider timeProvider)
    {
        _options = options;
        _files = new SqliteFiles(options, timeProvider);
        _permits = new SemaphoreSlim(_size);
    }

    /// <summary>Takes the oldest incident that was not taken yet.</summary>
    /// <param name="incident">The incident.</param>
    /// <returns>Whether there was one.</returns>
    public bool TryTakeIncident([NotNullWhen(true)] out StoreIncident? incident) =>
        _incidents.TryDequeue(out incident);

    /// <summary>Lends a session; waits while all are lent.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SqliteFailureException">A new one cannot be opened.</exception>
    /// <exception cref="StoreException">The same, or all were lent for too long.</exception>
    public async ValueTask<SqliteSession> RentAsync(CancellationToken cancellationToken)
    {
        await EnterAsync(_permits, cancellationToken).ConfigureAwait(false);
        try
        {
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_isDisposed, typeof(SqliteStore));
                if (_idle.TryPop(out SqliteSession? idle))
                {
                    idle.Wait.Start(_options.BusyTimeout, cancellationToken);
                    return idle;
                }
            }

            BusyWait wait = new();
            wait.Start(_options.BusyTimeout, cancellationToken);
            using FileStream? filesLock = _files.Lock(wait);
            return Open(filesLock, wait);
        }
        catch
        {
            _ = _permits.Release();
            throw;
        }
    }

    /// <summary>Takes a session back.</summary>
    /// <param name="session">A session that was lent.</param>
    /// <param name="state">What the operation found out about it.</param>
    public void Return(SqliteSession session, SessionState state)
    {
        lock (_gate)
        {
            switch (state)
            {
                case SessionState.Sound:
                    _idle.Push(session);
                    break;
                case SessionState.Broken:
                    session.Dispose();
                    break;
                default:
                    _suspects.Add(session);
                    AskForRenewal(state == SessionState.OnDamagedFile);
                    break;
            }
        }

        _ = _permits.Release();
    }

    /// <summary>Asks for new sessions before the next operation.</summary>
    /// <param name="isDamaged">Whether the file was found damaged beyond doubt.</param>
    public void AskForRenewal(bool isDamaged)
    {
        lock (_gate)
        {
            _renewalNeeded = true;
            _isDamaged |= isDamaged;
        }
    }

    /// <summary>Waits until all sessions are back and closes them; sets the file aside if it is damaged. Does nothing
    /// when somebody else has done it since it was asked for.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="StoreException">The damaged file cannot be set aside, or it took too long.</exception>
    public async ValueTask RenewAsync(CancellationToken cancellationToken)
    {
        await EnterAsync(_renewal, cancellationToken).ConfigureAwait(false);
        int taken = 0;
        try
        {
            if (!Volatile.Read(ref _renewalNeeded))
            {
                return;
            }

            for (; taken < _size; taken++)
            {
                await EnterAsync(_permits, cancellationToken).ConfigureAwait(false);
            }

            Renew(cancellationToken);
        }
        finally
        {
            ReleasePermits(taken);
            _ = _renewal.Release();
        }
    }

    /// <summary>Waits for one of the store's gates.</summary>
    /// <param name="gate">The gate.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="StoreException">It took too long.</exception>
    public async ValueTask EnterAsync(SemaphoreSlim gate, CancellationToken cancellationToken)
    {
        // Without a task when nobody is in the way.
        if (!gate.Wait(0, CancellationToken.None)
            && !await gate.WaitAsync(_options.BusyTimeout, cancellationToken).ConfigureAwait(false))
        {
            throw new StoreException(
                StoreFault.Busy, $"The cache database '{_options.Path}' was kept busy by this process for too long.");
        }
    }

    /// <summary>Waits for the operations under way and closes all sessions.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
        }

        // In the same order as a renewal, or the two would wait for each other.
        await _renewal.WaitAsync().ConfigureAwait(false);
        for (int i = 0; i < _size; i++)
        {
            await _permits.WaitAsync().ConfigureAwait(false);
        }

        CloseAll();
        ReleasePermits(_size);
        _ = _renewal.Release();
    }

    private SqliteSession Open(FileStream? filesLock, BusyWait wait)
    {
        _files.Provide(isLocked: filesLock is not null);
        SqliteDatabase database = SqliteDatabase.Open(_options.Path, wait);
        try
        {
            SqliteSchema.Establish(database, _options);
            return new SqliteSession(database);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    private void Renew(CancellationToken cancellationToken)
    {
        bool isDamaged;
        SqliteSession? evidence;
        lock (_gate)
        {
            isDamaged = _isDamaged;
            evidence = _suspects.LastOrDefault();
            _renewalNeeded = false;
            _isDamaged = false;
        }

        if (!isDamaged)
        {
            CloseAll();
            return;
        }

        bool isStillThere;
        BusyWait wait = new();
        wait.Start(_options.BusyTimeout, cancellationToken);
        using FileStream? filesLock = _files.Lock(wait);

        // Another process may have met the damage as well and made a new file meanwhile: that one is not to be
        // touched. The session that met it tells, being open still; where none could be opened, a new one does.
        try
        {
            isStillThere = evidence is null ? !IsSound(filesLock, wait) : !evidence.HasMoved();
        }
        finally
        {
            CloseAll();
        }

        if (isStillThere)
        {
            _incidents.Enqueue(_files.SetAside());
        }
    }

    private bool IsSound(FileStream? filesLock, BusyWait wait)
    {
        try
        {
            Open(filesLock, wait).Dispose();
            return true;
        }
        catch (SqliteFailureException failure) when (failure.MeansDamage)
        {
            return false;
        }
    }

    private void CloseAll()
    {
        lock (_gate)
        {
            foreach (SqliteSession session in _idle.Concat(_suspects))
            {
                session.Dispose();
            }

            _idle.Clear();
            _suspects.Clear();
        }
    }

    private void ReleasePermits(int count)
    {
        if (count > 0)
        {
            _ = _permits.Release(count);
        }
    }
}
