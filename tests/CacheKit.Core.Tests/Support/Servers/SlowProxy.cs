using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace CacheKit.Core.Tests.Support.Servers;

/// <summary>Stands before a server, and passes on what it answers a while later: a link that is long, not thin.</summary>
internal sealed class SlowProxy : LoopbackServer
{
    private readonly int _target;
    private readonly TimeSpan _delay;

    /// <summary>Makes one.</summary>
    /// <param name="target">The port of the server on the loopback address.</param>
    /// <param name="delay">How much later.</param>
    public SlowProxy(int target, TimeSpan delay)
    {
        _target = target;
        _delay = delay;
        Accept();
    }

    protected override async Task ServeAsync(NetworkStream stream, CancellationToken token)
    {
        using TcpClient server = new() { NoDelay = true };
        await server.ConnectAsync(IPAddress.Loopback, _target, token);
        NetworkStream answers = server.GetStream();
        Channel<(DateTime Due, byte[] Bytes)> late = Channel.CreateUnbounded<(DateTime, byte[])>();
        await Task.WhenAny(
            stream.CopyToAsync(answers, token),
            ReadAsync(answers, late.Writer, token),
            PassOnAsync(late.Reader, stream, token));
    }

    private async Task ReadAsync(
        NetworkStream answers, ChannelWriter<(DateTime Due, byte[] Bytes)> late, CancellationToken token)
    {
        byte[] buffer = new byte[64 * 1024];
        int read;
        while ((read = await answers.ReadAsync(buffer, token)) > 0)
        {
            late.TryWrite((DateTime.UtcNow + _delay, buffer[..read]));
        }
    }

    private static async Task PassOnAsync(
        ChannelReader<(DateTime Due, byte[] Bytes)> late, NetworkStream stream, CancellationToken token)
    {
        await foreach ((DateTime due, byte[] bytes) in late.ReadAllAsync(token))
        {
            TimeSpan left = due - DateTime.UtcNow;
            if (left > TimeSpan.Zero)
            {
                await Task.Delay(left, token);
            }

            await stream.WriteAsync(bytes, token);
        }
    }
}
