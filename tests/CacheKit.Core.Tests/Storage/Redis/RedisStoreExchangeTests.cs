using System.Globalization;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Redis;
using CacheKit.Core.Tests.Support.Servers;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Redis;

/// <summary>Exchanges with few rights, of large values, and of entries that others have written.</summary>
public sealed class RedisStoreExchangeTests(RedisServerFixture fixture)
    : IClassFixture<RedisServerFixture>, IAsyncDisposable
{
    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);

    private readonly RedisTestStores _stores = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _stores.DisposeAsync();

    [Fact]
    public async Task Redis_an_exchange_without_script_rights_uses_transactions()
    {
        using RedisProcess server = RedisProcess.StartServer(
            "--user", "cache", "on", ">s3cret", "~*", "&cachekit:changes", "-@all", "+get", "+set", "+setex",
            "+psetex", "+del", "+unlink", "+scan", "+watch", "+unwatch", "+multi", "+exec", "+exists", "+publish",
            "+subscribe", "+ping", "+echo");
        await ExchangeEverywayAsync(_stores.Make($"redis://cache:s3cret@127.0.0.1:{server.Port}"), server);
    }

    [Fact]
    public async Task Redis_an_exchange_needs_no_more_rights_than_entries()
    {
        using RedisProcess server = RedisProcess.StartServer(
            "--user", "cache", "on", ">s3cret", "~*", "&cachekit:changes", "-@all", "+get", "+set", "+setex",
            "+psetex", "+del", "+unlink", "+scan", "+eval", "+publish", "+subscribe", "+ping", "+echo");
        await ExchangeEverywayAsync(_stores.Make($"redis://cache:s3cret@127.0.0.1:{server.Port}"), server);
    }

    [Theory]
    [InlineData("forever")]
    [InlineData("forever:moved")]
    public async Task Redis_an_exchange_keeps_an_entry_without_expiry_without_one(string target)
    {
        RedisStore store = _stores.Make(fixture.Server.Url);
        Assert.Equal("+OK", fixture.Server.Command("SET forever old"));
        StoreExchange exchange = new() { Key = "forever", Expected = "old"u8.ToArray(), Target = target, Value = [7] };
        Assert.True(await store.TryExchangeAsync(exchange, Token));
        Assert.Equal(":-1", fixture.Server.Command($"PTTL {target}"));
        Assert.Equal(":1", fixture.Server.Command($"DEL {target}"));
    }

    [Fact]
    public async Task Redis_an_exchange_of_large_values_waits_for_pending_writes()
    {
        RedisStore store = _stores.Make(fixture.Server.Url);
        byte[] large = new byte[9 << 20];
        byte[] successor = [.. large];
        successor[^1] = 1;
        await store.SetAsync("large", large, s_hour, Token);
        StoreExchange exchange = new() { Key = "large", Expected = large, Target = "larger", Value = successor };
        Assert.False(await store.TryExchangeAsync(exchange with { Expected = successor }, Token));
        Assert.True(await store.TryExchangeAsync(exchange, Token));
        byte[]? found = await store.GetAsync("larger", Token);
        Assert.True(successor.AsSpan().SequenceEqual(found));
        Assert.Null(await store.GetAsync("large", Token));
    }

    [Fact]
    public async Task Redis_an_exchange_of_another_type_is_a_fault_and_changes_nothing()
    {
        RedisStore store = _stores.Make(fixture.Server.Url);
        Assert.Equal(":1", fixture.Server.Command("LPUSH list a"));
        StoreException fault = await Assert.ThrowsAsync<StoreException>(async () => await store.TryExchangeAsync(
            new StoreExchange { Key = "list", Expected = [1], Target = "list", Value = [2] }, Token));
        Assert.Equal(StoreFault.UnexpectedAnswer, fault.Fault);
        Assert.Equal(":1", fixture.Server.Command("LLEN list"));
    }

    private static async Task ExchangeEverywayAsync(RedisStore store, RedisProcess server)
    {
        await store.SetAsync("a", new byte[] { 1 }, s_hour, Token);
        StoreExchange inPlace = new() { Key = "a", Expected = [1], Target = "a", Value = [] };
        Assert.False(await store.TryExchangeAsync(inPlace with { Expected = [2] }, Token));
        Assert.True(await store.TryExchangeAsync(inPlace, Token));
        Assert.InRange(Left(server, "a"), 1_800_000, 3_600_000);

        StoreExchange move = new() { Key = "a", Expected = [], Target = "b", Value = [3], TimeToLive = 2 * s_hour };
        Assert.False(await store.TryExchangeAsync(move with { TargetExpected = [9] }, Token));
        Assert.False(await store.TryExchangeAsync(move with { Expected = null }, Token));
        Assert.True(await store.TryExchangeAsync(move, Token));
        Assert.InRange(Left(server, "b"), 5_400_000, 7_200_000);
        Assert.Equal([null, [3]], await store.GetManyAsync(["a", "b"], Token));

        await store.SetAsync("a", new byte[] { 1 }, s_hour, Token);
        StoreExchange onto = move with { Expected = [1], TargetExpected = [3], Value = [4] };
        Assert.False(await store.TryExchangeAsync(onto with { TargetExpected = null }, Token));
        Assert.True(await store.TryExchangeAsync(onto, Token));
        StoreExchange removal = new() { Key = "b", Expected = [4] };
        Assert.False(await store.TryExchangeAsync(removal with { Expected = [3] }, Token));
        Assert.True(await store.TryExchangeAsync(removal, Token));
        Assert.Equal([null, null], await store.GetManyAsync(["a", "b"], Token));
    }

    private static long Left(RedisProcess server, string key) =>
        long.Parse(server.Command($"PTTL {key}")[1..], CultureInfo.InvariantCulture);
}
