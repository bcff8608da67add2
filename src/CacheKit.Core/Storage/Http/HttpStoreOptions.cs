using System.Net;
using System.Security;
using CacheKit.Core.Diagnostics;

namespace CacheKit.Core.Storage.Http;

/// <summary>Where an HTTP store keeps its entries, and what it accepts on the way (PROTOCOL section 9).</summary>
public sealed record HttpStoreOptions
{
    /// <summary>The longest API key, in characters.</summary>
    public const int MaxApiKeyLength = 512;

    private static readonly string[] s_officialHosts = ["api.cachekit.io", "api.staging.cachekit.io"];

    /// <summary>The service's own address.</summary>
    public static Uri DefaultBaseAddress { get; } = new("https://api.cachekit.io");

    /// <summary>
    /// The address below which <c>/v1/cache</c> lies; that of the service by default. Https, unless it is a loopback
    /// address.
    /// </summary>
    public Uri BaseAddress { get; init; } = DefaultBaseAddress;

    /// <summary>The key that is sent as bearer token; the store copies it. 1 to 512 visible ASCII characters.</summary>
    public required SecureString ApiKey { get; init; }

    /// <summary>Whether the host may be another than the service's own two.</summary>
    public bool AllowCustomHost { get; init; }

    /// <summary>
    /// Whether the host may have a private address: loopback, 10/8, 172.16/12, 192.168/16, 100.64/10, fc00::/7. Others
    /// that are not public, such as link-local ones, where clouds keep their credentials, are refused in any case.
    /// </summary>
    public bool AllowPrivateAddresses { get; init; }

    /// <summary>
    /// The path of a PEM file with the only authorities to trust; null for those of the system. The name in the
    /// certificate is checked in both cases. A private authority's certificates are not looked up for revocation.
    /// </summary>
    public string? CaFile { get; init; }

    /// <summary>How long resolving, connecting and TLS may take together; 2 seconds by default.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long an operation may take beside connecting, and each whole 8 MiB of a value a second more; 1 second by
    /// default, as for every store: a script waits for it in an outage.
    /// </summary>
    public TimeSpan OperationTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The largest value that is sent or taken, in bytes; 25 MiB by default.</summary>
    public long MaxValueBytes { get; init; } = 25L << 20;

    /// <summary>How long a server of HTTP/2 may take to answer a ping; another time only for a test.</summary>
    internal TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Resolves a host; the system's resolver unless a test needs another answer.</summary>
    internal Func<string, CancellationToken, Task<IPAddress[]>> Resolve { get; init; } = Dns.GetHostAddressesAsync;

    /// <summary>After how many pages a listing has no end: ten million keys, unless a test has less time.</summary>
    internal int MaxListPages { get; init; } = 10_000;

    /// <summary>Whether the address is one of the service's own.</summary>
    internal bool IsOfficialHost => s_officialHosts.Contains(BaseAddress.IdnHost, StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether the host is this machine itself, by its name or its address.</summary>
    internal bool IsLoopbackHost => IPAddress.TryParse(BaseAddress.IdnHost, out IPAddress? address)
        ? AddressRules.IsLoopback(address)
        : AddressRules.IsLoopbackName(BaseAddress.IdnHost);

    /// <summary>The address as it may be shown. It holds no secret: credentials in an address are refused.</summary>
    public override string ToString() => BaseAddress.IsAbsoluteUri && BaseAddress.UserInfo.Length == 0
        ? $"{nameof(HttpStoreOptions)} {BaseAddress.GetLeftPart(UriPartial.Path)}"
        : nameof(HttpStoreOptions);

    /// <summary>Refuses what no store could work with, and addresses that the key must not be sent to.</summary>
    /// <exception cref="CacheKitException">
    /// <see cref="ErrorIds.ApiUrlInvalid"/> or <see cref="ErrorIds.ApiKeyInvalid"/>; neither shows the key.
    /// </exception>
    /// <exception cref="ArgumentException">A time or size is out of its range.</exception>
    public void Validate()
    {
        ValidateForm();
        ValidateHost();
        ValidateKey();
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ConnectTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ConnectTimeout, TimeSpan.FromHours(1));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(OperationTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(OperationTimeout, TimeSpan.FromHours(1));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxValueBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxValueBytes, Array.MaxLength);
    }

    private static CacheKitException UrlInvalid(string what, string wayOut) =>
        new(ErrorIds.ApiUrlInvalid, $"The address of the HTTP store {what}.", wayOut);

    private void ValidateForm()
    {
        const string Form = "Give an address such as https://api.cachekit.io.";
        if (BaseAddress is null || !BaseAddress.IsAbsoluteUri || BaseAddress.IdnHost.Length == 0
            || (BaseAddress.Scheme != Uri.UriSchemeHttps && BaseAddress.Scheme != Uri.UriSchemeHttp))
        {
            throw UrlInvalid("is not one of https", Form);
        }

        // The address is not shown: what makes it wrong here may be a secret.
        if (BaseAddress.UserInfo.Length > 0)
        {
            throw UrlInvalid("has a user name or password in it", "Give the key with CACHEKIT_API_KEY or -ApiKey.");
        }

        if (BaseAddress.Query.Length > 0 || BaseAddress.Fragment.Length > 0)
        {
            throw UrlInvalid("has a query or a fragment, which entries cannot lie below", Form);
        }
    }

    private void ValidateHost()
    {
        string host = BaseAddress.IdnHost;
        if (BaseAddress.Scheme != Uri.UriSchemeHttps && !IsLoopbackHost)
        {
            throw UrlInvalid($"would send the key to '{host}' unencrypted", "Begin it with https://.");
        }

        if (!AllowCustomHost && !IsOfficialHost)
        {
            throw UrlInvalid(
                $"has the host '{host}', which is not the service's own",
                "Set CACHEKIT_ALLOW_CUSTOM_HOST to true if the host is yours.");
        }

        if (IPAddress.TryParse(BaseAddress.IdnHost, out IPAddress? address))
        {
            RefuseAddress(host, AddressRules.Classify(address));
        }
        else if (AddressRules.IsLoopbackName(host))
        {
            RefuseAddress(host, AddressKind.Private);
        }
    }

    private void RefuseAddress(string host, AddressKind kind)
    {
        if (kind == AddressKind.Private && !AllowPrivateAddresses)
        {
            throw UrlInvalid(
                $"has the host '{host}', which is in a private network",
                "Set CACHEKIT_ALLOW_PRIVATE_NETWORK to true if the store is in your own network.");
        }

        if (kind == AddressKind.Forbidden)
        {
            throw UrlInvalid($"has the host '{host}', where no store can be", "Give the address of a store.");
        }
    }

    private void ValidateKey()
    {
        const string WayOut = "Give the whole key of the service with CACHEKIT_API_KEY or -ApiKey.";
        if (ApiKey is null || ApiKey.Length is 0 or > MaxApiKeyLength)
        {
            throw new CacheKitException(
                ErrorIds.ApiKeyInvalid,
                ApiKey is null || ApiKey.Length == 0
                    ? "The API key of the HTTP store is empty."
                    : $"The API key of the HTTP store is longer than {MaxApiKeyLength} characters.",
                WayOut);
        }

        int position = SecretText.IndexOfUnsafe(ApiKey);
        if (position >= 0)
        {
            throw new CacheKitException(
                ErrorIds.ApiKeyInvalid,
                $"The API key of the HTTP store has a character at position {position + 1} that no key has, "
                + "such as a space or a line end.",
                WayOut);
        }
    }
}
