using System.Globalization;
using System.Text;

namespace CacheKit.Core.Tests.Support.Servers;

/// <summary>What a server does with a request.</summary>
internal delegate Task FaultyAnswer(FaultyExchange exchange);

/// <summary>One request, as it came over the wire, and the way to answer it with anything at all.</summary>
internal sealed class FaultyExchange(string head, Stream stream, CancellationToken stopping)
{
    /// <summary>The request line and the headers, without the empty line.</summary>
    public string Head { get; } = head;

    /// <summary>The method.</summary>
    public string Method => Head.Split(' ')[0];

    /// <summary>The target of the request line, as it was sent.</summary>
    public string Target => Head.Split(' ')[1];

    /// <summary>The body of the request.</summary>
    public byte[] Body { get; set; } = [];

    /// <summary>Ends when the server stops.</summary>
    public CancellationToken Stopping { get; } = stopping;

    /// <summary>Whether the connection is closed after the answer.</summary>
    public bool Closes { get; set; }

    /// <summary>How many bytes the client took.</summary>
    public long BytesSent { get; private set; }

    /// <summary>The value of a header of the request, or null.</summary>
    public string? Header(string name) => Head.Split("\r\n").Skip(1)
        .Where(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))
        .Select(line => line[(name.Length + 1)..].Trim())
        .FirstOrDefault();

    /// <summary>Sends bytes.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        await stream.WriteAsync(bytes, Stopping);
        await stream.FlushAsync(Stopping);
        BytesSent += bytes.Length;
    }

    /// <summary>Sends text; each character is one byte.</summary>
    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    /// <summary>Sends a whole answer.</summary>
    /// <param name="status">Code and reason.</param>
    /// <param name="body">The body; each character is one byte.</param>
    /// <param name="headers">More headers.</param>
    public Task SendAsync(string status, string body, params string[] headers) => SendAsync(
        $"HTTP/1.1 {status}\r\nContent-Length: {body.Length.ToString(CultureInfo.InvariantCulture)}\r\n"
        + string.Concat(headers.Select(header => header + "\r\n")) + "\r\n" + (Method == "HEAD" ? string.Empty : body));

    /// <summary>Does nothing until the server stops.</summary>
    public Task StaySilentAsync() => Task.Delay(Timeout.Infinite, Stopping);
}
