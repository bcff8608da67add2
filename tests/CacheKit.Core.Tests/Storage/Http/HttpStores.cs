using System.Net;
using System.Security;
using System.Security.Cryptography;
using System.Text;
using CacheKit.Core.Storage.Http;
using CacheKit.Core.Tests.Support;
using CacheKit.StoreServer;

namespace CacheKit.Core.Tests.Storage.Http;

/// <summary>Stores and servers of these tests.</summary>
internal static class HttpStores
{
    /// <summary>An API key that is found if anything shows it.</summary>
    public const string ApiKey = "ck_sdk_5ecret0f7he7ests";

    /// <summary>The SHA-256 of an API key, as a server is given it.</summary>
    public static string Hash(string apiKey) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(apiKey)));

    /// <summary>The options of a server for <see cref="ApiKey"/>.</summary>
    public static HttpStoreServerOptions ServerOptions { get; } = new()
    {
        ApiKeyHashes = [Hash(ApiKey)],
        WaitsForSlowClients = true,
    };

    /// <summary>The text as SecureString.</summary>
    public static SecureString Secure(string text) => new NetworkCredential(string.Empty, text).SecurePassword;

    /// <summary>The options of a store on this machine.</summary>
    public static HttpStoreOptions Options(Uri address, string apiKey = ApiKey) => new()
    {
        BaseAddress = address,
        ApiKey = Secure(apiKey),
        AllowCustomHost = true,
        AllowPrivateAddresses = true,
        // What times out here does so by a clock of the test.
        ConnectTimeout = HangGuard.Limit,
        OperationTimeout = HangGuard.Limit,
        PingTimeout = HangGuard.Limit,
    };

    /// <summary>A store on this machine.</summary>
    public static HttpStore Open(Uri address, TimeProvider? clock = null) =>
        new(Options(address), clock ?? TimeProvider.System);
}
