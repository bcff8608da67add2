using System.Text;
using SQLitePCL;

namespace CacheKit.Core.Storage.Sqlite;

/// <summary>A prepared statement, used again and again. Not safe for concurrent use.</summary>
internal sealed class SqliteStatement : IDisposable
{
    private const int StackKeyBytes = 512;

    // A lone surrogate must fail: replaced by U+FFFD, two different keys would become one.
    private static readonly UTF8Encoding s_strictUtf8 = new(false, throwOnInvalidBytes: true);

    private readonly SqliteDatabase _database;
    private readonly sqlite3_stmt _handle;

    /// <summary>Takes over a statement.</summary>
    /// <param name="database">The connection it belongs to.</param>
    /// <param name="handle">The statement itself.</param>
    public SqliteStatement(SqliteDatabase database, sqlite3_stmt handle)
    {
        _database = database;
        _handle = handle;
    }

    /// <summary>Sets a parameter to a text.</summary>
    /// <exception cref="ArgumentException">The text has a surrogate without its partner.</exception>
    public void BindText(int index, string text)
    {
        int longest = s_strictUtf8.GetMaxByteCount(text.Length);
        Span<byte> utf8 = longest <= StackKeyBytes ? stackalloc byte[StackKeyBytes] : new byte[longest];
        int length = s_strictUtf8.GetBytes(text, utf8);
        Check(raw.sqlite3_bind_text(_handle, index, (ReadOnlySpan<byte>)utf8[..length]));
    }

    /// <summary>Sets a parameter to bytes, none included.</summary>
    public void BindBlob(int index, ReadOnlySpan<byte> bytes)
    {
        // An empty span has no address, and without one SQLite would bind NULL.
        Check(bytes.IsEmpty
            ? raw.sqlite3_bind_zeroblob(_handle, index, 0)
            : raw.sqlite3_bind_blob(_handle, index, bytes));
    }

    /// <summary>Sets a parameter to a number.</summary>
    public void BindInt64(int index, long number) => Check(raw.sqlite3_bind_int64(_handle, index, number));

    /// <summary>Goes on to the next row, waiting for others when they are in the way.</summary>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="SqliteFailureException">It does not work, or others were in the way for too long.</exception>
    public bool Step()
    {
        int code = raw.sqlite3_step(_handle);
        while (SqliteFailureException.MeansBusy(code) && _database.Wait.TryPause())
        {
            _ = raw.sqlite3_reset(_handle);
            code = raw.sqlite3_step(_handle);
        }

        return code switch
        {
            raw.SQLITE_ROW => true,
            raw.SQLITE_DONE => false,
            _ => throw _database.Failure(code),
        };
    }

    /// <summary>The number in a column of the current row.</summary>
    public long Int64(int column) => raw.sqlite3_column_int64(_handle, column);

    /// <summary>The text in a column of the current row.</summary>
    public string Text(int column) => raw.sqlite3_column_text(_handle, column).utf8_to_string() ?? string.Empty;

    /// <summary>A copy of the bytes in a column of the current row.</summary>
    public byte[] Blob(int column) => raw.sqlite3_column_blob(_handle, column).ToArray();

    /// <summary>Ends the execution and frees what the parameters hold.</summary>
    public void Reset()
    {
        // Its result repeats the failure that Step has reported already.
        _ = raw.sqlite3_reset(_handle);
        _ = raw.sqlite3_clear_bindings(_handle);
    }

    /// <summary>Runs the statement from the start to the end, ignoring its rows.</summary>
    public void Run()
    {
        try
        {
            while (Step())
            {
            }
        }
        finally
        {
            Reset();
        }
    }

    /// <summary>Runs the statement and returns the number in the first column of its first row, or 0.</summary>
    public long Scalar()
    {
        try
        {
            return Step() ? Int64(0) : 0;
        }
        finally
        {
            Reset();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK)
        {
            throw _database.Failure(code);
        }
    }
}
