using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CacheKit.StoreServer;

/// <summary>
/// A zero-knowledge store over HTTP: it keeps what clients have sealed, and could not read it if it wanted to. The
/// reference for who hosts a store of his own (docs/hosting.md).
/// </summary>
public sealed class HttpStoreServer : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    /// <summary>What slow clients have for a handshake, for headers, and between two requests.</summary>
    private static readonly TimeSpan s_slow = TimeSpan.FromHours(1);

    private readonly WebApplication _application;

    private HttpStoreServer(WebApplication application) => _application = application;

    /// <summary>The address for clients on this machine.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>Starts a server.</summary>
    /// <param name="options">Where it listens, and for whom.</param>
    public static async Task<HttpStoreServer> StartAsync(HttpStoreServerOptions options)
    {
        if (options.AnswersOtherMachines && options.Certificate is null)
        {
            throw new ArgumentException("Other machines are answered over https alone.", nameof(options));
        }

        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        // No log: the addresses of requests are the keys of entries.
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => Configure(kestrel, options));
        HttpStoreServer server = new(builder.Build());
        server._application.Run(new StoreRequests(options).AnswerAsync);
        await server._application.StartAsync();
        string scheme = options.Certificate is null ? Uri.UriSchemeHttp : Uri.UriSchemeHttps;
        server.Address = new Uri($"{scheme}://127.0.0.1:{new Uri(server._application.Urls.First()).Port}");
        return server;
    }

    /// <summary>Waits until the process is asked to end.</summary>
    public Task WaitAsync() => _application.WaitForShutdownAsync();

    /// <summary>Stops listening, and ends the requests under way after a second.</summary>
    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource patience = new(s_patience);
        await _application.StopAsync(patience.Token);
        await _application.DisposeAsync();
    }

    private static void Configure(KestrelServerOptions kestrel, HttpStoreServerOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = options.MaxValueBytes;
        kestrel.Limits.MaxRequestLineSize = 32 * 1024;
        if (options.WaitsForSlowClients)
        {
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.KeepAliveTimeout = s_slow;
            kestrel.Limits.RequestHeadersTimeout = s_slow;
        }

        IPAddress address = options.AnswersOtherMachines ? IPAddress.Any : IPAddress.Loopback;
        kestrel.Listen(address, options.Port, listen =>
        {
            if (options.Certificate is { } certificate)
            {
                listen.UseHttps(certificate, https => https.HandshakeTimeout =
                    options.WaitsForSlowClients ? s_slow : https.HandshakeTimeout);
            }
        });
    }
}
