using System.Security;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage.Http;
using CacheKit.Core.Storage.Redis;
using CacheKit.Core.Storage.Sqlite;

namespace CacheKit.Core.Caching;

/// <content>The choice by environment.</content>
public sealed partial class StoreChoice
{
    /// <summary>What the environment says of any Redis: the authorities to trust, and how long to wait.</summary>
    /// <param name="environment">The environment.</param>
    /// <returns>Options without a connection.</returns>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.StoreSettingInvalid"/>.</exception>
    public static RedisStoreOptions RedisDefaults(CacheKitEnvironment environment)
    {
        RedisStoreOptions options = new() { Connection = string.Empty, CaFile = FileIn(environment.CaFile) };
        return options with
        {
            ConnectTimeout = ConnectTimeoutIn(environment) ?? options.ConnectTimeout,
            OperationTimeout = OperationTimeoutIn(environment) ?? options.OperationTimeout,
        };
    }

    /// <summary>What the environment says of any HTTP store: where it is, and what is allowed.</summary>
    /// <param name="environment">The environment.</param>
    /// <returns>Options without a key.</returns>
    /// <exception cref="CacheKitException">
    /// <see cref="ErrorIds.StoreSettingInvalid"/>, <see cref="ErrorIds.ApiUrlInvalid"/>.
    /// </exception>
    public static HttpStoreOptions HttpDefaults(CacheKitEnvironment environment)
    {
        HttpStoreOptions options = new()
        {
            ApiKey = new SecureString(),
            BaseAddress = AddressFrom(environment.ApiUrl, CacheKitEnvironment.ApiUrlVariable),
            AllowCustomHost = StoreSettings.ReadSwitch(
                environment.AllowCustomHost, CacheKitEnvironment.AllowCustomHostVariable),
            AllowPrivateAddresses = StoreSettings.ReadSwitch(
                environment.AllowPrivateNetwork, CacheKitEnvironment.AllowPrivateNetworkVariable),
            CaFile = FileIn(environment.CaFile),
        };
        return options with
        {
            ConnectTimeout = ConnectTimeoutIn(environment) ?? options.ConnectTimeout,
            OperationTimeout = OperationTimeoutIn(environment) ?? options.OperationTimeout,
        };
    }

    /// <summary>Reads the address of an HTTP store.</summary>
    /// <param name="text">The address; null for the service's own.</param>
    /// <param name="source">What holds it.</param>
    /// <exception cref="CacheKitException">
    /// <see cref="ErrorIds.ApiUrlInvalid"/>; the address is not in its text.
    /// </exception>
    public static Uri AddressFrom(string? text, string source) => text is null
        ? HttpStoreOptions.DefaultBaseAddress
        : Uri.TryCreate(text.Trim(), UriKind.Absolute, out Uri? address)
            ? address
            : throw new CacheKitException(
                ErrorIds.ApiUrlInvalid,
                $"{source} is not an address.",
                "Give an address such as https://api.cachekit.io.");

    /// <summary>Puts text, such as that of a variable, into the form in which options take secrets.</summary>
    /// <param name="text">The text.</param>
    public static SecureString ToSecret(string text)
    {
        SecureString secret = new();
        foreach (char character in text)
        {
            secret.AppendChar(character);
        }

        secret.MakeReadOnly();
        return secret;
    }

    /// <summary>
    /// Chooses: CACHEKIT_REDIS_URL, then REDIS_URL, then CACHEKIT_API_KEY, then SQLite, at CACHEKIT_CACHE_PATH or the
    /// default path. REDIS_URL is meant for any program, so it counts only where no CACHEKIT_CACHE_PATH says that a
    /// file is wanted, and not when it is blank. Of the variables that only CacheKit knows, one may be set.
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
                $"Keep the one that is meant, and remove the others, such as: Remove-Item Env:{selectors[^1]}; or "
                + "choose in the script with New-CacheKitSession.");
        }

        if (environment.CacheKitRedisUrl is { } redis)
        {
            return RedisFrom(environment, redis, CacheKitEnvironment.CacheKitRedisUrlVariable);
        }

        if (environment.CachePath is { } path)
        {
            return Sqlite(new SqliteStoreOptions { Path = path }, CacheKitEnvironment.CachePathVariable);
        }

        // A key that is blank is a mistake, wherever else the entries would go.
        if (!string.IsNullOrWhiteSpace(environment.RedisUrl) && !IsBlank(environment.ApiKey))
        {
            return RedisFrom(environment, environment.RedisUrl, CacheKitEnvironment.RedisUrlVariable);
        }

        if (environment.ApiKey is { } key)
        {
            return HttpFrom(environment, key);
        }

        return environment.DefaultCachePath is { } standard
            ? Sqlite(new SqliteStoreOptions { Path = standard, OwnsDirectory = true }, "the default path")
            : throw PathInvalid(
                $"This user has no cache directory, and {CacheKitEnvironment.CachePathVariable} is not set.");
    }

    private static StoreChoice RedisFrom(CacheKitEnvironment environment, string connection, string variable)
    {
        RedisStoreOptions options = RedisDefaults(environment) with
        {
            Connection = connection,
            User = string.IsNullOrEmpty(environment.RedisUser) ? null : environment.RedisUser,
            Password = string.IsNullOrEmpty(environment.RedisPassword) ? null : ToSecret(environment.RedisPassword),
        };
        return Redis(options, variable);
    }

    private static bool IsBlank(string? value) => value is not null && string.IsNullOrWhiteSpace(value);

    private static string? FileIn(string? value) => string.IsNullOrWhiteSpace(value) ? null : value;

    private static TimeSpan? ConnectTimeoutIn(CacheKitEnvironment environment) => StoreSettings.ReadSeconds(
        environment.SocketConnectTimeout, CacheKitEnvironment.SocketConnectTimeoutVariable);

    private static TimeSpan? OperationTimeoutIn(CacheKitEnvironment environment) =>
        StoreSettings.ReadSeconds(environment.SocketTimeout, CacheKitEnvironment.SocketTimeoutVariable);

    private static StoreChoice HttpFrom(CacheKitEnvironment environment, string key) =>
        Http(HttpDefaults(environment) with { ApiKey = ToSecret(key) }, CacheKitEnvironment.ApiKeyVariable);
}
