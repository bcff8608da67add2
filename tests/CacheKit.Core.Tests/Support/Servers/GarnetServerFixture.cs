using System.Globalization;
using Garnet;

namespace CacheKit.Core.Tests.Support.Servers;

/// <summary>
/// A Garnet server in this process: speaks the protocol of Redis and needs no installation. One for a test class
/// (<c>IClassFixture</c>); tests tell themselves apart by their keys or database.
/// </summary>
public class GarnetServerFixture : IDisposable
{
    private readonly GarnetServer _server;

    /// <summary>Starts one without a password and without TLS.</summary>
    public GarnetServerFixture()
        : this([])
    {
    }

    /// <summary>Starts one.</summary>
    /// <param name="arguments">More arguments of Garnet's command line.</param>
    protected GarnetServerFixture(params string[] arguments)
    {
        Port = FreePort.Take();
        _server = new GarnetServer(
        [
            "--bind", "127.0.0.1", "--port", Port.ToString(CultureInfo.InvariantCulture), "--lua", "true",
            "--memory", "2g", "--page", "32m", "--index", "8m", "--logger-level", "None", "--quiet", "true", .. arguments,
        ]);
        _server.Start();
    }

    /// <summary>The port on the loopback address.</summary>
    public int Port { get; }

    /// <summary>The URL of its first database.</summary>
    public string Url => $"redis://127.0.0.1:{Port}";

    public void Dispose()
    {
        _server.Dispose();
        GC.SuppressFinalize(this);
    }
}
