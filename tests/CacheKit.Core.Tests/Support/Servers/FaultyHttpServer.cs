using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace CacheKit.Core.Tests.Support.Servers;

/// <summary>
/// A server on bare sockets that speaks HTTP/1.1 as badly as a test wants (<see cref="FaultyAnswers"/>), and remembers
/// what it was sent.
/// </summary>
internal sealed class FaultyHttpServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentQueue<FaultyExchange> _exchanges = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly X509Certificate2? _certificate;
    private readonly Task _accepting;

    private FaultyHttpServer(FaultyAnswer answer, X509Certificate2? certificate)
    {
        Answer = answer;
        _certificate = certificate;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>What the next requests get.</summary>
    public FaultyAnswer Answer { get; set; }

    /// <summary>The requests so far.</summary>
    public IReadOnlyList<FaultyExchange> Exchanges => [.. _exchanges];

    /// <summary>The port.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The address of the server.</summary>
    public Uri Address => new(string.Create(
        CultureInfo.InvariantCulture, $"{(_certificate is null ? "http" : "https")}://127.0.0.1:{Port}"));

    /// <summary>Starts a server on a free port.</summary>
    /// <param name="answer">What requests get.</param>
    /// <param name="certificate">The certificate, for https.</param>
    public static FaultyHttpServer Start(FaultyAnswer answer, X509Certificate2? certificate = null) =>
        new(answer, certificate);

    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        await _stopping.CancelAsync();
        await _accepting;
        _listener.Stop();
        await Task.WhenAll(_connections);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(_stopping.Token);
                _connections.Add(ServeAsync(client));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
            // The end.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                client.NoDelay = true;
                Stream stream = client.GetStream();
                if (_certificate is not null)
                {
                    SslStream secure = new(stream);
                    await secure.AuthenticateAsServerAsync(
                        new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _stopping.Token);
                    stream = secure;
                }

                await using (stream)
                {
                    await ConverseAsync(stream);
                }
            }
            catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException
                or AuthenticationException or ObjectDisposedException)
            {
                // The client has left, or the server stops.
            }
        }
    }

    private async Task ConverseAsync(Stream stream)
    {
        while (await ReadHeadAsync(stream) is { } head)
        {
            FaultyExchange exchange = new(head, stream, _stopping.Token);
            int length = int.Parse(exchange.Header("Content-Length") ?? "0", CultureInfo.InvariantCulture);
            await stream.ReadExactlyAsync(new byte[length], _stopping.Token);
            _exchanges.Enqueue(exchange);
            await Answer(exchange);
            if (exchange.Closes)
            {
                return;
            }
        }
    }

    private async Task<string?> ReadHeadAsync(Stream stream)
    {
        StringBuilder head = new();
        byte[] next = new byte[1];
        while (await stream.ReadAsync(next, _stopping.Token) > 0)
        {
            head.Append((char)next[0]);
            if (next[0] == '\n' && head.Length >= 4 && head.ToString(head.Length - 4, 4) == "\r\n\r\n")
            {
                return head.ToString(0, head.Length - 4);
            }
        }

        return null;
    }
}
