using System.Net;
using System.Net.Sockets;

namespace CacheKit.Core.Tests.Support.Servers;

/// <summary>Stands before a server, and passes on only so many bytes a second of what it is sent: a thin link.</summary>
internal sealed class ThinProxy : LoopbackServer
{
    private const int ChunksPerSecond = 50;

    private readonly int _target;
    private readonly int _bytesPerSecond;

    /// <summary>Makes one.</summary>
    /// <param name="target">The port of the server on the loopback address.</param>
    /// <param name="bytesPerSecond">How many bytes a second of each connection.</param>
    public ThinProxy(int target, int bytesPerSecond)
    {
        _target = target;
        _bytesPerSecond = bytesPerSecond;
        Accept();
    }

    public string Url => $"redis://127.0.0.1:{Port}";

    protected override async Task ServeAsync(NetworkStream stream, CancellationToken token)
    {
        using TcpClient server = new() { NoDelay = true };
        await server.ConnectAsync(IPAddress.Loopback, _target, token);
        NetworkStream answers = server.GetStream();
        await Task.WhenAny(answers.CopyToAsync(stream, token), PassOnAsync(stream, answers, token));
    }

    private async Task PassOnAsync(NetworkStream from, NetworkStream to, CancellationToken token)
    {
        byte[] buffer = new byte[_bytesPerSecond / ChunksPerSecond];
        int read;
        while ((read = await from.ReadAsync(buffer, token)) > 0)
        {
            await to.WriteAsync(buffer.AsMemory(0, read), token);
            if (read == buffer.Length)
            {
                await Task.Delay(1000 / ChunksPerSecond, token);
            }
        }
    }
}
