using System.Text.Json;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Http;
using CacheKit.Core.Tests.Support;
using CacheKit.Core.Tests.Support.Servers;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Http;

/// <summary>What goes over the wire (PROTOCOL section 9).</summary>
public sealed class HttpStoreRequestTests : HttpStoreTestBase
{
    public static TheoryData<string, string> Paths { get; } = new(Vectors()
        .GetProperty("vectors").EnumerateArray()
        .Select(row => (row.GetProperty("key").GetString()!, row.GetProperty("encoded").GetString()!)));

    public static TheoryData<string> Rejected { get; } = [.. Vectors()
        .GetProperty("reject").EnumerateArray().Select(row => row.GetString()!)];

    public static TheoryData<string, string> Alternates { get; } = new(Vectors()
        .GetProperty("alternates").EnumerateObject()
        .SelectMany(key => key.Value.EnumerateArray().Select(path => (key.Name, path.GetString()!))));

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Http_a_key_is_one_path_segment_encoded_once(string key, string encoded)
    {
        Serve(FaultyAnswers.Status("404 Not Found"));
        Assert.Null(await Store.GetAsync(key, Token));
        Assert.False(await Store.RemoveAsync(key, Token));
        await FaultAsync(StoreFault.Unsupported, async () => await Store.TryLockAsync(key, Hour, Token));
        Assert.Equal(
            [$"GET /v1/cache/{encoded}", $"DELETE /v1/cache/{encoded}", $"POST /v1/cache/{encoded}/lock"],
            Server.Exchanges.Select(exchange => $"{exchange.Method} {exchange.Target}"));
    }

    [Theory]
    [MemberData(nameof(Rejected))]
    public async Task Http_a_key_that_would_be_another_path_is_not_sent(string key)
    {
        Serve(FaultyAnswers.Status("200 OK"));
        Assert.True(HttpStore.Refuses(key));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.GetAsync(key, Token));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.GetManyAsync(["a", key], Token));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.SetAsync(key, new byte[1], Hour, Token));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.RemoveAsync(key, Token));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.TryLockAsync(key, Hour, Token));
        Assert.Empty(Server.Exchanges);
    }

    [Fact]
    public void Http_a_lone_surrogate_makes_no_key()
    {
        Assert.All((string[])["\ud800", "a\udc00\ud800", "\ud800a"], key => Assert.True(HttpStore.Refuses(key)));
        Assert.All((string[])["\U0001F511", "a\U0001F511b", "\uFFFD"], key => Assert.False(HttpStore.Refuses(key)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/some/where")]
    [InlineData("/some/where/")]
    public async Task Http_the_base_address_may_have_a_path(string path)
    {
        Serve(
            FaultyAnswers.Status("404 Not Found"),
            options => options with { BaseAddress = new(options.BaseAddress, path) });
        Assert.Null(await Store.GetAsync("a/../b", Token));
        Assert.Equal($"{path.TrimEnd('/')}/v1/cache/a%2F..%2Fb", Assert.Single(Server.Exchanges).Target);
        Assert.Equal($"HTTP store http://127.0.0.1:{Server.Port}{path.TrimEnd('/')}", Store.DisplayName);
    }

    [Theory]
    [InlineData(1, "1")]
    [InlineData(TimeSpan.TicksPerMillisecond, "1")]
    [InlineData(TimeSpan.TicksPerSecond, "1")]
    [InlineData(TimeSpan.TicksPerSecond + 1, "2")]
    [InlineData(90 * TimeSpan.TicksPerSecond, "90")]
    [InlineData(30 * TimeSpan.TicksPerDay, "2592000")]
    [InlineData((30 * TimeSpan.TicksPerDay) + 1, "2592000")]
    [InlineData(long.MaxValue, "2592000")]
    public async Task Http_a_time_to_live_is_whole_seconds_and_30_days_at_most(long ticks, string header)
    {
        Serve(FaultyAnswers.Status("200 OK"));
        await Store.SetAsync("k", new byte[] { 1 }, new TimeSpan(ticks), Token);
        FaultyExchange exchange = Assert.Single(Server.Exchanges);
        Assert.Equal(header, exchange.Header("X-CacheKit-TTL"));
        Assert.Equal("application/octet-stream", exchange.Header("Content-Type"));
    }

    [Fact]
    public async Task Http_each_request_identifies_the_client_and_nothing_more()
    {
        Serve(FaultyAnswers.Ok("v"));
        await Store.GetAsync("k", Token);
        Server.Answer = FaultyAnswers.Status("404 Not Found");
        await Store.GetAsync("k", Token);
        await Store.RemoveAsync("k", Token);

        FaultyExchange last = Server.Exchanges[^1];
        Assert.Equal(
            [
                "Authorization", "Host", "X-CacheKit-L1-Status", "X-CacheKit-L2-Hits", "X-CacheKit-Misses",
                "X-CacheKit-Session-ID", "X-CacheKit-Session-Start",
            ],
            last.Head.Split("\r\n").Skip(1).Select(line => line.Split(':')[0]).Order());
        Assert.Equal($"Bearer {HttpStores.ApiKey}", last.Header("Authorization"));
        Assert.Equal("miss", last.Header("X-CacheKit-L1-Status"));
        Assert.Equal("1", last.Header("X-CacheKit-L2-Hits"));
        Assert.Equal("1", last.Header("X-CacheKit-Misses"));
        Assert.True(Guid.TryParse(last.Header("X-CacheKit-Session-ID"), out _));
        long start = long.Parse(
            last.Header("X-CacheKit-Session-Start")!, System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(
            DateTimeOffset.UtcNow - DateTimeOffset.FromUnixTimeMilliseconds(start), TimeSpan.Zero,
            TimeSpan.FromHours(1));
        Assert.Single(Server.Exchanges.Select(exchange => exchange.Header("X-CacheKit-Session-ID")).Distinct());
    }

    [Fact]
    public async Task Http_a_server_that_never_reports_absent_is_believed()
    {
        Serve(FaultyAnswers.Status("204 No Content"));
        Assert.True(await Store.RemoveAsync("k", Token));
    }

    [Fact]
    public async Task Http_a_value_that_is_too_large_is_not_sent()
    {
        Serve(FaultyAnswers.Status("200 OK"), options => options with { MaxValueBytes = 10 });
        await Store.SetAsync("k", new byte[10], Hour, Token);
        await FaultAsync(StoreFault.ValueTooLarge, async () => await Store.SetAsync("k", new byte[11], Hour, Token));
        Assert.Single(Server.Exchanges);
    }

    [Theory]
    [MemberData(nameof(Alternates))]
    public void Http_other_encodings_of_a_path_are_the_same_key_to_a_server(string key, string path) =>
        Assert.Equal(key, Uri.UnescapeDataString(path));

    private static JsonElement Vectors()
    {
        using JsonDocument document = JsonDocument.Parse(
            File.ReadAllBytes(Fixtures.PathOf("vectors/path-encoding.json")));
        return document.RootElement.Clone();
    }
}
