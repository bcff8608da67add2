using CacheKit.Core.Files;
using SQLitePCL;

namespace CacheKit.Core.Storage.Sqlite;

/// <summary>
/// A connection with its prepared statements: what can be done with a cache database. Not safe for concurrent use.
/// </summary>
internal sealed partial class SqliteSession : IDisposable
{
    private const long IdentityCheckMilliseconds = 1000;

    private readonly SqliteDatabase _database;
    private readonly List<SqliteStatement> _statements = [];
    private readonly long _pageBytes;

    private SqliteStatement? _get;
    private SqliteStatement? _set;
    private SqliteStatement? _remove;
    private SqliteStatement? _begin;
    private SqliteStatement? _beginWrite;
    private SqliteStatement? _commit;
    private SqliteStatement? _rollback;
    private SqliteStatement? _pages;
    private SqliteStatement? _freePages;
    private SqliteStatement? _list;
    private SqliteStatement? _removeExpired;
    private SqliteStatement? _oldest;
    private SqliteStatement? _removeOldest;
    private SqliteStatement? _vacuum;
    private long _identityChecked;

    /// <summary>Takes over a connection that is set up.</summary>
    /// <param name="database">The connection.</param>
    public SqliteSession(SqliteDatabase database)
    {
        _database = database;
        _pageBytes = database.Query("PRAGMA page_size");
        Locks = new SqliteLocks(this);
    }

    /// <summary>The locks in the database.</summary>
    public SqliteLocks Locks { get; }

    /// <summary>The patience of the operation that uses the session now.</summary>
    public BusyWait Wait => _database.Wait;

    /// <summary>How many bytes of the file hold something, in bytes. Takes the same time whatever the size.</summary>
    public long UsedBytes => (PageCount - FreePageCount) * _pageBytes;

    /// <summary>How many pages the file has.</summary>
    public long PageCount => Prepared(ref _pages, "PRAGMA page_count").Scalar();

    /// <summary>How many pages of the file hold nothing.</summary>
    public long FreePageCount => Prepared(ref _freePages, "PRAGMA freelist_count").Scalar();

    /// <summary>Whether the path leads to another file than the open one, or to none.</summary>
    public bool HasMoved() => _database.HasMoved();

    /// <summary>The same for a reader, who looks at most once a second: it is a third of a read's time.</summary>
    /// <param name="now">The time, in Unix milliseconds.</param>
    public bool HasMoved(long now)
    {
        if (now >= _identityChecked && now - _identityChecked < IdentityCheckMilliseconds)
        {
            return false;
        }

        _identityChecked = now;
        return _database.HasMoved();
    }

    /// <summary>Returns the bytes under a key, or null when there are none or their time is over.</summary>
    /// <param name="key">The key.</param>
    /// <param name="now">The time, in Unix milliseconds.</param>
    public byte[]? Get(string key, long now) => Get(key, now, out _);

    /// <summary>Returns the bytes under a key and when their time is over, or null.</summary>
    /// <param name="key">The key.</param>
    /// <param name="now">The time, in Unix milliseconds.</param>
    /// <param name="expires">In Unix milliseconds; 0 when there are none.</param>
    public byte[]? Get(string key, long now, out long expires)
    {
        expires = 0;
        SqliteStatement get = Prepared(ref _get, "SELECT expires, value FROM entries WHERE key = ?1");
        try
        {
            get.BindText(1, key);
            if (!get.Step() || now >= get.Int64(0))
            {
                return null;
            }

            expires = get.Int64(0);
            return get.Blob(1);
        }
        catch (SqliteFailureException failure) when (failure.Code == raw.SQLITE_TOOBIG)
        {
            // Written by somebody with a higher limit: not for us.
            return null;
        }
        finally
        {
            get.Reset();
        }
    }

    /// <summary>Begins to read several keys as of one moment, taking the lock once.</summary>
    public void BeginRead() => Prepared(ref _begin, "BEGIN").Run();

    /// <summary>Begins to read and write as one, after those who write now.</summary>
    public void BeginWrite() => Prepared(ref _beginWrite, "BEGIN IMMEDIATE").Run();

    /// <summary>Stores bytes under a key, in place of what is there.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The bytes.</param>
    /// <param name="expires">From when on they are not returned any more, in Unix milliseconds.</param>
    public void Set(string key, ReadOnlySpan<byte> value, long expires)
    {
        SqliteStatement set = Prepared(
            ref _set, "INSERT OR REPLACE INTO entries (key, value, expires) VALUES (?1, ?2, ?3)");
        try
        {
            set.BindText(1, key);
            set.BindBlob(2, value);
            set.BindInt64(3, expires);
            _ = set.Step();
        }
        finally
        {
            set.Reset();
        }
    }

