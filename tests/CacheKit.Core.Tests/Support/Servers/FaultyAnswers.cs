using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace CacheKit.Core.Tests.Support.Servers;

/// <summary>The ways in which a <see cref="FaultyHttpServer"/> answers.</summary>
internal static class FaultyAnswers
{
    private const string Value = "Content-Type: application/octet-stream";

    /// <summary>What a proxy or a login form says.</summary>
    public static FaultyAnswer Html { get; } = exchange => exchange.SendAsync(
        "200 OK", "<html><body>Please log in</body></html>", "Content-Type: text/html; charset=utf-8");

    /// <summary>Nothing, ever.</summary>
    public static FaultyAnswer Silence { get; } = exchange => exchange.StaySilentAsync();

    /// <summary>Half of a value, then the end of the connection.</summary>
    public static FaultyAnswer Truncated { get; } = async exchange =>
    {
        exchange.Closes = true;
        await exchange.SendAsync($"HTTP/1.1 200 OK\r\n{Value}\r\nContent-Length: 100\r\n\r\n");
        await exchange.SendAsync(new byte[50]);
    };

    /// <summary>A chunked value whose last chunk is missing.</summary>
    public static FaultyAnswer TruncatedChunks { get; } = async exchange =>
    {
        exchange.Closes = true;
        await exchange.SendAsync($"HTTP/1.1 200 OK\r\n{Value}\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
    };

    /// <summary>The headers and the first byte of a value, and no more.</summary>
    public static FaultyAnswer Stalled { get; } = async exchange =>
    {
        await exchange.SendAsync($"HTTP/1.1 200 OK\r\n{Value}\r\nContent-Length: 100\r\n\r\nx");
        await exchange.StaySilentAsync();
    };

    /// <summary>The end of the connection, without an answer.</summary>
    public static FaultyAnswer HangUp { get; } = exchange =>
    {
        exchange.Closes = true;
        return Task.CompletedTask;
    };

    /// <summary>Another protocol.</summary>
    public static FaultyAnswer NotHttp { get; } = async exchange =>
    {
        exchange.Closes = true;
        await exchange.SendAsync("220 mail.example.org ESMTP\r\n\r\n");
    };

    /// <summary>A gibibyte, announced.</summary>
    public static FaultyAnswer Gibibyte { get; } = async exchange =>
    {
        await exchange.SendAsync($"HTTP/1.1 200 OK\r\n{Value}\r\nContent-Length: {1 << 30}\r\n\r\n");
        await SendGibibyteAsync(exchange, chunked: false);
    };

    /// <summary>A gibibyte, in chunks, not announced.</summary>
    public static FaultyAnswer GibibyteInChunks { get; } = async exchange =>
    {
        await exchange.SendAsync($"HTTP/1.1 200 OK\r\n{Value}\r\nTransfer-Encoding: chunked\r\n\r\n");
        await SendGibibyteAsync(exchange, chunked: true);
    };

    /// <summary>A gibibyte that ends with the connection, so that only counting helps.</summary>
    public static FaultyAnswer GibibyteWithoutLength { get; } = async exchange =>
    {
        exchange.Closes = true;
        await exchange.SendAsync($"HTTP/1.1 200 OK\r\n{Value}\r\nConnection: close\r\n\r\n");
        await SendGibibyteAsync(exchange, chunked: false);
    };

    /// <summary>No fault at all: it keeps what is put, and gives it back.</summary>
    public static FaultyAnswer Right()
    {
        ConcurrentDictionary<string, byte[]> entries = new(StringComparer.Ordinal);
        return exchange =>
        {
            switch (exchange.Method)
            {
                case "PUT":
                    entries[exchange.Target] = exchange.Body;
                    return exchange.SendAsync("201 Created", string.Empty);
                case "DELETE":
                    bool isRemoved = entries.TryRemove(exchange.Target, out _);
                    return exchange.SendAsync(isRemoved ? "200 OK" : "404 Not Found", string.Empty);
                default:
                    return entries.TryGetValue(exchange.Target, out byte[]? value)
                        ? exchange.SendAsync("200 OK", Encoding.Latin1.GetString(value), Value)
                        : exchange.SendAsync("404 Not Found", string.Empty);
            }
        };
    }

    /// <summary>A status without more.</summary>
    /// <param name="status">Code and reason.</param>
    /// <param name="headers">More headers.</param>
    public static FaultyAnswer Status(string status, params string[] headers) =>
        exchange => exchange.SendAsync(status, string.Empty, headers);

    /// <summary>A redirect.</summary>
    /// <param name="status">301, 302, 303, 307 or 308.</param>
    /// <param name="target">Where it leads.</param>
    public static FaultyAnswer Redirect(int status, Uri target) =>
        Status($"{status.ToString(CultureInfo.InvariantCulture)} Elsewhere", $"Location: {target}");

    /// <summary>A value.</summary>
    /// <param name="value">Each character is one byte.</param>
    /// <param name="headers">More headers.</param>
    public static FaultyAnswer Ok(string value, params string[] headers) =>
        exchange => exchange.SendAsync("200 OK", value, [Value, .. headers]);

    /// <summary>A JSON text.</summary>
    /// <param name="json">The text.</param>
    public static FaultyAnswer Json(string json) =>
        exchange => exchange.SendAsync("200 OK", json, "Content-Type: application/json");

    private static async Task SendGibibyteAsync(FaultyExchange exchange, bool chunked)
    {
        byte[] block = new byte[1 << 20];
        for (int i = 0; i < 1024; i++)
        {
            if (chunked)
            {
                await exchange.SendAsync("100000\r\n");
            }

            await exchange.SendAsync(block);
            if (chunked)
            {
                await exchange.SendAsync("\r\n");
            }
        }
    }
}
