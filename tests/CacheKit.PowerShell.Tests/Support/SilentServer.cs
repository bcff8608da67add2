using System.Net;
using System.Net.Sockets;

namespace CacheKit.PowerShell.Tests.Support;

/// <summary>
/// A server that reads and never answers. With the longest time-outs that the environment allows, nothing but Ctrl+C
/// ends a call that waits for it.
/// </summary>
public sealed class SilentServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SilentServer()
    {
        _listener.Start();
        _ = AcceptAsync();
        int port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        Environment.SetEnvironmentVariable("CACHEKIT_CACHE_PATH", null);
        Environment.SetEnvironmentVariable("CACHEKIT_REDIS_URL", $"redis://127.0.0.1:{port}");
        UseLongTimeouts();
    }

    /// <summary>Completes when a client has sent something.</summary>
    public Task Asked => _asked.Task;

    /// <summary>Gives each call to a store ten minutes: no machine is so busy that they pass.</summary>
    public static void UseLongTimeouts()
    {
        Environment.SetEnvironmentVariable("CACHEKIT_SOCKET_TIMEOUT", "600");
        Environment.SetEnvironmentVariable("CACHEKIT_SOCKET_CONNECT_TIMEOUT", "600");
    }

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        using Socket client = await _listener.AcceptSocketAsync();
        while (await client.ReceiveAsync(new byte[1024]) > 0)
        {
            _asked.TrySetResult();
        }
    }
}
