using CacheKit.Core.Tests.Support.Servers;

namespace CacheKit.Core.Tests.Storage.Redis;

/// <summary>A Cluster for the tests of a class, started by the first that needs it.</summary>
public sealed class RedisClusterFixture : IDisposable
{
    private readonly Lazy<RedisCluster> _cluster = new(() => new RedisCluster());

    /// <summary>The Cluster; the test is skipped where there is no redis-server.</summary>
    internal RedisCluster Cluster => _cluster.Value;

    public void Dispose()
    {
        if (_cluster.IsValueCreated)
        {
            _cluster.Value.Dispose();
        }
    }
}
