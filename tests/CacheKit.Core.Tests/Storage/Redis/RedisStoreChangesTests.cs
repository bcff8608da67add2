using System.Text;
using System.Threading.Channels;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Redis;
using CacheKit.Core.Tests.Support;
using CacheKit.Core.Tests.Support.Servers;
using StackExchange.Redis;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Redis;

/// <summary>What stores tell each other.</summary>
public sealed class RedisStoreChangesTests(RedisServerFixture fixture)
    : IClassFixture<RedisServerFixture>, IAsyncDisposable
{
    private const string ChangesChannel = "cachekit:changes";

    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);

    private readonly RedisTestStores _stores = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _stores.DisposeAsync();

    [Fact]
    public async Task Redis_the_other_stores_hear_a_change()
    {
        (RedisStore writer, Channel<string?> ofWriter) = await HearingAsync(fixture.Server.Url + "/1");
        (_, Channel<string?> ofSibling) = await HearingAsync(fixture.Server.Url + "/1");
        (_, Channel<string?> ofOther) = await HearingAsync(fixture.Server.Url + "?db=1&user=default");
        await writer.SetAsync("ck:鍵", new byte[] { 1 }, s_hour, Token);
        string? heard = await NextAsync(ofSibling);
        Assert.Equal("ck:鍵", heard);
        heard = await NextAsync(ofOther);
        Assert.Equal("ck:鍵", heard);

        _ = await writer.RemoveAsync("ck:b", Token);
        heard = await NextAsync(ofOther);
        Assert.Equal("ck:b", heard);
        Assert.False(ofWriter.Reader.TryPeek(out _));
    }

    [Fact]
    public async Task Redis_an_exchange_announces_its_key_always_and_its_target_when_written()
    {
        RedisStore writer = _stores.Make(fixture.Server.Url + "/6");
        (_, Channel<string?> heard) = await HearingAsync(fixture.Server.Url + "/6");
        // Nobody waits for what is told of it: it would come among what is told of the exchanges.
        await writer.SetAsync("ck:a", new byte[] { 1 }, s_hour, Token);
        string? written = await NextAsync(heard);
        Assert.Equal("ck:a", written);
        StoreExchange move = new() { Key = "ck:a", Expected = [2], Target = "ck:b", Value = [3], TimeToLive = s_hour };
        Assert.False(await writer.TryExchangeAsync(move, Token));
        string? first = await NextAsync(heard);
        Assert.True(await writer.TryExchangeAsync(move with { Expected = [1] }, Token));
        Assert.Equal("ck:a", first);
        // The client hands on what comes together in any order, which is nothing to those who forget entries.
        string?[] both = [await NextAsync(heard), await NextAsync(heard)];
        Assert.Equal("ck:a, ck:b", string.Join(", ", both.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task Redis_a_change_message_matches_the_format_page()
    {
        RedisStore writer = _stores.Make(fixture.Server.Url + "/2");
        await using ConnectionMultiplexer other =
            await ConnectionMultiplexer.ConnectAsync(RedisTestStores.Beside(fixture.Server.Url));
        TaskCompletionSource<byte[]> message = new();
        await other.GetSubscriber().SubscribeAsync(
            RedisChannel.Literal(ChangesChannel), (_, value) => message.TrySetResult((byte[])value!));
        await writer.SetAsync("ck:told", new byte[] { 1 }, s_hour, Token);
        byte[] told = await message.Task.WaitAsync(HangGuard.Limit, Token);
        Assert.Equal("ck:told", Encoding.UTF8.GetString(told.AsSpan(16)));
    }

    [Fact]
    public async Task Redis_malformed_change_messages_are_ignored()
    {
        (_, Channel<string?> heard) = await HearingAsync(fixture.Server.Url + "/3");
        await using ConnectionMultiplexer other =
            await ConnectionMultiplexer.ConnectAsync(RedisTestStores.Beside(fixture.Server.Url));
        ISubscriber publisher = other.GetSubscriber();
        byte[] endless = new byte[100_000];
        endless.AsSpan(16).Fill(0x62);
        byte[][] messages =
        [
            [], [1], new byte[16], [.. new byte[16], 0xFF], [.. new byte[16], 0xC3, 0x28], endless,
            [.. new byte[16], 0x61],
        ];
        foreach (byte[] message in messages)
        {
            _ = await publisher.PublishAsync(RedisChannel.Literal(ChangesChannel), message);
        }

        string? key = await NextAsync(heard);
        Assert.Equal("a", key);
        Assert.False(heard.Reader.TryPeek(out _));
    }

    [Fact]
    public async Task Redis_a_lost_connection_means_anything_may_have_changed()
    {
        using RedisProcess server = RedisProcess.StartServer();
        (RedisStore store, Channel<string?> heard) = await HearingAsync(server.Url);
        Assert.StartsWith(":", server.Command("CLIENT KILL TYPE pubsub"));
        string? key = await NextAsync(heard);
        Assert.Null(key);
        // Once more when it hears again for sure; from then on nothing is missed.
        key = await NextAsync(heard);
        Assert.Null(key);
        await _stores.Make(server.Url).SetAsync("a", new byte[] { 1 }, s_hour, Token);
        key = await NextAsync(heard);
        Assert.Equal("a", key);
        Assert.True(store.HearsChanges);
    }

    [Fact]
    public async Task Redis_a_store_that_does_not_listen_neither_hears_nor_announces_changes()
    {
        RedisStore silent = _stores.Make(
            RedisTestStores.Patient(fixture.Server.Url + "/4") with { ListensForChanges = false });
        silent.ListenForChanges(_ => Assert.Fail("It does not listen."));
        (RedisStore other, Channel<string?> heard) = await HearingAsync(fixture.Server.Url + "/4");
        await silent.SetAsync("a", new byte[] { 1 }, s_hour, Token);
        await other.SetAsync("b", new byte[] { 1 }, s_hour, Token);
        await _stores.Make(fixture.Server.Url + "/4").SetAsync("c", new byte[] { 1 }, s_hour, Token);
        string? key = await NextAsync(heard);
        Assert.Equal("c", key);
        Assert.False(silent.HearsChanges);
    }

    [Fact]
    public async Task Redis_a_disposed_store_hears_no_changes()
    {
        (RedisStore gone, Channel<string?> ofGone) = await HearingAsync(fixture.Server.Url + "/5");
        (_, Channel<string?> heard) = await HearingAsync(fixture.Server.Url + "/5");
        await gone.DisposeAsync();
        await _stores.Make(fixture.Server.Url + "/5").SetAsync("a", new byte[] { 1 }, s_hour, Token);
        _ = await NextAsync(heard);
        Assert.False(ofGone.Reader.TryPeek(out _));
    }

    private static async Task<string?> NextAsync(Channel<string?> heard) =>
        await heard.Reader.ReadAsync(Token).AsTask().WaitAsync(HangGuard.Limit, Token);

    /// <summary>A store that hears, and what it heard after that.</summary>
    private async Task<(RedisStore Store, Channel<string?> Heard)> HearingAsync(string url)
    {
        Channel<string?> heard = Channel.CreateUnbounded<string?>();
        RedisStore store = _stores.Make(url);
        store.ListenForChanges(key => heard.Writer.TryWrite(key));
        _ = await store.GetAsync("a", Token);
        // Told once when it begins to hear.
        string? key = await NextAsync(heard);
        Assert.Null(key);
        Assert.True(store.HearsChanges);
        return (store, heard);
    }
}
