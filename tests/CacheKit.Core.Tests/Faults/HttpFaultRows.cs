using System.Net;
using System.Text;
using CacheKit.Core.Storage;
using CacheKit.Core.Tests.Support.Servers;

namespace CacheKit.Core.Tests.Faults;

/// <summary>The faults of an HTTP store.</summary>
internal static class HttpFaultRows
{
    public static IReadOnlyList<FaultRow> All { get; } =
    [
        new(
            "HTTP: nobody listens",
            StoreFault.Unavailable,
            "nobody listens there",
            () => Fixed($"http://127.0.0.1:{FreePort.Take()}")),
        new(
            "HTTP: the name does not resolve",
            StoreFault.Unavailable,
            "its name does not resolve",
            () => Fixed("https://no-such-host.invalid")),
        new("HTTP: TLS with another name", StoreFault.TlsFailed, "its certificate is of another name", OtherName),
        Answers(
            "HTTP: wrong key (401)",
            StoreFault.AuthenticationFailed,
            "does not accept the API key",
            RawHttpServer.Answer("401 Unauthorized")),
        Answers(
            "HTTP: too many requests (429)",
            StoreFault.Busy,
            "asks for patience",
            RawHttpServer.Answer("429 Too Many Requests\r\nRetry-After: 1")),
        Answers(
            "HTTP: an error of its own (500)",
            StoreFault.Unavailable,
            "has an error of its own",
            RawHttpServer.Answer("500 Oh")),
        Answers(
            "HTTP: a page of text (HTML)",
            StoreFault.UnexpectedAnswer,
            "answered with a page of text",
            RawHttpServer.Answer("200 OK\r\nContent-Type: text/html", "<html>Please log in.</html>")) with
        {
            OnlyReads = true,
        },
        Answers(
            "HTTP: a redirect",
            StoreFault.UnexpectedAnswer,
            "answers with a redirect",
            RawHttpServer.Answer("302 Found\r\nLocation: https://elsewhere.example/")),
        Answers("HTTP: breaks off in the middle", StoreFault.Unavailable, "broke off the connection", TruncateAsync),
        Answers("HTTP: sends 1 GiB", StoreFault.UnexpectedAnswer, "answered with more than", FloodAsync) with
        {
            OnlyReads = true,
        },
        Answers(
            "HTTP: hangs",
            StoreFault.TimedOut,
            "did not answer in time",
            (_, token) => Task.Delay(Timeout.Infinite, token)),
    ];

    private static FaultScene Fixed(string address) => new(() => Open(new Uri(address)));

    private static HttpStore Open(Uri address, string? caFile = null) => new(
        new HttpStoreOptions
        {
            BaseAddress = address,
            ApiKey = new NetworkCredential("", "ck_live_key-of-a-test").SecurePassword,
            AllowCustomHost = true,
            AllowPrivateAddresses = true,
            CaFile = caFile,
            ConnectTimeout = FaultSuite.Options.ConnectTimeout,
            OperationTimeout = FaultSuite.Options.OperationTimeout!.Value,
        },
        TimeProvider.System);

    private static FaultScene OtherName()
    {
        ServerCertificate certificate = new("cache.example");
        RawHttpServer server = new(certificate);
        return new FaultScene(() => Open(server.Address, certificate.CaFile), server, certificate);
    }

    private static FaultRow Answers(
        string name, StoreFault fault, string text, Func<Stream, CancellationToken, Task> answer) =>
        new(name, fault, text, () =>
        {
            RawHttpServer server = new();
            return new FaultScene(() => Open(server.Address), server)
            {
                Break = () => server.Fault = answer,
                Mend = () => server.Fault = null,
            };
        });

    private static async Task TruncateAsync(Stream stream, CancellationToken token)
    {
        string head = "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: 100\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head + "abc"), token);
    }

    /// <summary>Without a length, so that only counting helps.</summary>
    private static async Task FloodAsync(Stream stream, CancellationToken token)
    {
        string head = "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nConnection: close\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), token);
        byte[] chunk = new byte[1 << 20];
        for (int i = 0; i < 1024; i++)
        {
            await stream.WriteAsync(chunk, token);
        }
    }
}
