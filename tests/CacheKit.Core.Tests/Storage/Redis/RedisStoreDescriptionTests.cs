using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Redis;
using CacheKit.Core.Tests.Support.Servers;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Redis;

public sealed class RedisStoreDescriptionTests(RedisServerFixture redis, GarnetServerFixture garnet)
    : IClassFixture<RedisServerFixture>, IClassFixture<GarnetServerFixture>, IAsyncDisposable
{
    private readonly RedisTestStores _stores = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _stores.DisposeAsync();

    [Fact]
    public async Task Redis_a_server_is_described()
    {
        RedisStore store = _stores.Make(redis.Server.Url);
        DateTimeOffset before = DateTimeOffset.UtcNow;
        RedisDescription description = await store.DescribeAsync(Token);
        TimeSpan took = DateTimeOffset.UtcNow - before;
        Assert.Matches(@"^\d+\.\d+\.\d+$", description.Version);
        Assert.Equal(("standalone", "master", false), (description.Mode, description.Role, description.UsesTls));
        Assert.Equal(("noeviction", 0), (description.MaxMemoryPolicy, description.MaxMemory));
        Assert.True(description.UsedMemory > 0);
        // The server goes by the same clock: the answer was right at some moment since the question.
        Assert.InRange(description.ClockOffset!.Value.Duration(), TimeSpan.Zero, took);
        Assert.True(description.RoundTrip > TimeSpan.Zero);
        Assert.False(description.HearsChanges);
        Assert.True(description.CanWrite && description.CanRead && description.CanRemove);
        Assert.True(description.CanList && description.CanLock);
        Assert.Equal(":0", redis.Server.Command("DBSIZE"));
    }

    [Fact]
    public async Task Redis_Garnet_describes_less_and_can_do_everything()
    {
        RedisDescription description = await _stores.Make(garnet.Url).DescribeAsync(Token);
        Assert.True(description.CanWrite && description.CanRead && description.CanRemove);
        Assert.True(description.CanList && description.CanLock);
        Assert.Null(description.MaxMemoryPolicy);
    }

    [Fact]
    public async Task Redis_an_unreachable_server_cannot_be_described()
    {
        RedisStore store = _stores.Make(new RedisStoreOptions { Connection = $"redis://127.0.0.1:{FreePort.Take()}" });
        _ = await Assert.ThrowsAsync<StoreException>(async () => await store.DescribeAsync(Token));
    }
}
