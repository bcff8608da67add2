using System.Net;
using System.Net.Sockets;

namespace CacheKit.Core.Tests.Support.Servers;

/// <summary>
/// Stands before a server, and passes on what it is sent; while it is held, nothing of what is large: a thin link, on
/// which large values take as long as a test wants.
/// </summary>
internal sealed class HeldLink : LoopbackServer
{
    private const int LargeBytes = 64 * 1024;

    private readonly int _target;
    private volatile TaskCompletionSource _isOpen = Opened();

    /// <summary>Makes one.</summary>
    /// <param name="target">The port of the server on the loopback address.</param>
    public HeldLink(int target)
    {
        _target = target;
        Accept();
    }

    public string Url => $"redis://127.0.0.1:{Port}";

    /// <summary>From now on, a connection waits once it has sent much.</summary>
    public void Hold() => _isOpen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Lets them go on.</summary>
    public void Release() => _isOpen.SetResult();

    protected override async Task ServeAsync(NetworkStream stream, CancellationToken token)
    {
        using TcpClient server = new() { NoDelay = true };
        await server.ConnectAsync(IPAddress.Loopback, _target, token);
        NetworkStream answers = server.GetStream();
        await FirstToEndAsync(answers.CopyToAsync(stream, token), PassOnAsync(stream, answers, token));
    }

    private async Task PassOnAsync(NetworkStream from, NetworkStream to, CancellationToken token)
    {
        byte[] buffer = new byte[LargeBytes];
        int passed = 0;
        int read;
        while ((read = await from.ReadAsync(buffer, token)) > 0)
        {
            Task isOpen = _isOpen.Task;
            passed = isOpen.IsCompleted ? 0 : passed + read;
            await (passed > LargeBytes ? isOpen.WaitAsync(token) : Task.CompletedTask);
            await to.WriteAsync(buffer.AsMemory(0, read), token);
        }
    }

    private static TaskCompletionSource Opened()
    {
        TaskCompletionSource open = new();
        open.SetResult();
        return open;
    }
}
