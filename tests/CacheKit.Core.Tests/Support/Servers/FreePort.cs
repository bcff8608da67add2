using System.Net;
using System.Net.Sockets;

namespace CacheKit.Core.Tests.Support.Servers;

/// <summary>Ports of the loopback address that nobody uses.</summary>
internal static class FreePort
{
    // Below the ports that the system gives to outgoing connections, so that none of ours is taken in between.
    private const int First = 20_000;
    private const int Count = 10_000;

    private static int s_next = Random.Shared.Next(Count);

    /// <summary>Takes a port, which nobody else in this process gets.</summary>
    public static int Take()
    {
        while (true)
        {
            int port = First + (int)((uint)Interlocked.Increment(ref s_next) % Count);
            using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                // Somebody else's.
            }
        }
    }
}
