using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace CacheKit.Core.Tests.Support.Servers;

/// <summary>
/// A server on bare sockets that speaks HTTP/1.1 as badly as a test wants (<see cref="FaultyAnswers"/>), and remembers
/// what it was sent.
/// </summary>
internal sealed class FaultyHttpServer : LoopbackServer
{
    private readonly ConcurrentQueue<FaultyExchange> _exchanges = new();
    private readonly X509Certificate2? _certificate;

    private FaultyHttpServer(FaultyAnswer answer, X509Certificate2? certificate)
    {
        Answer = answer;
        _certificate = certificate;
        Accept();
    }

    /// <summary>What the next requests get.</summary>
    public FaultyAnswer Answer { get; set; }

    /// <summary>The requests so far.</summary>
    public IReadOnlyList<FaultyExchange> Exchanges => [.. _exchanges];

    /// <summary>The address of the server.</summary>
    public Uri Address => new(string.Create(
        CultureInfo.InvariantCulture, $"{(_certificate is null ? "http" : "https")}://127.0.0.1:{Port}"));

    /// <summary>Starts a server on a free port.</summary>
    /// <param name="answer">What requests get.</param>
    /// <param name="certificate">The certificate, for https.</param>
    public static FaultyHttpServer Start(FaultyAnswer answer, X509Certificate2? certificate = null) =>
        new(answer, certificate);

    protected override async Task ServeAsync(NetworkStream stream, CancellationToken token)
    {
        if (_certificate is null)
        {
            await ConverseAsync(stream, token);
            return;
        }

        await using SslStream secure = new(stream);
        await secure.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions { ServerCertificate = _certificate }, token);
        await ConverseAsync(secure, token);
    }

    private async Task ConverseAsync(Stream stream, CancellationToken token)
    {
        while (await ReadHeadAsync(stream, token) is { } head)
        {
            FaultyExchange exchange = await ReadBodyAsync(head, stream, token);
            _exchanges.Enqueue(exchange);
            await Answer(exchange);
            if (exchange.Closes)
            {
                return;
            }
        }
    }

    private static async Task<string?> ReadHeadAsync(Stream stream, CancellationToken token)
    {
        StringBuilder head = new();
        byte[] next = new byte[1];
        while (await stream.ReadAsync(next, token) > 0)
        {
            head.Append((char)next[0]);
            if (next[0] == '\n' && head.Length >= 4 && head.ToString(head.Length - 4, 4) == "\r\n\r\n")
            {
                return head.ToString(0, head.Length - 4);
            }
        }

        return null;
    }

    private static async Task<FaultyExchange> ReadBodyAsync(string head, Stream stream, CancellationToken token)
    {
        FaultyExchange exchange = new(head, stream, token);
        byte[] body = new byte[int.Parse(exchange.Header("Content-Length") ?? "0", CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body, token);
        exchange.Body = body;
        return exchange;
    }
}
