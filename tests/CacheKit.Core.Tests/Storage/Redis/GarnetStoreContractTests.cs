using CacheKit.Core.Tests.Support.Servers;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Redis;

public sealed class GarnetStoreContractTests(GarnetServerFixture server)
    : RedisStoreContract, IClassFixture<GarnetServerFixture>
{
    // Garnet takes no command of 100 MiB in its default buffers; redis-server is tested with all sizes.
    protected override int LargestValue => 16 << 20;

    protected override string Url => server.Url;
}
