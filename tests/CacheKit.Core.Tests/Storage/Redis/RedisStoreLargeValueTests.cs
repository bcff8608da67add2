using CacheKit.Core.Storage.Redis;
using CacheKit.Core.Tests.Support;
using CacheKit.Core.Tests.Support.Servers;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Redis;

/// <summary>Values that take longer to send than an operation may last.</summary>
public sealed class RedisStoreLargeValueTests : IAsyncDisposable
{
    private const int MiB = 1 << 20;

    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);

    private readonly RedisTestStores _stores = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _stores.DisposeAsync();

    [Fact]
    public async Task Redis_large_values_get_more_time_and_delay_nobody()
    {
        RedisProcess.SkipUnlessInstalled();
        using RedisProcess server = RedisProcess.StartServer();
        using HeldLink link = new(server.Port);
        SteppedClock clock = new();
        RedisStoreOptions options = RedisTestStores.Patient(link.Url) with { Clock = clock };
        RedisStore store = _stores.Make(options);
        await store.SetAsync("small", new byte[] { 1 }, s_hour, Token);
        byte[] large = new byte[40 * MiB];
        large[^1] = 7;
        link.Hold();
        Task write = store.SetAsync("large", large, s_hour, Token).AsTask();
        // A second more for each 8 MiB; first there may be the wait for the connection of the large ones.
        TimeSpan time = options.OperationTimeout + TimeSpan.FromSeconds(5);
        await HangGuard.UntilAsync(() => clock.NextDue - clock.GetUtcNow() == time, "it is being sent", Token);
        clock.Advance(time - TimeSpan.FromMilliseconds(1));
        for (int i = 0; i < 10; i++)
        {
            byte[]? small = await store.GetAsync("small", Token).AsTask().WaitAsync(HangGuard.Limit, Token);
            Assert.Equal([1], small);
        }

        Assert.False(write.IsCompleted);
        link.Release();
        await write.WaitAsync(HangGuard.Limit, Token);
        Assert.Equal(large.Length, int.Parse(server.Command("STRLEN large").TrimStart(':'), null));
    }

    [Fact]
    public async Task Redis_a_removal_comes_after_an_abandoned_large_write()
    {
        RedisProcess.SkipUnlessInstalled();
        using RedisProcess server = RedisProcess.StartServer();
        using HeldLink link = new(server.Port);
        RedisStore store = _stores.Make(link.Url);
        await store.SetAsync("large", new byte[8 * MiB], s_hour, Token);
        link.Hold();
        using CancellationTokenSource caller = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task write = store.SetAsync("large", new byte[24 * MiB], s_hour, caller.Token).AsTask();
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write);
        Task<bool> removal = store.RemoveAsync("large", Token).AsTask();
        // What goes another way comes and goes meanwhile.
        Assert.Null(await store.GetAsync("small", Token));
        Assert.False(removal.IsCompleted);
        link.Release();
        Assert.True(await removal.WaitAsync(HangGuard.Limit, Token));
        Assert.Null(await store.GetAsync("large", Token));
        Assert.Equal(":0", server.Command("EXISTS large"));
    }
}
