namespace CacheKit.Core.Keys;

/// <summary>
/// The environment variables that configure CacheKit, read at one moment. Two equal snapshots mean the same
/// configuration.
/// </summary>
/// <param name="MasterKey">CACHEKIT_MASTER_KEY: 64 hexadecimal digits.</param>
/// <param name="MasterKeyFile">CACHEKIT_MASTER_KEY_FILE: the path of a key file.</param>
/// <param name="PreviousMasterKeys">
/// CACHEKIT_PREVIOUS_MASTER_KEYS: at most three keys which decrypt, the newest first, with commas between.
/// </param>
/// <param name="MasterKeyRotation">
/// CACHEKIT_MASTER_KEY_ROTATION: keys with commas between; the first encrypts, the others decrypt.
/// </param>
/// <param name="CachePath">CACHEKIT_CACHE_PATH: the full path of the database file.</param>
/// <param name="CacheKitRedisUrl">CACHEKIT_REDIS_URL: the address of a Redis server, which may hold a password.</param>
/// <param name="RedisUrl">
/// REDIS_URL: the address of a Redis server, meant for any program; it may hold a password.
/// </param>
/// <param name="RedisUser">CACHEKIT_REDIS_USER: the user of the Redis server.</param>
/// <param name="RedisPassword">CACHEKIT_REDIS_PASSWORD: the user's password.</param>
/// <param name="ApiKey">CACHEKIT_API_KEY: the key of the CacheKit service.</param>
/// <param name="ApiUrl">CACHEKIT_API_URL: the address of the CacheKit service.</param>
/// <param name="AllowCustomHost">
/// CACHEKIT_ALLOW_CUSTOM_HOST: whether the service may be on another host than its own.
/// </param>
/// <param name="AllowPrivateNetwork">
/// CACHEKIT_ALLOW_PRIVATE_NETWORK: whether the service may be in a private network.
/// </param>
/// <param name="CaFile">CACHEKIT_CA_FILE: the path of a PEM file with the certificates to trust.</param>
/// <param name="SocketTimeout">CACHEKIT_SOCKET_TIMEOUT: how long an operation may take, in seconds.</param>
/// <param name="SocketConnectTimeout">
/// CACHEKIT_SOCKET_CONNECT_TIMEOUT: how long connecting may take, in seconds.
/// </param>
/// <param name="CacheHome">XDG_CACHE_HOME, on Windows LOCALAPPDATA.</param>
/// <param name="ConfigurationHome">XDG_CONFIG_HOME, on Windows APPDATA.</param>
/// <param name="Home">HOME.</param>
public sealed record CacheKitEnvironment(
    string? MasterKey = null,
    string? MasterKeyFile = null,
    string? PreviousMasterKeys = null,
    string? MasterKeyRotation = null,
    string? CachePath = null,
    string? CacheKitRedisUrl = null,
    string? RedisUrl = null,
    string? RedisUser = null,
    string? RedisPassword = null,
    string? ApiKey = null,
    string? ApiUrl = null,
    string? AllowCustomHost = null,
    string? AllowPrivateNetwork = null,
    string? CaFile = null,
    string? SocketTimeout = null,
    string? SocketConnectTimeout = null,
    string? CacheHome = null,
    string? ConfigurationHome = null,
    string? Home = null)
{
    /// <summary>The name of the variable that holds the master key.</summary>
    public const string MasterKeyVariable = "CACHEKIT_MASTER_KEY";

    /// <summary>The name of the variable that holds the path of a key file.</summary>
    public const string MasterKeyFileVariable = "CACHEKIT_MASTER_KEY_FILE";

    /// <summary>The name of the variable that holds the keys which decrypt beside the master key.</summary>
    public const string PreviousMasterKeysVariable = "CACHEKIT_PREVIOUS_MASTER_KEYS";

    /// <summary>The name of the variable that holds the key to encrypt with, and others which decrypt.</summary>
    public const string MasterKeyRotationVariable = "CACHEKIT_MASTER_KEY_ROTATION";

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

    private const string FolderName = "cachekit";

    private const string HomeVariable = "HOME";

    // What the system says of the user's folders: XDG Base Directory Specification on Linux, HOME on macOS.
    private static readonly string s_cacheVariable = OperatingSystem.IsWindows() ? "LOCALAPPDATA" : "XDG_CACHE_HOME";
    private static readonly string s_configurationVariable = OperatingSystem.IsWindows()
        ? "APPDATA"
        : "XDG_CONFIG_HOME";

    /// <summary>The user's key file, which New-CacheKitMasterKey -Save writes; null without a home.</summary>
    public string? SavedKeyPath =>
        InUserFolder(ConfigurationHome, ".config", "Library/Application Support", "master.key");

    /// <summary>The default database file; null without a home.</summary>
    public string? DefaultCachePath => InUserFolder(CacheHome, ".cache", "Library/Caches", "cache.db");

    /// <summary>Reads the variables of this process.</summary>
    public static CacheKitEnvironment Capture() => new(
        MasterKey: Read(MasterKeyVariable),
        MasterKeyFile: Read(MasterKeyFileVariable),
        PreviousMasterKeys: Read(PreviousMasterKeysVariable),
        MasterKeyRotation: Read(MasterKeyRotationVariable),
        CachePath: Read(CachePathVariable),
        CacheKitRedisUrl: Read(CacheKitRedisUrlVariable),
        RedisUrl: Read(RedisUrlVariable),
        RedisUser: Read(RedisUserVariable),
        RedisPassword: Read(RedisPasswordVariable),
        ApiKey: Read(ApiKeyVariable),
        ApiUrl: Read(ApiUrlVariable),
        AllowCustomHost: Read(AllowCustomHostVariable),
        AllowPrivateNetwork: Read(AllowPrivateNetworkVariable),
        CaFile: Read(CaFileVariable),
        SocketTimeout: Read(SocketTimeoutVariable),
        SocketConnectTimeout: Read(SocketConnectTimeoutVariable),
        CacheHome: Read(s_cacheVariable),
        ConfigurationHome: Read(s_configurationVariable),
        Home: Read(HomeVariable));

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

    /// <summary>
    /// Whether the variables of this process still mean the same. Asked at every call: it reads no variable that an
    /// earlier one makes irrelevant, and none twice; what the runtime copies of those that are set is all it allocates.
    /// </summary>
    public bool IsCurrent() => HasCurrentKey() && HasCurrentStore() && (!UsesHome || Home == Read(HomeVariable));

    /// <summary>Never the key.</summary>
    public override string ToString() => $"{nameof(CacheKitEnvironment)} (redacted)";

    /// <summary>Whether variables hold the keys, so that no key file is looked for.</summary>
    internal bool HoldsKey => MasterKey is not null || MasterKeyRotation is not null;

    private bool UsesHome => (!HoldsKey && MasterKeyFile is null) || (CachePath is null && !IsRemote);

    private bool HasCurrentKey() =>
        MasterKey == Read(MasterKeyVariable)
        && PreviousMasterKeys == Read(PreviousMasterKeysVariable)
        && MasterKeyRotation == Read(MasterKeyRotationVariable)
        && (HoldsKey || (MasterKeyFile == Read(MasterKeyFileVariable)
            && (MasterKeyFile is not null || ConfigurationHome == Read(s_configurationVariable))));

    private bool HasCurrentStore() =>
        CacheKitRedisUrl == Read(CacheKitRedisUrlVariable)
        && ApiKey == Read(ApiKeyVariable)
        && CachePath == Read(CachePathVariable)
        && (CachePath is not null || RedisUrl == Read(RedisUrlVariable))
        && (IsRemote ? HasCurrentRemote() : CachePath is not null || CacheHome == Read(s_cacheVariable));

    private bool IsRemote => CacheKitRedisUrl is not null || ApiKey is not null
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

    private static string? Read(string name) => Environment.GetEnvironmentVariable(name);

    private string? InUserFolder(string? folder, string unix, string macOS, string file)
    {
        if (OperatingSystem.IsMacOS())
        {
            folder = null;
        }

        // A relative path in these variables is to be ignored, says the XDG specification; one in HOME would move the
        // files about with the current directory.
        if (folder is null || !Path.IsPathFullyQualified(folder))
        {
            folder = Home is null || !Path.IsPathFullyQualified(Home) || OperatingSystem.IsWindows()
                ? null
                : Path.Combine(Home, OperatingSystem.IsMacOS() ? macOS : unix);
        }

        return folder is null ? null : Path.Combine(folder, FolderName, file);
    }
}
