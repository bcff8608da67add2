using System.Diagnostics;
using CacheKit.Core.Storage;
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
    public async Task They_have_more_time_and_nobody_waits_behind_them()
    {
        RedisProcess.SkipUnlessInstalled();
        using RedisProcess server = RedisProcess.StartServer();
        using ThinProxy link = new(server.Port, 20 * MiB);
        RedisStore store = Make(link, TimeSpan.FromMilliseconds(700));
        await store.SetAsync("small", new byte[] { 1 }, s_hour, Token);
        byte[] large = new byte[40 * MiB];
        large[^1] = 7;
        Stopwatch watch = Stopwatch.StartNew();
        Task write = store.SetAsync("large", large, s_hour, Token).AsTask();
        int reads = 0;
        while (!write.IsCompleted)
        {
            Assert.Equal([1], await store.GetAsync("small", Token));
            reads++;
        }

        await write;
        // Longer than the library itself would have waited, looking once a second.
        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(5.7));
        Assert.InRange(reads, 10, int.MaxValue);
        Assert.Equal(large.Length, int.Parse(server.Command("STRLEN large").TrimStart(':'), null));
    }

    [Fact]
    public async Task A_removal_comes_after_a_large_write_that_was_given_up()
    {
        RedisProcess.SkipUnlessInstalled();
        using RedisProcess server = RedisProcess.StartServer();
        using ThinProxy link = new(server.Port, 20 * MiB);
        RedisStore store = Make(link, TimeSpan.FromSeconds(10));
        await store.SetAsync("large", new byte[8 * MiB], s_hour, Token);
        using CancellationTokenSource caller = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task write = store.SetAsync("large", new byte[24 * MiB], s_hour, caller.Token).AsTask();
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write);
        Assert.True(await store.RemoveAsync("large", Token));
        Assert.Null(await store.GetAsync("large", Token));
        Assert.Equal(":0", server.Command("EXISTS large"));
    }

    private RedisStore Make(ThinProxy link, TimeSpan timeout) => _stores.Make(RedisTestStores.Patient(link.Url) with
    {
        OperationTimeout = timeout,
    });
}
