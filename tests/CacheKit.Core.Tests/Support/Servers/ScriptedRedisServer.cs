using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace CacheKit.Core.Tests.Support.Servers;

/// <summary>
/// Speaks as much of Redis as a client needs to connect, get, set and delete, and answers what a test wants instead:
/// for states that a real server cannot be brought into at will.
/// </summary>
internal sealed class ScriptedRedisServer : LoopbackServer
{
    private readonly ConcurrentDictionary<string, byte[]> _entries = new(StringComparer.Ordinal);

    public ScriptedRedisServer()
    {
        Accept();
    }

    public string Url => $"redis://127.0.0.1:{Port}";

    /// <summary>The error that is the answer to every command on data, without its dash; null for none.</summary>
    public string? Error { get; set; }

    protected override async Task ServeAsync(NetworkStream stream, CancellationToken token)
    {
        await using BufferedStream input = new(stream);
        while (await ReadCommandAsync(input, token) is { } command)
        {
            await stream.WriteAsync(Answer(command), token);
        }
    }

    private byte[] Answer(byte[][] command)
    {
        string name = Encoding.ASCII.GetString(command[0]).ToUpperInvariant();
        switch (name)
        {
            case "GET" or "SET" or "SETEX" or "PSETEX" or "DEL" or "UNLINK" or "EVAL" or "EVALSHA"
                when Error is not null:
                return Line($"-{Error}");
            case "GET":
                return Bulk(_entries.GetValueOrDefault(Encoding.UTF8.GetString(command[1])));
            case "SET":
                _entries[Encoding.UTF8.GetString(command[1])] = command[2];
                return Line("+OK");
            case "SETEX" or "PSETEX":
                _entries[Encoding.UTF8.GetString(command[1])] = command[3];
                return Line("+OK");
            case "DEL" or "UNLINK":
                return Line(_entries.TryRemove(Encoding.UTF8.GetString(command[1]), out _) ? ":1" : ":0");
            case "PING":
                return Line("+PONG");
            case "ECHO":
                return Bulk(command[1]);
            case "INFO":
                return Bulk(Encoding.ASCII.GetBytes("redis_version:7.0.0\r\nredis_mode:standalone\r\nrole:master\r\n"));
            case "SELECT" or "CLIENT":
                return Line("+OK");
            case "PUBLISH":
                return Line(":0");
            case "SUBSCRIBE":
                return [.. Line("*3"), .. Bulk("subscribe"u8.ToArray()), .. Bulk(command[1]), .. Line(":1")];
            default:
                return Line($"-ERR unknown command '{name}'");
        }
    }

    private static byte[] Line(string line) => Encoding.UTF8.GetBytes(line + "\r\n");

    private static byte[] Bulk(byte[]? bytes) =>
        bytes is null ? Line("$-1") : [.. Line($"${bytes.Length}"), .. bytes, .. Line("")];

    private static async Task<byte[][]?> ReadCommandAsync(Stream input, CancellationToken token)
    {
        string? head = await ReadLineAsync(input, token);
        if (head is null)
        {
            return null;
        }

        byte[][] command = new byte[Number(head)][];
        for (int i = 0; i < command.Length; i++)
        {
            // A client may leave in the middle of a command.
            string length = await ReadLineAsync(input, token) ?? throw new EndOfStreamException();
            command[i] = new byte[Number(length)];
            await input.ReadExactlyAsync(command[i], token);
            await ReadLineAsync(input, token);
        }

        return command;
    }

    private static int Number(string line) => int.Parse(line.AsSpan(1), CultureInfo.InvariantCulture);

    private static async Task<string?> ReadLineAsync(Stream input, CancellationToken token)
    {
        StringBuilder line = new();
        byte[] one = new byte[1];
        while (await input.ReadAsync(one, token) == 1)
        {
            if (one[0] == '\n')
            {
                return line.ToString().TrimEnd('\r');
            }

            line.Append((char)one[0]);
        }

        return null;
    }
}
