using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace CacheKit.Core.Tests.Support.Servers;

/// <summary>
/// Keeps entries as an HTTP store does, and answers byte by byte what a test wants instead. A connection a request.
/// </summary>
internal sealed class RawHttpServer : LoopbackServer
{
    private readonly ConcurrentDictionary<string, byte[]> _entries = new(StringComparer.Ordinal);
    private readonly SslStreamCertificateContext? _certificate;

    /// <summary>Makes one.</summary>
    /// <param name="certificate">What it proves itself with over TLS, or null to speak without.</param>
    public RawHttpServer(ServerCertificate? certificate = null)
    {
        _certificate = certificate is null
            ? null
            : SslStreamCertificateContext.Create(
                X509CertificateLoader.LoadPkcs12FromFile(certificate.PfxFile, ServerCertificate.PfxPassword),
                additionalCertificates: null,
                offline: true);
        Accept();
    }

    public Uri Address => new($"{(_certificate is null ? "http" : "https")}://127.0.0.1:{Port}");

    /// <summary>What is written instead of the right answer; null for the right one.</summary>
    public Func<Stream, CancellationToken, Task>? Fault { get; set; }

    /// <summary>An answer, whole.</summary>
    public static Func<Stream, CancellationToken, Task> Answer(string head, string body = "") => (stream, token) =>
        stream.WriteAsync(
            Encoding.UTF8.GetBytes($"HTTP/1.1 {head}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}"),
            token).AsTask();

    protected override async Task ServeAsync(NetworkStream stream, CancellationToken token)
    {
        Stream connection = stream;
        if (_certificate is not null)
        {
            SslStream tls = new(stream);
            await tls.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions { ServerCertificateContext = _certificate }, token);
            connection = tls;
        }

        (string method, string path, byte[] body) = await ReadAsync(connection, token);
        await (Fault ?? Right(method, path, body))(connection, token);
        await connection.FlushAsync(token);
    }

    private Func<Stream, CancellationToken, Task> Right(string method, string path, byte[] body)
    {
        switch (method)
        {
            case "PUT":
                _entries[path] = body;
                return Answer("201 Created");
            case "DELETE":
                return Answer(_entries.TryRemove(path, out _) ? "204 No Content" : "404 Not Found");
            default:
                return _entries.TryGetValue(path, out byte[]? value) ? Value(value) : Answer("404 Not Found");
        }
    }

    private static Func<Stream, CancellationToken, Task> Value(byte[] value) => async (stream, token) =>
    {
        string head = "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nConnection: close\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{head}Content-Length: {value.Length}\r\n\r\n"), token);
        await stream.WriteAsync(value, token);
    };

    private static async Task<(string Method, string Path, byte[] Body)> ReadAsync(
        Stream connection, CancellationToken token)
    {
        StringBuilder head = new();
        byte[] one = new byte[1];
        while (head.Length < 4 || head.ToString(head.Length - 4, 4) != "\r\n\r\n")
        {
            await connection.ReadExactlyAsync(one, token);
            head.Append((char)one[0]);
        }

        string[] lines = head.ToString().Split("\r\n");
        string[] request = lines[0].Split(' ');
        const string Length = "Content-Length:";
        string? length = lines.FirstOrDefault(line => line.StartsWith(Length, StringComparison.OrdinalIgnoreCase));
        byte[] body = new byte[length is null ? 0 : int.Parse(length.AsSpan(Length.Length), CultureInfo.InvariantCulture)];
        await connection.ReadExactlyAsync(body, token);
        return (request[0], request[1], body);
    }
}
