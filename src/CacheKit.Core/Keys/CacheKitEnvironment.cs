namespace CacheKit.Core.Keys;

/// <summary>
/// The environment variables that configure CacheKit, read at one moment. Two equal snapshots mean the same
/// configuration.
/// </summary>
public sealed partial record CacheKitEnvironment
{
    /// <summary>The name of the variable that holds the master key.</summary>
    public const string MasterKeyVariable = "CACHEKIT_MASTER_KEY";

    /// <summary>The name of the variable that holds the path of a key file.</summary>
    public const string MasterKeyFileVariable = "CACHEKIT_MASTER_KEY_FILE";

    /// <summary>The name of the variable that holds the keys which decrypt beside the master key.</summary>
    public const string PreviousMasterKeysVariable = "CACHEKIT_PREVIOUS_MASTER_KEYS";

    /// <summary>The name of the variable that holds the key to encrypt with, and others which decrypt.</summary>
    public const string MasterKeyRotationVariable = "CACHEKIT_MASTER_KEY_ROTATION";

    private const string FolderName = "cachekit";

    private const string HomeVariable = "HOME";

    // What the system says of the user's folders: XDG Base Directory Specification on Linux, HOME on macOS.
    private static readonly string s_cacheVariable = OperatingSystem.IsWindows() ? "LOCALAPPDATA" : "XDG_CACHE_HOME";
    private static readonly string s_configurationVariable = OperatingSystem.IsWindows()
        ? "APPDATA"
        : "XDG_CONFIG_HOME";

    /// <summary>CACHEKIT_MASTER_KEY: 64 hexadecimal digits.</summary>
    public string? MasterKey { get; init; }

    /// <summary>CACHEKIT_MASTER_KEY_FILE: the path of a key file.</summary>
    public string? MasterKeyFile { get; init; }

    /// <summary>
    /// CACHEKIT_PREVIOUS_MASTER_KEYS: at most three keys which decrypt, the newest first, with commas between.
    /// </summary>
    public string? PreviousMasterKeys { get; init; }

    /// <summary>
    /// CACHEKIT_MASTER_KEY_ROTATION: keys with commas between; the first encrypts, the others decrypt.
    /// </summary>
    public string? MasterKeyRotation { get; init; }

    /// <summary>XDG_CACHE_HOME, on Windows LOCALAPPDATA.</summary>
    public string? CacheHome { get; init; }

    /// <summary>XDG_CONFIG_HOME, on Windows APPDATA.</summary>
    public string? ConfigurationHome { get; init; }

    /// <summary>HOME.</summary>
    public string? Home { get; init; }

    /// <summary>The user's key file, which New-CacheKitMasterKey -Save writes; null without a home.</summary>
    public string? SavedKeyPath =>
        InUserFolder(ConfigurationHome, ".config", "Library/Application Support", "master.key");

    /// <summary>The default database file; null without a home.</summary>
    public string? DefaultCachePath => InUserFolder(CacheHome, ".cache", "Library/Caches", "cache.db");

    /// <summary>Reads the variables of this process.</summary>
    public static CacheKitEnvironment Capture() => new()
    {
        MasterKey = Read(MasterKeyVariable),
        MasterKeyFile = Read(MasterKeyFileVariable),
        PreviousMasterKeys = Read(PreviousMasterKeysVariable),
        MasterKeyRotation = Read(MasterKeyRotationVariable),
        CachePath = Read(CachePathVariable),
        CacheKitRedisUrl = Read(CacheKitRedisUrlVariable),
        RedisUrl = Read(RedisUrlVariable),
        RedisUser = Read(RedisUserVariable),
        RedisPassword = Read(RedisPasswordVariable),
        ApiKey = Read(ApiKeyVariable),
        ApiUrl = Read(ApiUrlVariable),
        AllowCustomHost = Read(AllowCustomHostVariable),
        AllowPrivateNetwork = Read(AllowPrivateNetworkVariable),
        CaFile = Read(CaFileVariable),
        SocketTimeout = Read(SocketTimeoutVariable),
        SocketConnectTimeout = Read(SocketConnectTimeoutVariable),
        CacheHome = Read(s_cacheVariable),
        ConfigurationHome = Read(s_configurationVariable),
        Home = Read(HomeVariable),
    };

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
