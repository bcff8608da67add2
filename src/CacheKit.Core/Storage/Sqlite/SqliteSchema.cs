using System.Globalization;

namespace CacheKit.Core.Storage.Sqlite;

/// <summary>What a cache database looks like inside, and how a connection to one is set up.</summary>
internal static class SqliteSchema
{
    /// <summary>The version of the schema, in the database's user_version.</summary>
    public const int Version = 1;

    /// <summary>What marks a database as a cache of ours, in its application_id: "CKP" and 1.</summary>
    public const int ApplicationId = 0x434B5001;

    // Room for the row around the largest value.
    private const int RowOverheadBytes = 64 * 1024;
    private const long LargestPageCount = 0xFFFFFFFE;

    // rowid grows with every write (a replaced row gets a new one), so that it is the order of writing, exact even
    // if clocks jump: no column and no index for it.
    private const string CreateTable =
        "CREATE TABLE entries (key TEXT NOT NULL PRIMARY KEY, value BLOB NOT NULL, expires INTEGER NOT NULL)";

    private const string CreateIndex = "CREATE INDEX entries_by_expiry ON entries (expires)";

    /// <summary>Sets up a connection, and the database if it is a new one.</summary>
    /// <param name="database">A connection opened just now.</param>
    /// <param name="options">The store's options.</param>
    /// <exception cref="StoreException">The database is not ours, or of a version that we do not know.</exception>
    /// <exception cref="SqliteFailureException">It is not a database, or does not work.</exception>
    public static void Establish(SqliteDatabase database, SqliteStoreOptions options)
    {
        database.LimitLength((int)Math.Min(int.MaxValue, (long)options.MaxValueBytes + RowOverheadBytes));

        // The file is untrusted input: nothing in its schema may call a function, and every page is looked at closely.
        database.Execute("PRAGMA trusted_schema = OFF");
        database.Execute("PRAGMA cell_size_check = ON");
        database.Execute("PRAGMA temp_store = MEMORY");
        if (IsNew(database, options.Path))
        {
            Create(database);
        }

        // In WAL mode, NORMAL leaves out one flush per write: a killed process loses nothing, since its writes are
        // in the operating system's hands; only a power cut may take the last ones, never the database's soundness.
        database.Execute("PRAGMA synchronous = NORMAL");
        database.Execute("PRAGMA wal_autocheckpoint = 1000");
        database.Execute("PRAGMA journal_size_limit = 8388608");
        LimitGrowth(database, options);
    }

    private static bool IsNew(SqliteDatabase database, string path)
    {
        long version = database.Query("PRAGMA user_version");
        long application = database.Query("PRAGMA application_id");

        // The first look at the content, which tells whether this is a sound database at all.
        long objects = database.Query("SELECT count(*) FROM sqlite_schema");
        if (application == ApplicationId && version == Version)
        {
            return false;
        }

        if (application == 0 && version == 0 && objects == 0)
        {
            return true;
        }

        throw new StoreException(
            StoreFault.Unavailable,
            application == ApplicationId
                ? $"The cache database '{path}' has version {version}, made by a newer CacheKit; this one reads "
                    + $"version {Version}. Update CacheKit, or use another path."
                : $"The file '{path}' is the database of another program. Use another path for the cache.");
    }

    private static void Create(SqliteDatabase database)
    {
        if (database.IsReadOnly)
        {
            // A new database that cannot be written: let SQLite say so.
            database.Execute("BEGIN IMMEDIATE");
        }

        // Before the first page is written, or it has no effect.
        database.Execute("PRAGMA auto_vacuum = INCREMENTAL");

        // A file system without shared memory keeps the old journal: slower, not wrong.
        _ = database.QueryText("PRAGMA journal_mode = WAL");
        database.Execute("BEGIN IMMEDIATE");
        try
        {
            database.Execute(CreateTable);
            database.Execute(CreateIndex);
            database.Execute(Pragma("application_id", ApplicationId));
            database.Execute(Pragma("user_version", Version));
            database.Execute("COMMIT");
        }
        finally
        {
            if (database.InTransaction)
            {
                database.Execute("ROLLBACK");
            }
        }
    }

    private static void LimitGrowth(SqliteDatabase database, SqliteStoreOptions options)
    {
        long hardLimit = options.HardLimitBytes ?? (2 * Math.Min(options.MaxBytes, long.MaxValue / 2));
        long pages = Math.Clamp(hardLimit / database.Query("PRAGMA page_size"), 1, LargestPageCount);
        database.Execute(Pragma("max_page_count", pages));
    }

    private static string Pragma(string name, long value) =>
        string.Create(CultureInfo.InvariantCulture, $"PRAGMA {name} = {value}");
}