    /// <summary>Removes a key. Returns whether it was there and not expired.</summary>
    /// <param name="key">The key.</param>
    /// <param name="now">The time, in Unix milliseconds.</param>
    public bool Remove(string key, long now)
    {
        SqliteStatement remove = Prepared(ref _remove, "DELETE FROM entries WHERE key = ?1 RETURNING expires");
        try
        {
            remove.BindText(1, key);
            bool removed = false;

            // To the end: the deletion is committed there, not at the row that tells what was deleted.
            while (remove.Step())
            {
                removed = now < remove.Int64(0);
            }

            return removed;
        }
        finally
        {
            remove.Reset();
        }
    }

    /// <summary>Removes expired entries, those that expired first.</summary>
    /// <param name="now">The time, in Unix milliseconds.</param>
    /// <param name="limit">How many at most.</param>
    /// <returns>How many were removed.</returns>
    public int RemoveExpired(long now, int limit)
    {
        SqliteStatement remove = Prepared(
            ref _removeExpired,
            "DELETE FROM entries WHERE rowid IN "
                + "(SELECT rowid FROM entries WHERE expires <= ?1 ORDER BY expires LIMIT ?2)");
        try
        {
            remove.BindInt64(1, now);
            remove.BindInt64(2, limit);
            _ = remove.Step();
            return _database.Changes;
        }
        finally
        {
            remove.Reset();
        }
    }

    /// <summary>Removes the entries that were written longest ago.</summary>
    /// <param name="bytes">How many bytes of values are enough.</param>
    /// <param name="limit">How many entries at most.</param>
    /// <returns>How many were removed.</returns>
    public int RemoveOldest(long bytes, int limit)
    {
        BeginWrite();
        try
        {
            long last = LastOfOldest(bytes, limit);
            int removed = RemoveUpTo(last);
            Commit();
            return removed;
        }
        finally
        {
            RollbackIfOpen();
        }
    }

    /// <summary>Runs a statement that is not kept.</summary>
    /// <param name="sql">The statement; never made of input.</param>
    public void Execute(string sql) => _database.Execute(sql);

    /// <summary>Gives free pages at the end of the file back to the file system.</summary>
    public void ReturnFreePages() => Prepared(ref _vacuum, "PRAGMA incremental_vacuum(1024)").Run();

    /// <summary>Ends a transaction.</summary>
    public void Commit() => Prepared(ref _commit, "COMMIT").Run();

    /// <summary>Takes back a transaction that a failure left open.</summary>
    public void RollbackIfOpen()
    {
        if (_database.InTransaction)
        {
            Prepared(ref _rollback, "ROLLBACK").Run();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Statements first: a connection with one left stays open behind the scenes.
        foreach (SqliteStatement statement in _statements)
        {
            statement.Dispose();
        }

        _database.Dispose();
    }

    private long LastOfOldest(long bytes, int limit)
    {
        SqliteStatement oldest = Prepared(
            ref _oldest, "SELECT rowid, length(value) FROM entries ORDER BY rowid LIMIT ?1");
        try
        {
            oldest.BindInt64(1, limit);
            long last = long.MinValue;
            for (long found = 0; found < bytes && oldest.Step(); found += oldest.Int64(1))
            {
                last = oldest.Int64(0);
            }

            return last;
        }
        finally
        {
            oldest.Reset();
        }
    }

    private int RemoveUpTo(long rowId)
    {
        SqliteStatement remove = Prepared(ref _removeOldest, "DELETE FROM entries WHERE rowid <= ?1");
        try
        {
            remove.BindInt64(1, rowId);
            _ = remove.Step();
            return _database.Changes;
        }
        finally
        {
            remove.Reset();
        }
    }

    /// <summary>Prepares a statement at its first use; the session disposes of it.</summary>
    internal SqliteStatement Prepared(ref SqliteStatement? statement, string sql)
    {
        if (statement is null)
        {
            try
            {
                statement = _database.Prepare(sql);
            }
            catch (SqliteFailureException failure) when (failure.Code == raw.SQLITE_ERROR)
            {
                // The marks are ours and the table is not: what such a file holds is of no use.
                throw new SqliteFailureException(raw.SQLITE_CORRUPT, failure.Message);
            }

            _statements.Add(statement);
        }

        return statement;
    }
}
