using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace CacheKit.Core.Tests.Support.Servers;

/// <summary>Accepts connections on a free port of the loopback address; each is served until it breaks.</summary>
internal abstract class LoopbackServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentBag<TcpClient> _clients = [];

    protected LoopbackServer()
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
    }

    public int Port { get; }

    public void Dispose()
    {
        _end.Cancel();
        _listener.Dispose();
        foreach (TcpClient client in _clients)
        {
            client.Dispose();
        }

        _end.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Begins to accept; called when the derived server is made.</summary>
    protected void Accept() => _ = AcceptAsync(_end.Token);

    /// <summary>Serves one connection.</summary>
    protected abstract Task ServeAsync(NetworkStream stream, CancellationToken token);

    private async Task AcceptAsync(CancellationToken token)
    {
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(token);
                _clients.Add(client);
                _ = ServeAsync(client, token);
            }
        }
        catch (Exception exception) when (IsEnd(exception))
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client, CancellationToken token)
    {
        using (client)
        {
            try
            {
                client.NoDelay = true;
                await ServeAsync(client.GetStream(), token);
            }
            catch (Exception exception) when (IsEnd(exception))
            {
                // The other side has left.
            }
        }
    }

    private static bool IsEnd(Exception exception) =>
        exception is OperationCanceledException or ObjectDisposedException or SocketException or IOException
            or AuthenticationException;
}
