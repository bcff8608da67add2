using Xunit;

namespace CacheKit.Core.Tests.Storage.Redis;

public sealed class RedisStoreContractTests(RedisServerFixture fixture)
    : RedisStoreContract, IClassFixture<RedisServerFixture>
{
    protected override string Url => fixture.Server.Url;
}
