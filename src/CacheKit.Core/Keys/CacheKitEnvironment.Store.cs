namespace CacheKit.Core.Keys;

/// <content>The variables that choose a store, and what they mean for it (DESIGN section 9, PROTOCOL section
/// 1).</content>
public sealed partial record CacheKitEnvironment
{
    /// <summary>The name of the variable that holds the full path of the database file.</summary>
    public const string CachePathVariable = "CACHEKIT_CACHE_PATH";

    /// <summary>The name of the variable that holds the address of a Redis server for CacheKit.</summary>
    public const string CacheKitRedisUrlVariable = "CACHEKIT_REDIS_URL";

    /// <summary>The name of the variable by which platforms tell every program of a Redis server.</summary>
    public const string RedisUrlVariable = "REDIS_URL";

    /// <summary>The name of the variable that holds the user of the Redis server.</summary>
    public const string RedisUserVariable = "CACHEKIT_REDIS_USER";

    /// <summary>The name of the variable that holds the password of the Redis server.</summary>
    public const string RedisPasswordVariable = "CACHEKIT_REDIS_PASSWORD";

    /// <summary>The name of the variable that holds the key of the CacheKit service.</summary>
    public const string ApiKeyVariable = "CACHEKIT_API_KEY";

    /// <summary>The name of the variable that holds the address of the CacheKit service.</summary>
    public const string ApiUrlVariable = "CACHEKIT_API_URL";

    /// <summary>The name of the variable that allows another host than the service's own.</summary>
    public const string AllowCustomHostVariable = "CACHEKIT_ALLOW_CUSTOM_HOST";

    /// <summary>The name of the variable that allows addresses of private networks.</summary>
    public const string AllowPrivateNetworkVariable = "CACHEKIT_ALLOW_PRIVATE_NETWORK";

    /// <summary>The name of the variable that holds the path of the certificates to trust.</summary>
    public const string CaFileVariable = "CACHEKIT_CA_FILE";

    /// <summary>The name of the variable that holds how long an operation of the store may take.</summary>
    public const string SocketTimeoutVariable = "CACHEKIT_SOCKET_TIMEOUT";

    /// <summary>The name of the variable that holds how long connecting may take.</summary>
    public const string SocketConnectTimeoutVariable = "CACHEKIT_SOCKET_CONNECT_TIMEOUT";

    /// <summary>CACHEKIT_CACHE_PATH: the full path of the database file.</summary>
    public string? CachePath { get; init; }

    /// <summary>CACHEKIT_REDIS_URL: the address of a Redis server, which may hold a password.</summary>
    public string? CacheKitRedisUrl { get; init; }

    /// <summary>REDIS_URL: the address of a Redis server, meant for any program; it may hold a password.</summary>
    public string? RedisUrl { get; init; }

    /// <summary>CACHEKIT_REDIS_USER: the user of the Redis server.</summary>
    public string? RedisUser { get; init; }

    /// <summary>CACHEKIT_REDIS_PASSWORD: the user's password.</summary>
    public string? RedisPassword { get; init; }

    /// <summary>CACHEKIT_API_KEY: the key of the CacheKit service.</summary>
    public string? ApiKey { get; init; }

    /// <summary>CACHEKIT_API_URL: the address of the CacheKit service.</summary>
    public string? ApiUrl { get; init; }

    /// <summary>CACHEKIT_ALLOW_CUSTOM_HOST: whether the service may be on another host than its own.</summary>
    public string? AllowCustomHost { get; init; }

    /// <summary>CACHEKIT_ALLOW_PRIVATE_NETWORK: whether the service may be in a private network.</summary>
    public string? AllowPrivateNetwork { get; init; }

    /// <summary>CACHEKIT_CA_FILE: the path of a PEM file with the certificates to trust.</summary>
    public string? CaFile { get; init; }

    /// <summary>CACHEKIT_SOCKET_TIMEOUT: how long an operation may take, in seconds.</summary>
    public string? SocketTimeout { get; init; }

    /// <summary>CACHEKIT_SOCKET_CONNECT_TIMEOUT: how long connecting may take, in seconds.</summary>
    public string? SocketConnectTimeout { get; init; }

    /// <summary>
    /// The selectors that are set, blank ones included, in the order of the design: variables that are only set by who
    /// wants to choose a store for CacheKit. One of them may be set.
    /// </summary>
    public IReadOnlyList<string> Selectors()
    {
        List<string> set = new(3);
        AddIfSet(CacheKitRedisUrl, CacheKitRedisUrlVariable);
        AddIfSet(ApiKey, ApiKeyVariable);
        AddIfSet(CachePath, CachePathVariable);
        return set;

        void AddIfSet(string? value, string variable)
        {
            if (value is not null)
            {
                set.Add(variable);
            }
        }
    }

    private bool HasCurrentStore() =>
        CacheKitRedisUrl == Read(CacheKitRedisUrlVariable)
        && ApiKey == Read(ApiKeyVariable)
        && CachePath == Read(CachePathVariable)
        && (CachePath is not null || RedisUrl == Read(RedisUrlVariable))
        && (IsRemote ? HasCurrentRemote() : CachePath is not null || CacheHome == Read(s_cacheVariable));

    private bool IsRemote =>
        CacheKitRedisUrl is not null
            || ApiKey is not null
            || (CachePath is null && !string.IsNullOrWhiteSpace(RedisUrl));

    private bool HasCurrentRemote() =>
        RedisUser == Read(RedisUserVariable)
        && RedisPassword == Read(RedisPasswordVariable)
        && ApiUrl == Read(ApiUrlVariable)
        && AllowCustomHost == Read(AllowCustomHostVariable)
        && AllowPrivateNetwork == Read(AllowPrivateNetworkVariable)
        && CaFile == Read(CaFileVariable)
        && SocketTimeout == Read(SocketTimeoutVariable)
        && SocketConnectTimeout == Read(SocketConnectTimeoutVariable);
}
