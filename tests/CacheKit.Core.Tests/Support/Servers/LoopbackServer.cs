using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace CacheKit.Core.Tests.Support.Servers;

/// <summary>Accepts connections on a free port of the loopback address; each is served until it breaks.</summary>
internal abstract class LoopbackServer : IDisposable, IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentBag<TcpClient> _clients = [];
    private readonly ConcurrentBag<Task> _served = [];
    private Task _accepting = Task.CompletedTask;
    private bool _isDisposed;

    protected LoopbackServer()
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
    }

    public int Port { get; }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
        {
            return;
        }

        _end.Cancel();
        _listener.Dispose();
        foreach (TcpClient client in _clients)
        {
            client.Dispose();
        }

        _end.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends the server; when it completes, no connection is served any more.</summary>
    public async ValueTask DisposeAsync()
    {
        Dispose();
        await _accepting;
        await Task.WhenAll(_served);
        GC.SuppressFinalize(this);
    }

    /// <summary>Begins to accept; called when the derived server is made.</summary>
    protected void Accept() => _accepting = AcceptAsync(_end.Token);

    /// <summary>Serves one connection.</summary>
    protected abstract Task ServeAsync(NetworkStream stream, CancellationToken token);

    /// <summary>
    /// Waits until the first of the ways of a connection ends, which ends the others: how they end is seen here, since
    /// nobody else does.
    /// </summary>
    protected static async Task FirstToEndAsync(params Task[] ways)
    {
        await Task.WhenAny(ways);
        foreach (Task way in ways)
        {
            _ = way.ContinueWith(
                static ended => _ = ended.Exception,
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }
    }

    private async Task AcceptAsync(CancellationToken token)
    {
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(token);
                _clients.Add(client);
                _served.Add(ServeAsync(client, token));
            }
        }
        catch (Exception exception) when (IsEnd(exception) || token.IsCancellationRequested)
        {
            // The test is over. A listener that is closed between two connections says something else each time.
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
