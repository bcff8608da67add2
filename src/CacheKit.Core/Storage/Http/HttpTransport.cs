using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace CacheKit.Core.Storage.Http;

/// <summary>
/// The connections of one store: which addresses they may lead to, whom they trust, and what goes out with each
/// request. Nothing is opened before the first request.
/// </summary>
internal sealed class HttpTransport : IDisposable
{
    // For the service to tell processes apart; they say nothing of the machine or the user.
    private static readonly string s_sessionId = Guid.NewGuid().ToString();
    private static readonly string s_sessionStart =
        DateTimeOffset.UtcNow.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);

    private static readonly HttpRequestOptionsKey<OperationDeadline> s_deadline = new("CacheKit.OperationDeadline");

    private readonly HttpStoreOptions _options;
    private readonly Func<string> _readKey;
    private readonly Lazy<HttpClient> _client;
    private SslProtocols _protocol;
    private long _hits;
    private long _misses;

    /// <summary>Makes a transport.</summary>
    /// <param name="options">Valid options.</param>
    /// <param name="readKey">Gives the bearer token; called once, at the first request.</param>
    public HttpTransport(HttpStoreOptions options, Func<string> readKey)
    {
        _options = options;
        _readKey = readKey;
        _client = new Lazy<HttpClient>(MakeClient);
    }

    /// <summary>The version of TLS of the latest connection; None when it was not encrypted, or none was.</summary>
    public SslProtocols Protocol => _protocol;

    /// <summary>Counts an answer, for the statistics that requests carry.</summary>
    /// <param name="isHit">Whether there was a value.</param>
    public void Count(bool isHit) => Interlocked.Increment(ref isHit ? ref _hits : ref _misses);

    /// <summary>Sends a request and returns when the headers of its answer are there.</summary>
    /// <param name="request">The request.</param>
    /// <param name="deadline">The end of the operation's time, which connecting puts off.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, OperationDeadline deadline, CancellationToken cancellationToken)
    {
        request.Options.Set(s_deadline, deadline);
        // HttpClient's own defaults do not count for requests that it did not make.
        request.Version = HttpVersion.Version20;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
        request.Headers.Add("X-CacheKit-L2-Hits", Volatile.Read(ref _hits).ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("X-CacheKit-Misses", Volatile.Read(ref _misses).ToString(CultureInfo.InvariantCulture));
        return _client.Value.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_client.IsValueCreated)
        {
            _client.Value.Dispose();
        }
    }

    private HttpClient MakeClient()
    {
        HttpClient client = new(MakeHandler(), disposeHandler: true)
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        HttpRequestHeaders headers = client.DefaultRequestHeaders;
        headers.Authorization = new AuthenticationHeaderValue("Bearer", _readKey());
        headers.Add("X-CacheKit-Session-ID", s_sessionId);
        headers.Add("X-CacheKit-Session-Start", s_sessionStart);
        // Whoever asks the store has looked into the memory, or has none.
        headers.Add("X-CacheKit-L1-Status", "miss");
        return client;
    }

    private SocketsHttpHandler MakeHandler()
    {
        SocketsHttpHandler handler = new()
        {
            // The key goes to the host it was given for, and nowhere else.
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = !_options.IsLoopbackHost,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = _options.ConnectTimeout,
            ConnectCallback = ConnectAsync,
            PlaintextStreamFilter = NoteProtocolAsync,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            MaxConnectionsPerServer = 32,
            EnableMultipleHttp2Connections = true,
            KeepAlivePingDelay = TimeSpan.FromSeconds(10),
            KeepAlivePingTimeout = _options.PingTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            MaxResponseHeadersLength = 16,
            // The rest of an answer that was too long is not worth waiting for.
            MaxResponseDrainSize = 64 * 1024,
        };
        // No tracing headers. By reflection: the property's type is in an assembly of which packages bring a newer one,
        // so that beside PowerShell the runtime would not find the setter under the type that we are compiled against.
        typeof(SocketsHttpHandler).GetProperty(nameof(SocketsHttpHandler.ActivityHeadersPropagator))!
            .SetValue(handler, null);
        if (_options.CaFile is { } path)
        {
            handler.SslOptions.CertificateChainPolicy = CaFile.ReadPolicy(path);
        }

        return handler;
    }

    private ValueTask<Stream> NoteProtocolAsync(
        SocketsHttpPlaintextStreamFilterContext context, CancellationToken cancellationToken)
    {
        DeadlineOf(context.InitialRequestMessage)?.EndConnecting();
        _protocol = context.PlaintextStream is SslStream stream ? stream.SslProtocol : SslProtocols.None;
        return new ValueTask<Stream>(context.PlaintextStream);
    }

    /// <summary>None for what is asked of a proxy.</summary>
    private static OperationDeadline? DeadlineOf(HttpRequestMessage request) =>
        request.Options.TryGetValue(s_deadline, out OperationDeadline? deadline) ? deadline : null;

    /// <summary>
    /// Connects to what the name means now, so that a name which changes its meaning leads nowhere else than the rules
    /// allow. A proxy of the system's settings resolves names itself: there, only the certificate proves the host.
    /// </summary>
    private async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        OperationDeadline? deadline = DeadlineOf(context.InitialRequestMessage);
        deadline?.BeginConnecting(_options.ConnectTimeout);
        DnsEndPoint target = context.DnsEndPoint;
        IPAddress[] addresses = IPAddress.TryParse(target.Host, out IPAddress? literal)
            ? [literal]
            : await _options.Resolve(target.Host, cancellationToken).ConfigureAwait(false);
        // Only what the handler itself asks of a proxy goes to another host, and is no request of ours.
        bool isProxy = deadline is null
            && (target.Port != _options.BaseAddress.Port
                || !target.Host.Equals(_options.BaseAddress.IdnHost, StringComparison.OrdinalIgnoreCase));
        IPAddress[] allowed = isProxy ? addresses : Array.FindAll(addresses, IsAllowed);
        if (allowed.Length == 0)
        {
            throw addresses.Length == 0
                ? new SocketException((int)SocketError.HostNotFound)
                : new AddressRefusedException();
        }

        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, target.Port, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private bool IsAllowed(IPAddress address) =>
        AddressRules.Classify(address) switch
        {
            AddressKind.Public => true,
            AddressKind.Private => _options.AllowPrivateAddresses,
            _ => false,
        }
        && (_options.BaseAddress.Scheme == Uri.UriSchemeHttps || AddressRules.IsLoopback(address));
}
