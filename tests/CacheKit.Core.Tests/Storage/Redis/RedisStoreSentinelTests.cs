using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Redis;
using CacheKit.Core.Tests.Support;
using CacheKit.Core.Tests.Support.Servers;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Redis;

/// <summary>A store whose primary the Sentinels name, and which is lost.</summary>
public sealed class RedisStoreSentinelTests : IAsyncDisposable
{
    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);

    private readonly RedisTestStores _stores = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _stores.DisposeAsync();

    [Fact]
    public async Task Redis_sentinel_failover_continues_with_the_next_primary()
    {
        using RedisSentinels sentinels = new();
        RedisStore store = _stores.Make(sentinels.Url);
        await store.SetAsync("a", new byte[] { 1 }, s_hour, Token);
        Assert.Equal("sentinel", (await store.DescribeAsync(Token)).Mode);
        sentinels.KillPrimary();

        List<StoreFault> faults = [];
        await HangGuard.UntilAsync(
            async () =>
            {
                try
                {
                    await store.SetAsync("b", new byte[] { 2 }, s_hour, Token);
                    return true;
                }
                catch (StoreException failure)
                {
                    Assert.True(failure.IsTransient, failure.ToString());
                    faults.Add(failure.Fault);
                    return false;
                }
            },
            "it works again",
            Token);
        Assert.NotEmpty(faults);
        Assert.StartsWith("$1", sentinels.Replica.Command("GET b"));
        Assert.Equal([2], await store.GetAsync("b", Token));
        await using IStoreLock? held = await store.TryLockAsync("b", s_hour, Token);
        Assert.NotNull(held);
        Assert.True(await store.AnyAsync("b", Token));
    }

    [Fact]
    public async Task Redis_sentinel_without_the_service_is_a_fault()
    {
        RedisProcess.SkipUnlessInstalled();
        using RedisProcess sentinel = RedisProcess.StartSentinel(FreePort.Take(), "");
        RedisStore store = _stores.Make($"redis+sentinel://127.0.0.1:{sentinel.Port}/none");
        StoreException failure = await Assert.ThrowsAsync<StoreException>(async () => await store.GetAsync("a", Token));
        Assert.True(failure.IsTransient);
    }
}
