using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CacheKit.Core.Diagnostics;
using StackExchange.Redis;

namespace CacheKit.Core.Storage.Redis;

/// <summary>How to reach a Redis: what <see cref="RedisStoreOptions"/> say, read and checked.</summary>
public sealed class RedisConnection
{
    private static readonly byte[] s_identityKey = RandomNumberGenerator.GetBytes(32);

    // 4 times this without a byte from the server, and the library gives its socket up.
    private const int SilencesOfLibrary = 2;

    private readonly ConfigurationOptions _configuration;

    private readonly string? _caFile;

    private RedisConnection(ConfigurationOptions configuration, string? caFile)
    {
        _configuration = configuration;
        _caFile = caFile;
        DisplayName = Describe(configuration);
        Identity = Hash(configuration, caFile);
    }

    /// <summary>Where it is, as a warning may show it: <c>Redis at host:port/db</c>, never with a credential.</summary>
    public string DisplayName { get; }

    /// <summary>Whether the connection is encrypted and the server has to prove who it is.</summary>
    public bool UsesTls => _configuration.Ssl;

    /// <summary>The number of the logical database.</summary>
    public int Database => _configuration.DefaultDatabase ?? 0;

    /// <summary>Whether Sentinels are asked for the server.</summary>
    public bool UsesSentinel => _configuration.ServiceName is not null;

    /// <summary>
    /// Equal for connections that can be one: a keyed hash over everything, the credentials included. It means nothing
    /// in another process.
    /// </summary>
    internal string Identity { get; }

    /// <summary>Reads and checks a connection; connects to nothing.</summary>
    /// <param name="options">The connection, its credentials and its times.</param>
    /// <exception cref="CacheKitException">
    /// <see cref="ErrorIds.RedisUrlInvalid"/> or <see cref="ErrorIds.CaFileInvalid"/>; no part of the connection is in
    /// its text.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">A number of the options is out of its range.</exception>
    public static RedisConnection Parse(RedisStoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        string connection = options.Connection.Trim();
        if (connection.Length == 0)
        {
            throw Blank();
        }

        ConfigurationOptions configuration =
            RedisUrl.IsUrl(connection) ? RedisUrl.Parse(connection) : RedisConfigurationString.Parse(connection);
        if (options.CaFile is not null && !configuration.Ssl)
        {
            throw RedisConnectionFaults.Invalid("is without TLS, but a CA file was given");
        }

        configuration.User = options.User ?? configuration.User;
        if (options.Password is not null)
        {
            configuration.Password = new NetworkCredential("", options.Password).Password;
        }

        SetBehaviour(configuration, options);
        SetValidation(configuration, options.CaFile);
        return new RedisConnection(configuration, options.CaFile);
    }

    /// <summary>
    /// A connection of its own for values that take longer than an operation: on the same one, small operations would
    /// wait behind them, and the library would take the server for dead.
    /// </summary>
    /// <param name="allowance">How much longer the largest value may take.</param>
    internal RedisConnection ForLargeValues(TimeSpan allowance)
    {
        ConfigurationOptions configuration = _configuration.Clone();
        configuration.AsyncTimeout = (int)Math.Min(
            int.MaxValue, (long)configuration.AsyncTimeout + (long)allowance.TotalMilliseconds);
        return new RedisConnection(configuration, _caFile);
    }

    /// <summary>Never the credentials.</summary>
    public override string ToString() => DisplayName;

    /// <summary>A configuration of the caller's own, with the credentials.</summary>
    internal ConfigurationOptions ToConfiguration() => _configuration.Clone();

    private static CacheKitException Blank() => RedisConnectionFaults.Invalid("is blank");

    private static void SetBehaviour(ConfigurationOptions configuration, RedisStoreOptions options)
    {
        int silence = ToMilliseconds(options.OperationTimeout * SilencesOfLibrary);
        configuration.AbortOnConnectFail = true;
        // Without it the library refuses INFO and CLUSTER NODES. What the user may do is for the server to say.
        configuration.AllowAdmin = true;
        configuration.AsyncTimeout = silence;
        configuration.SyncTimeout = silence;
        configuration.BacklogPolicy = BacklogPolicy.FailFast;
        configuration.ClientName = "CacheKit";
        configuration.ConnectRetry = 0;
        configuration.DefaultDatabase ??= 0;
        configuration.ConnectTimeout = ToMilliseconds(options.ConnectTimeout);
        configuration.IncludeDetailInExceptions = false;
        configuration.Protocol ??= RedisProtocol.Resp2;
        configuration.ReconnectRetryPolicy = new LinearRetry(250);

        // Neither is needed for a cache, and both ask for rights beyond its keys.
        configuration.TieBreaker = "";
        configuration.ConfigurationChannel = "";
    }

    private static int ToMilliseconds(TimeSpan time) => (int)Math.Max(1, time.TotalMilliseconds);

    private static void SetValidation(ConfigurationOptions configuration, string? caFile)
    {
        // Beyond what the library does by itself, this keeps it from trusting an issuer that it finds in a variable.
        configuration.CertificateValidation += (_, _, _, errors) => errors == SslPolicyErrors.None;
        if (caFile is null)
        {
            return;
        }

        X509ChainPolicy policy = CaFile.ReadPolicy(caFile);
        configuration.SslClientAuthenticationOptions = host => new SslClientAuthenticationOptions
        {
            TargetHost = host,
            EnabledSslProtocols = configuration.SslProtocols ?? default,
            // Of its own for each connection: the judgement of a certificate writes into it.
            CertificateChainPolicy = policy.Clone(),
        };
    }

    private static string Describe(ConfigurationOptions configuration)
    {
        string where = string.Join(',', configuration.EndPoints.Select(Describe));
        string database = (configuration.DefaultDatabase ?? 0).ToString(CultureInfo.InvariantCulture);
        return configuration.ServiceName is null
            ? $"Redis at {where}/{database}"
            : $"Redis of the Sentinels at {where}/{configuration.ServiceName}/{database}";
    }

    private static string Describe(EndPoint endPoint) => endPoint switch
    {
        DnsEndPoint dns => string.Create(CultureInfo.InvariantCulture, $"{dns.Host}:{dns.Port}"),
        UnixDomainSocketEndPoint => endPoint.ToString()!,
        _ => endPoint.ToString() ?? "an address",
    };

    private static string Hash(ConfigurationOptions configuration, string? caFile)
    {
        string everything = string.Join(
            '\n',
            configuration.ToString(includePassword: true),
            configuration.SentinelUser,
            configuration.SentinelPassword,
            caFile,
            string.Join(',', configuration.EndPoints.Select(Describe)));
        byte[] bytes = Encoding.UTF8.GetBytes(everything);
        string hash = Convert.ToHexString(HMACSHA256.HashData(s_identityKey, bytes));
        CryptographicOperations.ZeroMemory(bytes);
        return hash;
    }
}
