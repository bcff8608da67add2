using CacheKit.Core.Tests.Support.Servers;

namespace CacheKit.Core.Tests.Storage.Redis;

/// <summary>A redis-server for the tests of a class, started by the first that needs it.</summary>
public sealed class RedisServerFixture : IDisposable
{
    private readonly Lazy<RedisProcess> _server = new(() => RedisProcess.StartServer());

    /// <summary>The server; the test is skipped where there is none.</summary>
    internal RedisProcess Server => _server.Value;

    public void Dispose()
    {
        if (_server.IsValueCreated)
        {
            _server.Value.Dispose();
        }
    }
}
