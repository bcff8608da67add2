using System.Text;

namespace CacheKit.Core.Storage.Sqlite;

/// <content>Listing.</content>
internal sealed partial class SqliteSession
{
    /// <summary>Returns keys that match a pattern, their time not over, in the order of their bytes.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="after">The last key of the page before, or null for the first page.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="now">The time, in Unix milliseconds.</param>
    public List<string> List(string pattern, string? after, int limit, long now)
    {
        // SQLite uses the index for GLOB only with a pattern that is known when the statement is prepared. No text in
        // UTF-8 has the byte FF: what begins with the prefix is below the prefix with that byte behind it.
        SqliteStatement list = Prepared(
            ref _list,
            "SELECT key FROM entries WHERE key >= ?1 AND key < CAST(CAST(?1 AS BLOB) || x'FF' AS TEXT) AND key > ?2 "
                + "AND key GLOB ?3 AND expires > ?4 ORDER BY key LIMIT ?5");
        try
        {
            list.BindText(1, KeyPattern.PrefixOf(pattern));
            list.BindText(2, after ?? string.Empty);
            list.BindText(3, pattern);
            list.BindInt64(4, now);
            list.BindInt64(5, limit);
            List<string> keys = [];
            while (list.Step())
            {
                // Not as text, which ends at a NUL.
                keys.Add(Encoding.UTF8.GetString(list.Blob(0)));
            }

            return keys;
        }
        finally
        {
            list.Reset();
        }
    }
}
