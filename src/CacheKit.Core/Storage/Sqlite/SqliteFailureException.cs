using SQLitePCL;

namespace CacheKit.Core.Storage.Sqlite;

/// <summary>What SQLite answered when it did not do what it was asked. It never leaves the store: see
/// <see cref="ToStoreException"/>.</summary>
internal sealed class SqliteFailureException : Exception
{
    private const int ShortRead = raw.SQLITE_IOERR | (2 << 8);
    private const int WriteFailed = raw.SQLITE_IOERR | (3 << 8);
    private const int SharedMemoryGrowthFailed = raw.SQLITE_IOERR | (19 << 8);

    /// <summary>Makes a failure.</summary>
    /// <param name="extendedCode">SQLite's extended result code.</param>
    /// <param name="message">SQLite's own words.</param>
    public SqliteFailureException(int extendedCode, string message)
        : base($"SQLite answered {extendedCode}: {message}")
    {
        ExtendedCode = extendedCode;
    }

    /// <summary>SQLite's extended result code.</summary>
    public int ExtendedCode { get; }

    /// <summary>SQLite's primary result code.</summary>
    public int Code => ExtendedCode & 0xFF;

    /// <summary>Whether the file is not, or no longer, a sound database.</summary>
    public bool MeansDamage =>
        Code is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB || ExtendedCode == ShortRead;

    /// <summary>Whether the connection is as good as before: asked at the wrong time, or for too much.</summary>
    public bool IsPassing =>
        Code is raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_FULL or raw.SQLITE_TOOBIG or raw.SQLITE_NOMEM;

    /// <summary>Whether a result code says that somebody else holds a lock.</summary>
    /// <param name="code">A primary or extended result code.</param>
    public static bool MeansBusy(int code) => (code & 0xFF) is raw.SQLITE_BUSY or raw.SQLITE_LOCKED;

    /// <summary>Says the same in the words of a store.</summary>
    /// <param name="path">The database file.</param>
    public StoreException ToStoreException(string path)
    {
        (StoreFault fault, string what) = this switch
        {
            { MeansDamage: true } => (StoreFault.Corrupt, "is damaged"),
            { Code: raw.SQLITE_FULL } or { ExtendedCode: WriteFailed or SharedMemoryGrowthFailed }
                => (StoreFault.Full, "cannot grow: its disk or its size limit is full"),
            { Code: raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_PROTOCOL }
                => (StoreFault.Busy, "was kept busy by others for too long"),
            { Code: raw.SQLITE_READONLY } => (StoreFault.AccessDenied, "may not be written"),
            { Code: raw.SQLITE_PERM or raw.SQLITE_AUTH } => (StoreFault.AccessDenied, "may not be opened"),
            { Code: raw.SQLITE_CANTOPEN } when File.Exists(path)
                => (StoreFault.AccessDenied, "or the files beside it may not be opened"),
            { Code: raw.SQLITE_CANTOPEN } => (StoreFault.Unavailable, "cannot be opened"),
            { Code: raw.SQLITE_TOOBIG } => (StoreFault.ValueTooLarge, "does not take a value of that size"),
            _ => (StoreFault.Unavailable, $"does not work (SQLite code {ExtendedCode})"),
        };
        return new StoreException(fault, $"The cache database '{path}' {what}.", this);
    }
}
