using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace CacheKit.Core.Tests.Support.Servers;

/// <summary>
/// Stands before a server, and passes on what it answers a while later: a link that is long, not thin.
/// </summary>
internal sealed class SlowProxy : LoopbackServer
{
    private readonly int _target;
    private readonly TimeSpan _delay;
    private readonly TimeProvider _clock;

    /// <summary>Makes one.</summary>
    /// <param name="target">The port of the server on the loopback address.</param>
    /// <param name="delay">How much later.</param>
    /// <param name="clock">By which clock.</param>
    public SlowProxy(int target, TimeSpan delay, TimeProvider clock)
    {
        _target = target;
        _delay = delay;
        _clock = clock;
        Accept();
    }

    protected override async Task ServeAsync(NetworkStream stream, CancellationToken token)
    {
        using TcpClient server = new() { NoDelay = true };
        await server.ConnectAsync(IPAddress.Loopback, _target, token);
        NetworkStream answers = server.GetStream();
        Channel<(DateTimeOffset Due, byte[] Bytes)> late = Channel.CreateUnbounded<(DateTimeOffset, byte[])>();
        await FirstToEndAsync(
            stream.CopyToAsync(answers, token),
            ReadAsync(answers, late.Writer, token),
            PassOnAsync(late.Reader, stream, token));
    }

    private async Task ReadAsync(
        NetworkStream answers, ChannelWriter<(DateTimeOffset Due, byte[] Bytes)> late, CancellationToken token)
    {
        byte[] buffer = new byte[64 * 1024];
        int read;
        while ((read = await answers.ReadAsync(buffer, token)) > 0)
        {
            late.TryWrite((_clock.GetUtcNow() + _delay, buffer[..read]));
        }
    }

    private async Task PassOnAsync(
        ChannelReader<(DateTimeOffset Due, byte[] Bytes)> late, NetworkStream stream, CancellationToken token)
    {
        await foreach ((DateTimeOffset due, byte[] bytes) in late.ReadAllAsync(token))
        {
            TimeSpan left = due - _clock.GetUtcNow();
            if (left > TimeSpan.Zero)
            {
                await Task.Delay(left, _clock, token);
            }

            await stream.WriteAsync(bytes, token);
        }
    }
}
