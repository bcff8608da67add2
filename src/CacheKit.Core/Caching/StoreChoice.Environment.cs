using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage;

namespace CacheKit.Core.Caching;

/// <content>The choice by environment.</content>
public sealed partial class StoreChoice
{
    /// <summary>
    /// Chooses: CACHEKIT_REDIS_URL, then REDIS_URL, then CACHEKIT_API_KEY, then SQLite, at CACHEKIT_CACHE_PATH or the
    /// default path. REDIS_URL is meant for any program, so it counts only where no CACHEKIT_CACHE_PATH says that a file
    /// is wanted, and not when it is blank. Of the variables that only CacheKit knows, one may be set.
    /// </summary>
    /// <param name="environment">The environment.</param>
    /// <exception cref="CacheKitException">
    /// <see cref="ErrorIds.StoreAmbiguous"/>, or what is wrong with the variables that count.
    /// </exception>
    public static StoreChoice FromEnvironment(CacheKitEnvironment environment)
    {
        IReadOnlyList<string> selectors = environment.Selectors();
        if (selectors.Count > 1)
        {
            throw new CacheKitException(
                ErrorIds.StoreAmbiguous,
                $"{string.Join(" and ", selectors)} are set, and each chooses another store.",
                $"Keep the one that is meant, and remove the others, such as: Remove-Item Env:{selectors[^1]}; or choose "
                + "in the script with New-CacheKitSession.");
        }

        if (environment.CachePath is { } path)
        {
            return Sqlite(new SqliteStoreOptions { Path = path }, CacheKitEnvironment.CachePathVariable);
        }

        return environment.DefaultCachePath is { } standard
            ? Sqlite(new SqliteStoreOptions { Path = standard, OwnsDirectory = true }, "the default path")
            : throw PathInvalid($"This user has no cache directory, and {CacheKitEnvironment.CachePathVariable} is not set.");
    }
}
