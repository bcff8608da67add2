using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage;

namespace CacheKit.Core.Caching;

/// <summary>Makes the cache that the environment configures.</summary>
public static class CacheFactory
{
    /// <summary>The tenant of a script that names none; the portable default of the family (PROTOCOL section 15).</summary>
    public const string DefaultTenant = "default";

    /// <summary>Makes a cache; it touches the key's source, but no store yet.</summary>
    /// <param name="environment">The configuration.</param>
    /// <param name="clock">The clock that expiry goes by.</param>
    /// <exception cref="CacheKitException">The configuration is not usable.</exception>
    public static SecureCache Create(CacheKitEnvironment environment, TimeProvider clock)
    {
        SqliteStoreOptions options = StoreOptions(environment);
        using KeyRing ring = new(MasterKeySource.ReadFirst(environment));
        return new SecureCache(
            ring.ForTenant(DefaultTenant),
            new SqliteStore(options, clock),
            new MemoryTier(clock),
            clock);
    }

    /// <summary>Makes a cache of public data, which needs no key; it touches no store yet.</summary>
    /// <param name="environment">The configuration.</param>
    /// <param name="clock">The clock that expiry goes by.</param>
    /// <exception cref="CacheKitException">The configuration is not usable.</exception>
    public static PlainCache CreatePlain(CacheKitEnvironment environment, TimeProvider clock) =>
        new(new SqliteStore(StoreOptions(environment), clock), new MemoryTier(clock), clock);

    private static SqliteStoreOptions StoreOptions(CacheKitEnvironment environment)
    {
        if (environment.CachePath is not { } path)
        {
            return environment.DefaultCachePath is { } standard
                ? new SqliteStoreOptions { Path = standard, OwnsDirectory = true }
                : throw Invalid($"This user has no cache directory, and {CacheKitEnvironment.CachePathVariable} is not set.");
        }

        if (string.IsNullOrWhiteSpace(path) || path.Contains('\0', StringComparison.Ordinal) || !Path.IsPathFullyQualified(path))
        {
            throw Invalid($"{CacheKitEnvironment.CachePathVariable} is '{path}', which is not a full path.");
        }

        if (Path.GetFileName(path).Length == 0 || Directory.Exists(path))
        {
            throw Invalid($"{CacheKitEnvironment.CachePathVariable} is '{path}', which is a directory.");
        }

        return new SqliteStoreOptions { Path = path };
    }

    private static CacheKitException Invalid(string message) => new(
        ErrorIds.CachePathInvalid,
        message,
        $"Give {CacheKitEnvironment.CachePathVariable} the full path of the database file, such as "
        + $"{(OperatingSystem.IsWindows() ? @"C:\Caches\cache.db" : "/var/cache/runbooks/cache.db")}.");
}
