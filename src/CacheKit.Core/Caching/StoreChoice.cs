using System.Globalization;
using System.Net;
using System.Net.Sockets;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Http;
using CacheKit.Core.Storage.Memory;
using CacheKit.Core.Storage.Redis;
using CacheKit.Core.Storage.Resilience;
using CacheKit.Core.Storage.Sqlite;
using StackExchange.Redis;

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
        new(StoreKind.Memory, source, clock => new MemoryStore(clock, maxBytes)) { CanShare = false };

    /// <summary>Chooses a database file.</summary>
    /// <param name="options">Where it is.</param>
    /// <param name="source">What chose it.</param>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.CachePathInvalid"/>.</exception>
    public static StoreChoice Sqlite(SqliteStoreOptions options, string source)
    {
        string path = options.Path;
        if (string.IsNullOrWhiteSpace(path)
            || path.Contains('\0', StringComparison.Ordinal)
            || !Path.IsPathFullyQualified(path))
        {
            throw PathInvalid($"{source} is '{path}', which is not a full path.");
        }

        return Path.GetFileName(path).Length == 0 || Directory.Exists(path)
            ? throw PathInvalid($"{source} is '{path}', which is a directory.")
            : new StoreChoice(StoreKind.Sqlite, source, clock => new SqliteStore(options, clock)) { SqlitePath = path };
    }

    /// <summary>Chooses a Redis.</summary>
    /// <param name="options">Where it is.</param>
    /// <param name="source">What chose it.</param>
    /// <exception cref="CacheKitException">The connection or the file of authorities is not usable.</exception>
    public static StoreChoice Redis(RedisStoreOptions options, string source)
    {
        ConfigurationOptions bare = RedisConnection.Parse(options with { User = null, Password = null })
            .ToConfiguration();
        if ((options.User is not null || options.Password is not null)
            && (bare.User is not null || bare.Password is not null))
        {
            throw new CacheKitException(
                ErrorIds.CredentialConflict,
                "User or password of the Redis are given twice: in its URL or configuration string, and beside it.",
                "Keep one: take them out of the URL, or do without -Credential, "
                + $"{CacheKitEnvironment.RedisUserVariable} and {CacheKitEnvironment.RedisPasswordVariable}.");
        }

        return new StoreChoice(StoreKind.Redis, source, _ => new RedisStore(options))
        {
            IsLocal = bare.EndPoints.All(IsLocalEndPoint),
            HasCredentials = options.Password is not null || bare.Password is not null,
            ListensForChanges = options.ListensForChanges,
            Resilience = new ResilienceOptions
            {
                ConnectTimeout = options.ConnectTimeout,
                OperationTimeout = options.OperationTimeout,
            },
        };
    }

    /// <summary>Adds the number of a logical database to a connection, in place of the one that it may name.</summary>
    /// <param name="connection">A URL or configuration string.</param>
    /// <param name="database">The number.</param>
    public static string WithDatabase(string connection, int database)
    {
        string bare = connection.Trim();
        if (!RedisUrl.IsUrl(bare))
        {
            return string.Create(CultureInfo.InvariantCulture, $"{bare},defaultDatabase={database}");
        }

        char separator = bare.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        return string.Create(CultureInfo.InvariantCulture, $"{bare}{separator}db={database}");
    }

    /// <summary>Chooses an HTTP store.</summary>
    /// <param name="options">Where it is, and the key for it.</param>
    /// <param name="source">What chose it.</param>
    /// <exception cref="CacheKitException">The address, the key or the file of authorities is not usable.</exception>
    public static StoreChoice Http(HttpStoreOptions options, string source)
    {
        options.Validate();
        if (options.CaFile is { } path)
        {
            _ = CaFile.ReadPolicy(path);
        }

        return new StoreChoice(StoreKind.Http, source, clock => new HttpStore(options, clock))
        {
            IsLocal = options.IsLoopbackHost,
            HasCredentials = true,
            Resilience = new ResilienceOptions
            {
                ConnectTimeout = options.ConnectTimeout,
                OperationTimeout = options.OperationTimeout,
            },
        };
    }

    /// <summary>Chooses a store that the caller makes.</summary>
    /// <param name="open">Makes it, without opening it.</param>
    /// <param name="source">What chose it.</param>
    /// <param name="canShare">Whether other programs may read entries there, as <see cref="CanShare"/> says.</param>
    public static StoreChoice Custom(Func<TimeProvider, ICacheStore> open, string source, bool canShare) =>
        new(StoreKind.Custom, source, open)
        {
            CanShare = canShare,
            Resilience = new ResilienceOptions { OperationTimeout = null },
        };

    /// <summary>
    /// Whether entries lie there under their own keys, with nothing of ours around them, until their end.
    /// </summary>
    public bool CanShare { get; private init; } = true;

    /// <summary>The database file, or null for another kind of store.</summary>
    public string? SqlitePath { get; private init; }

    /// <summary>Whether what goes to the store stays in this machine.</summary>
    internal bool IsLocal { get; private init; }

    /// <summary>Whether the store is told who asks.</summary>
    internal bool HasCredentials { get; private init; }

    /// <summary>Whether the store is asked to tell what others change.</summary>
    internal bool ListensForChanges { get; private init; }

    /// <summary>How callers are protected from the store's faults; null for stores in this machine.</summary>
    private ResilienceOptions? Resilience { get; init; }

    /// <summary>Makes the store, without opening it: the first operation does.</summary>
    /// <param name="clock">The clock that expiry goes by.</param>
    public ICacheStore Open(TimeProvider clock) =>
        Resilience is null ? OpenBare(clock) : new ResilientStore(OpenBare(clock), Resilience, clock);

    /// <summary>
    /// Makes the store without what protects callers from its faults: for looking at the store itself.
    /// </summary>
    /// <param name="clock">The clock that expiry goes by.</param>
    public ICacheStore OpenBare(TimeProvider clock) => _open(clock);

    /// <summary>
    /// Makes the store once, which checks the rest of its options, and tells its name; it is not opened.
    /// </summary>
    /// <param name="clock">The clock that expiry goes by.</param>
    /// <returns>The kind of store and where it is, never with a credential.</returns>
    public async ValueTask<string> DescribeAsync(TimeProvider clock)
    {
        ICacheStore store = OpenBare(clock);
        await using (store.ConfigureAwait(false))
        {
            return store.DisplayName;
        }
    }

    /// <summary>Never a credential.</summary>
    public override string ToString() => $"{Kind} by {Source}";

    private static bool IsLocalEndPoint(EndPoint endPoint) => endPoint switch
    {
        IPEndPoint ip => AddressRules.IsLoopback(ip.Address),
        DnsEndPoint dns => AddressRules.IsLoopbackName(dns.Host),
        _ => endPoint is UnixDomainSocketEndPoint,
    };

    private static CacheKitException PathInvalid(string message) => new(
        ErrorIds.CachePathInvalid,
        message,
        $"Give the full path of the database file, such as "
        + $"{(OperatingSystem.IsWindows() ? @"C:\Caches\cache.db" : "/var/cache/runbooks/cache.db")}.");
}
