using CacheKit.Core.Diagnostics;

namespace CacheKit.Core.Storage.Redis;

/// <summary>What is said of a connection to Redis that cannot be meant: never a part of what the user gave.</summary>
internal static class RedisConnectionFaults
{
    // How redis-py, ioredis, the Rust client and others spell it.
    private static readonly string[] s_validationWords =
        ["insecure", "cert_reqs", "check_hostname", "rejectunauthorized", "verify", "trustserver", "validat"];

    /// <summary>Whether an option is one of those by which clients switch the check of certificates off.</summary>
    /// <param name="name">Its name, in lower case.</param>
    public static bool AsksToTrustAnyone(string name) =>
        s_validationWords.Any(word => name.Contains(word, StringComparison.Ordinal));

    /// <summary>Makes the exception for a URL.</summary>
    /// <param name="what">What is wrong, after "The Redis URL".</param>
    public static CacheKitException Invalid(string what) => new(
        ErrorIds.RedisUrlInvalid,
        $"The Redis URL {what}.",
        "Write it as redis://user:password@host:6379/0 (rediss:// for TLS), with the special characters of user and "
            + "password percent-encoded.");

    /// <summary>Makes the exception for a configuration string.</summary>
    /// <param name="what">What is wrong, after "The Redis configuration string".</param>
    public static CacheKitException InvalidString(string what) => new(
        ErrorIds.RedisUrlInvalid,
        $"The Redis configuration string {what}.",
        "Write it as host:6379,ssl=true,user=name,password=secret with the options of StackExchange.Redis, or give a "
            + "URL such as rediss://user:password@host:6379/0.");

    /// <summary>Makes the exception for a connection that would trust any certificate.</summary>
    public static CacheKitException ValidationIsAlwaysOn() => new(
        ErrorIds.RedisUrlInvalid,
        "The Redis URL asks not to check the server's certificate, which CacheKit always does.",
        "If the certificate comes from an authority of your own, give that authority's certificate as the CA file.");
}
