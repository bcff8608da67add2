using CacheKit.Core.Tests.Support.Servers;

namespace CacheKit.Core.Tests.Storage.Redis;

/// <summary>A Cluster for the tests of a class, started by the first that needs it.</summary>
public sealed class RedisClusterFixture : IDisposable
{
    private RedisCluster? _cluster;

    /// <summary>The Cluster; the test is skipped where there is no redis-server.</summary>
    internal RedisCluster Cluster => _cluster ??= new RedisCluster();

    public void Dispose() => _cluster?.Dispose();
}
