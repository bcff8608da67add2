using System.Collections.Concurrent;
using System.Text;
using CacheKit.Core.Storage;
using CacheKit.Core.Tests.Support.Servers;
using StackExchange.Redis;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Redis;

/// <summary>What stores tell each other.</summary>
public sealed class RedisStoreChangesTests(RedisServerFixture fixture)
    : IClassFixture<RedisServerFixture>, IAsyncDisposable
{
    private const string Channel = "cachekit:changes";

    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    private readonly RedisTestStores _stores = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _stores.DisposeAsync();

    [Fact]
    public async Task A_change_is_heard_by_the_others_within_a_second()
    {
        (RedisStore writer, BlockingCollection<string?> ofWriter) = await HearingAsync(fixture.Server.Url + "/1");
        (_, BlockingCollection<string?> ofSibling) = await HearingAsync(fixture.Server.Url + "/1");
        (_, BlockingCollection<string?> ofOther) = await HearingAsync(fixture.Server.Url + "?db=1&user=default");
        await writer.SetAsync("ck:鍵", new byte[] { 1 }, s_hour, Token);
        Assert.True(ofSibling.TryTake(out string? heard, s_second));
        Assert.Equal("ck:鍵", heard);
        Assert.True(ofOther.TryTake(out heard, s_second));
        Assert.Equal("ck:鍵", heard);

        _ = await writer.RemoveAsync("ck:b", Token);
        Assert.True(ofOther.TryTake(out heard, s_second));
        Assert.Equal("ck:b", heard);
        Assert.Empty(ofWriter);
    }

    [Fact]
    public async Task A_change_is_told_as_the_format_says()
    {
        RedisStore writer = _stores.Make(fixture.Server.Url + "/2");
        using ConnectionMultiplexer other = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{fixture.Server.Port}");
        TaskCompletionSource<byte[]> message = new();
        await other.GetSubscriber().SubscribeAsync(
            RedisChannel.Literal(Channel), (_, value) => message.TrySetResult((byte[])value!));
        await writer.SetAsync("ck:told", new byte[] { 1 }, s_hour, Token);
        byte[] told = await message.Task.WaitAsync(s_second, Token);
        Assert.Equal("ck:told", Encoding.UTF8.GetString(told.AsSpan(16)));
    }

    [Fact]
    public async Task What_is_no_message_is_not_heard()
    {
        (_, BlockingCollection<string?> heard) = await HearingAsync(fixture.Server.Url + "/3");
        using ConnectionMultiplexer other = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{fixture.Server.Port}");
        ISubscriber publisher = other.GetSubscriber();
        byte[][] messages =
            [[], [1], new byte[16], [.. new byte[16], 0xFF], [.. new byte[16], 0xC3, 0x28], [.. new byte[16], 0x61]];
        foreach (byte[] message in messages)
        {
            _ = await publisher.PublishAsync(RedisChannel.Literal(Channel), message);
        }

        Assert.True(heard.TryTake(out string? key, s_second));
        Assert.Equal("a", key);
        Assert.Empty(heard);
    }

    [Fact]
    public async Task After_a_lost_connection_anything_may_have_changed()
    {
        using RedisProcess server = RedisProcess.StartServer();
        (RedisStore store, BlockingCollection<string?> heard) = await HearingAsync(server.Url);
        Assert.StartsWith(":", server.Command("CLIENT KILL TYPE pubsub"));
        Assert.True(heard.TryTake(out string? key, TimeSpan.FromSeconds(10)));
        Assert.Null(key);
        // Once more when it hears again for sure; from then on nothing is missed.
        Assert.True(heard.TryTake(out key, TimeSpan.FromSeconds(10)));
        Assert.Null(key);
        await _stores.Make(server.Url).SetAsync("a", new byte[] { 1 }, s_hour, Token);
        Assert.True(heard.TryTake(out key, s_second));
        Assert.Equal("a", key);
        Assert.True(store.HearsChanges);
    }

    [Fact]
    public async Task Who_does_not_want_to_neither_hears_nor_tells()
    {
        RedisStore silent = _stores.Make(
            RedisTestStores.Patient(fixture.Server.Url + "/4") with { ListensForChanges = false });
        silent.ListenForChanges(_ => Assert.Fail("It does not listen."));
        (RedisStore other, BlockingCollection<string?> heard) = await HearingAsync(fixture.Server.Url + "/4");
        await silent.SetAsync("a", new byte[] { 1 }, s_hour, Token);
        await other.SetAsync("b", new byte[] { 1 }, s_hour, Token);
        await _stores.Make(fixture.Server.Url + "/4").SetAsync("c", new byte[] { 1 }, s_hour, Token);
        Assert.True(heard.TryTake(out string? key, s_second));
        Assert.Equal("c", key);
        Assert.False(silent.HearsChanges);
    }

    [Fact]
    public async Task Who_is_gone_is_told_nothing()
    {
        (RedisStore gone, BlockingCollection<string?> ofGone) = await HearingAsync(fixture.Server.Url + "/5");
        (_, BlockingCollection<string?> heard) = await HearingAsync(fixture.Server.Url + "/5");
        await gone.DisposeAsync();
        await _stores.Make(fixture.Server.Url + "/5").SetAsync("a", new byte[] { 1 }, s_hour, Token);
        Assert.True(heard.TryTake(out _, s_second));
        Assert.Empty(ofGone);
    }

    /// <summary>A store that hears, and what it heard after that.</summary>
    private async Task<(RedisStore Store, BlockingCollection<string?> Heard)> HearingAsync(string url)
    {
        BlockingCollection<string?> heard = [];
        RedisStore store = _stores.Make(url);
        store.ListenForChanges(heard.Add);
        _ = await store.GetAsync("a", Token);
        // Told once when it begins to hear.
        Assert.True(heard.TryTake(out string? key, TimeSpan.FromSeconds(10)));
        Assert.Null(key);
        Assert.True(store.HearsChanges);
        return (store, heard);
    }
}
