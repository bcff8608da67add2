using CacheKit.Core.Diagnostics;
using CacheKit.Core.Storage;

namespace CacheKit.Core.Caching;

/// <summary>
/// Which store is to be used, chosen by the environment (<see cref="FromEnvironment"/>) or by a caller. Making a choice
/// checks what can be checked without the store; it opens nothing.
/// </summary>
public sealed partial class StoreChoice
{
    private readonly Func<TimeProvider, ICacheStore> _open;

    private StoreChoice(StoreKind kind, string source, Func<TimeProvider, ICacheStore> open)
    {
        Kind = kind;
        Source = source;
        _open = open;
    }

    /// <summary>What kind of store it is.</summary>
    public StoreKind Kind { get; }

    /// <summary>What chose it, as a message names it: a variable, a parameter, or the default.</summary>
    public string Source { get; }

    /// <summary>Chooses this process's memory.</summary>
    /// <param name="maxBytes">How much the entries may take, in bytes.</param>
    /// <param name="source">What chose it.</param>
    public static StoreChoice Memory(long maxBytes, string source) =>
        new(StoreKind.Memory, source, clock => new MemoryStore(clock, maxBytes));

    /// <summary>Chooses a database file.</summary>
    /// <param name="options">Where it is.</param>
    /// <param name="source">What chose it.</param>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.CachePathInvalid"/>.</exception>
    public static StoreChoice Sqlite(SqliteStoreOptions options, string source)
    {
        string path = options.Path;
        if (string.IsNullOrWhiteSpace(path) || path.Contains('\0', StringComparison.Ordinal) || !Path.IsPathFullyQualified(path))
        {
            throw PathInvalid($"{source} is '{path}', which is not a full path.");
        }

        return Path.GetFileName(path).Length == 0 || Directory.Exists(path)
            ? throw PathInvalid($"{source} is '{path}', which is a directory.")
            : new StoreChoice(StoreKind.Sqlite, source, clock => new SqliteStore(options, clock)) { SqlitePath = path };
    }

    /// <summary>Chooses a store that the caller makes.</summary>
    /// <param name="open">Makes it, without opening it.</param>
    /// <param name="source">What chose it.</param>
    public static StoreChoice Custom(Func<TimeProvider, ICacheStore> open, string source) => new(StoreKind.Custom, source, open);

    /// <summary>The database file, or null for another kind of store.</summary>
    public string? SqlitePath { get; private init; }

    /// <summary>Makes the store, without opening it: the first operation does.</summary>
    /// <param name="clock">The clock that expiry goes by.</param>
    public ICacheStore Open(TimeProvider clock) => OpenBare(clock);

    /// <summary>Makes the store without what protects callers from its faults: for looking at the store itself.</summary>
    /// <param name="clock">The clock that expiry goes by.</param>
    public ICacheStore OpenBare(TimeProvider clock) => _open(clock);

    /// <summary>Never a credential.</summary>
    public override string ToString() => $"{Kind} by {Source}";

    private static CacheKitException PathInvalid(string message) => new(
        ErrorIds.CachePathInvalid,
        message,
        $"Give the full path of the database file, such as "
        + $"{(OperatingSystem.IsWindows() ? @"C:\Caches\cache.db" : "/var/cache/runbooks/cache.db")}.");
}
