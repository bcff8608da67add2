using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Redis;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Redis;

/// <summary>A store on a Cluster of three primaries and three replicas.</summary>
public sealed class RedisStoreClusterTests(RedisClusterFixture fixture)
    : IClassFixture<RedisClusterFixture>, IAsyncDisposable
{
    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);

    private readonly RedisTestStores _stores = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _stores.DisposeAsync();

    [Fact]
    public async Task Redis_cluster_keys_of_all_slots_are_written_read_listed_and_removed()
    {
        RedisStore store = _stores.Make(fixture.Cluster.Url);
        string[] keys = [.. Enumerable.Range(0, 200).Select(i => $"ck:ab:main:{i:x4}")];
        foreach (string key in keys)
        {
            await store.SetAsync(key, System.Text.Encoding.UTF8.GetBytes(key), s_hour, Token);
        }

        IReadOnlyList<byte[]?> found = await store.GetManyAsync(keys, Token);
        Assert.Equal(keys, found.Select(value => System.Text.Encoding.UTF8.GetString(value!)));
        List<string> listed = [];
        await foreach (string key in store.ListAsync("ck:*:main:*", Token))
        {
            listed.Add(key);
        }

        Assert.Equal(keys, listed.Order(StringComparer.Ordinal));
        // Each primary has some of them, so that the listing has asked all three.
        Assert.All(fixture.Cluster.Nodes.Take(3), node => Assert.NotEqual(":0", node.Command("DBSIZE")));
        foreach (string key in keys)
        {
            Assert.True(await store.RemoveAsync(key, Token));
        }

        Assert.False(await store.AnyAsync("ck:ab:*", Token));
    }

    [Fact]
    public async Task Redis_cluster_entries_move_between_the_servers()
    {
        RedisStore store = _stores.Make(fixture.Cluster.Url);
        for (int i = 0; i < 30; i++)
        {
            string key = $"ck:move:{i}";
            string target = $"ck:moved:{i}";
            await store.SetAsync(key, new byte[] { 1 }, s_hour, Token);
            StoreExchange move = new() { Key = key, Expected = [1], Target = target, Value = [(byte)i, 9] };
            Assert.False(await store.TryExchangeAsync(move with { Expected = [2] }, Token));
            Assert.False(await store.TryExchangeAsync(move with { TargetExpected = [2] }, Token));
            Assert.Equal([[1], null], await store.GetManyAsync([key, target], Token));
            bool[] results = new bool[4];
            await Parallel.ForAsync(0, results.Length, Token, async (each, token) =>
                results[each] = await store.TryExchangeAsync(move with { Value = [(byte)each, 9] }, token));
            Assert.Single(results, won => won);
            Assert.Equal(
                [null, [(byte)Array.IndexOf(results, true), 9]], await store.GetManyAsync([key, target], Token));
        }
    }

    [Fact]
    public async Task Redis_cluster_locks_are_on_the_primaries()
    {
        RedisStore store = _stores.Make(fixture.Cluster.Url);
        for (int i = 0; i < 12; i++)
        {
            IStoreLock? held = await store.TryLockAsync($"key {i}", s_hour, Token);
            Assert.Null(await store.TryLockAsync($"key {i}", s_hour, Token));
            Assert.True(await held!.RenewAsync(s_hour, Token));
            await held.DisposeAsync();
            await using IStoreLock? again = await store.TryLockAsync($"key {i}", s_hour, Token);
            Assert.NotNull(again);
        }
    }

    [Fact]
    public async Task Redis_cluster_changes_are_heard_from_every_server()
    {
        RedisStore listening = _stores.Make(fixture.Cluster.Url);
        TaskCompletionSource begun = new();
        TaskCompletionSource heard = new();
        listening.ListenForChanges(key =>
        {
            // Other keys are late messages of the tests before.
            _ = key is null ? begun.TrySetResult() : key == "changed" && heard.TrySetResult();
        });
        _ = await listening.GetAsync("a", Token);
        await begun.Task.WaitAsync(HangGuard.Limit, Token);
        RedisStore writing = _stores.Make(fixture.Cluster.Nodes[2].Url);
        await writing.SetAsync("changed", new byte[] { 1 }, s_hour, Token);
        await heard.Task.WaitAsync(HangGuard.Limit, Token);
    }

    [Fact]
    public async Task Redis_cluster_mode_is_described()
    {
        RedisDescription description = await _stores.Make(fixture.Cluster.Url).DescribeAsync(Token);
        Assert.Equal("cluster", description.Mode);
        Assert.True(description.CanWrite && description.CanRead && description.CanLock && description.CanList);
    }
}
