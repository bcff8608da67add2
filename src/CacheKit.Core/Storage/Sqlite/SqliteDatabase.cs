using System.Runtime.InteropServices;
using CacheKit.Core.Files;
using SQLitePCL;

namespace CacheKit.Core.Storage.Sqlite;

/// <summary>A connection to a database file. Not safe for concurrent use.</summary>
/// <remarks>
/// On SQLite's functions themselves, the layer that Microsoft.Data.Sqlite stands on: they answer "busy" at once and
/// with a code where ADO.NET sleeps or throws, they copy a value once, and they open a database in a fraction of the
/// time, which a short script waits for.
/// </remarks>
internal sealed class SqliteDatabase : IDisposable
{
    private const int ExtendedResultCodes = 0x02000000;
    private const int FileControlHasMoved = 20;

    private readonly sqlite3 _handle;

    static SqliteDatabase()
    {
        Batteries_V2.Init();
    }

    private SqliteDatabase(sqlite3 handle, BusyWait wait)
    {
        _handle = handle;
        Wait = wait;
    }

    /// <summary>The patience of the operation that uses the connection now.</summary>
    public BusyWait Wait { get; }

    /// <summary>Whether the file, or all of its file system, is write-protected.</summary>
    public bool IsReadOnly => raw.sqlite3_db_readonly(_handle, "main") == 1;

    /// <summary>Whether a transaction is open.</summary>
    public bool InTransaction => raw.sqlite3_get_autocommit(_handle) == 0;

    /// <summary>How many rows the last statement inserted, changed or deleted.</summary>
    public int Changes => raw.sqlite3_changes(_handle);

    /// <summary>Opens a file that exists, for reading only if it is write-protected.</summary>
    /// <param name="path">The file's full path.</param>
    /// <param name="wait">The patience of whoever uses the connection.</param>
    /// <exception cref="SqliteFailureException">It cannot be opened.</exception>
    public static SqliteDatabase Open(string path, BusyWait wait)
    {
        // Without SQLITE_OPEN_CREATE: SQLite would create it for everybody to read. One user at a time: no mutex.
        const int Flags = raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_NOMUTEX | ExtendedResultCodes;
        int code = raw.sqlite3_open_v2(path, out sqlite3 handle, Flags, null);
        SqliteDatabase database = new(handle, wait);
        if (code != raw.SQLITE_OK)
        {
            SqliteFailureException failure = database.Failure(code);
            database.Dispose();
            throw failure;
        }

        return database;
    }

    /// <summary>
    /// Whether the path no longer leads to the file that is open, because it was deleted, renamed or replaced. Costs
    /// one look into the directory. Never true on Windows, where nobody can do that to an open file.
    /// </summary>
    public bool HasMoved() =>
        NativeMethods.FileControl(_handle, IntPtr.Zero, FileControlHasMoved, out int moved) == raw.SQLITE_OK
        && moved != 0;

    /// <summary>Bounds the length of every text and blob that the connection takes or returns, in bytes.</summary>
    public void LimitLength(int bytes) => raw.sqlite3_limit(_handle, raw.SQLITE_LIMIT_LENGTH, bytes);

    /// <summary>Prepares a statement.</summary>
    /// <exception cref="SqliteFailureException">It does not fit the database, or that cannot be read.</exception>
    public SqliteStatement Prepare(string sql)
    {
        int code;
        sqlite3_stmt statement;
        do
        {
            code = raw.sqlite3_prepare_v3(_handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out statement);
        }
        while (SqliteFailureException.MeansBusy(code) && Wait.TryPause());

        return code == raw.SQLITE_OK ? new SqliteStatement(this, statement) : throw Failure(code);
    }

    /// <summary>Runs a statement once, ignoring its rows.</summary>
    public void Execute(string sql)
    {
        using SqliteStatement statement = Prepare(sql);
        statement.Run();
    }

    /// <summary>Runs a statement once and returns the number in the first column of its first row, or 0.</summary>
    public long Query(string sql)
    {
        using SqliteStatement statement = Prepare(sql);
        return statement.Scalar();
    }

    /// <summary>Runs a statement once and returns the text in the first column of its first row, or none.</summary>
    public string QueryText(string sql)
    {
        using SqliteStatement statement = Prepare(sql);
        return statement.Step() ? statement.Text(0) : string.Empty;
    }

    /// <summary>Makes the exception for a result code, with SQLite's words for what went wrong last.</summary>
    public SqliteFailureException Failure(int code) =>
        new(code, raw.sqlite3_errmsg(_handle).utf8_to_string() ?? string.Empty);

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private static class NativeMethods
    {
        // The one function that the managed layer leaves out.
        [DllImport("e_sqlite3", EntryPoint = "sqlite3_file_control", CallingConvention = CallingConvention.Cdecl)]
        public static extern int FileControl(sqlite3 database, IntPtr name, int operation, out int result);
    }
}
