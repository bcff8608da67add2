using System.Globalization;

namespace CacheKit.Core.Storage.Sqlite;

/// <summary>
/// Locks in a cache database: a row each, which ends by itself. They are advisory, and lie in a table of their own that
/// is made at the first lock, so that a database of an older version serves as well.
/// </summary>
/// <param name="session">The connection that they are reached through.</param>
internal sealed class SqliteLocks(SqliteSession session)
{
    private SqliteStatement? _take;
    private SqliteStatement? _renew;
    private SqliteStatement? _release;
    private bool _isThere;

    /// <summary>Takes a lock, if nobody has it.</summary>
    /// <param name="key">The key.</param>
    /// <param name="token">What will prove its possession.</param>
    /// <param name="expires">When it ends by itself, in Unix milliseconds.</param>
    /// <param name="now">The time, in Unix milliseconds.</param>
    public bool TryTake(string key, ReadOnlySpan<byte> token, long expires, long now)
    {
        EnsureTable(now);
        SqliteStatement take = session.Prepared(
            ref _take,
            "INSERT INTO locks (key, token, expires) VALUES (?1, ?2, ?3) ON CONFLICT (key) DO UPDATE "
                + "SET token = ?2, expires = ?3 WHERE expires <= ?4 RETURNING 1");
        try
        {
            take.BindText(1, key);
            take.BindBlob(2, token);
            take.BindInt64(3, expires);
            take.BindInt64(4, now);
            return AnyRow(take);
        }
        finally
        {
            take.Reset();
        }
    }

    /// <summary>Lets a lock last longer, if it is still held.</summary>
    /// <param name="key">The key.</param>
    /// <param name="token">What proves its possession.</param>
    /// <param name="expires">When it ends by itself, in Unix milliseconds.</param>
    /// <param name="now">The time, in Unix milliseconds.</param>
    public bool Renew(string key, ReadOnlySpan<byte> token, long expires, long now)
    {
        EnsureTable(now);
        SqliteStatement renew = session.Prepared(
            ref _renew, "UPDATE locks SET expires = ?3 WHERE key = ?1 AND token = ?2 AND expires > ?4 RETURNING 1");
        try
        {
            renew.BindText(1, key);
            renew.BindBlob(2, token);
            renew.BindInt64(3, expires);
            renew.BindInt64(4, now);
            return AnyRow(renew);
        }
        finally
        {
            renew.Reset();
        }
    }

    /// <summary>Ends a lock, if it is still held.</summary>
    /// <param name="key">The key.</param>
    /// <param name="token">What proves its possession.</param>
    /// <param name="now">The time, in Unix milliseconds.</param>
    public bool Release(string key, ReadOnlySpan<byte> token, long now)
    {
        EnsureTable(now);
        SqliteStatement release = session.Prepared(
            ref _release, "DELETE FROM locks WHERE key = ?1 AND token = ?2 RETURNING 1");
        try
        {
            release.BindText(1, key);
            release.BindBlob(2, token);
            return AnyRow(release);
        }
        finally
        {
            release.Reset();
        }
    }

    /// <summary>To the end: the change is committed there, not at the row that tells of it.</summary>
    private static bool AnyRow(SqliteStatement statement)
    {
        bool any = false;
        while (statement.Step())
        {
            any = true;
        }

        return any;
    }

    private void EnsureTable(long now)
    {
        if (!_isThere)
        {
            session.Execute(
                "CREATE TABLE IF NOT EXISTS locks (key TEXT NOT NULL PRIMARY KEY, token BLOB NOT NULL, "
                    + "expires INTEGER NOT NULL) WITHOUT ROWID");
            // What processes left behind that died; a key that nobody computes again would keep its row for ever.
            session.Execute(string.Create(CultureInfo.InvariantCulture, $"DELETE FROM locks WHERE expires <= {now}"));
            _isThere = true;
        }
    }
}
