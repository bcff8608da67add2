using CacheKit.Core.Storage;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Http;

/// <summary>Exchanges over the wire: servers that have no locks, or do not tell how long an entry lasts.</summary>
public sealed class HttpStoreExchangeTests : HttpStoreTestBase
{
    private static readonly StoreExchange s_inPlace = new() { Key = "k", Expected = [(byte)'v'], Target = "k", Value = [7] };

    private readonly List<string> _asked = [];

    [Theory]
    [InlineData("{\"ttl\": 90}", "90")]
    [InlineData("{\"ttl\": 0}", "1")]
    [InlineData("{\"ttl\": 2592000}", "2592000")]
    [InlineData("{\"ttl\": null}", "none")]
    public async Task The_time_that_is_left_is_asked_for_and_given_again(string answer, string written)
    {
        ServeParts("200 OK", answer);
        Assert.True(await Store.TryExchangeAsync(s_inPlace, Token));
        Assert.Equal($"PUT /v1/cache/k {written}", _asked[^1]);
    }

    [Theory]
    [InlineData("{\"ttl\": -1}")]
    [InlineData("{\"ttl\": 2592001}")]
    [InlineData("{\"ttl\": 1.5}")]
    [InlineData("{\"ttl\": \"90\"}")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("90")]
    public async Task A_time_that_is_none_is_a_fault_and_nothing_is_written(string answer)
    {
        ServeParts("200 OK", answer);
        await FaultAsync(StoreFault.UnexpectedAnswer, () => Store.TryExchangeAsync(s_inPlace, Token).AsTask());
        Assert.DoesNotContain(_asked, each => each.StartsWith("PUT", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("404 Not Found")]
    [InlineData("405 Method Not Allowed")]
    [InlineData("501 Not Implemented")]
    public async Task A_server_that_does_not_tell_the_time_cannot_replace_in_place(string status)
    {
        ServeParts(status, string.Empty);
        await FaultAsync(StoreFault.Unsupported, () => Store.TryExchangeAsync(s_inPlace, Token).AsTask());
        Assert.DoesNotContain(_asked, each => each.StartsWith("PUT", StringComparison.Ordinal));
        Assert.True(await Store.TryExchangeAsync(s_inPlace with { TimeToLive = Hour }, Token));
        Assert.Equal("PUT /v1/cache/k 3600", _asked[^1]);
    }

    [Fact]
    public async Task Nothing_is_locked_where_nothing_is_to_be_changed()
    {
        ServeParts("200 OK", "{\"ttl\": 90}");
        Assert.False(await Store.TryExchangeAsync(new StoreExchange { Key = "k" }, Token));
        Assert.Equal(["GET /v1/cache/k none"], _asked);
    }

    [Fact]
    public async Task A_key_that_is_no_address_is_refused()
    {
        ServeParts("200 OK", "{\"ttl\": 90}");
        await Assert.ThrowsAsync<ArgumentException>(
            async () => await Store.TryExchangeAsync(s_inPlace with { Target = "ttl" }, Token));
        Assert.Empty(_asked);
    }

    /// <summary>A server with an entry and without locks, that answers for the time as given.</summary>
    private void ServeParts(string status, string body) => Serve(exchange =>
    {
        lock (_asked)
        {
            _asked.Add($"{exchange.Method} {exchange.Target} {exchange.Header("X-CacheKit-TTL") ?? "none"}");
        }

        return (exchange.Method, exchange.Target.EndsWith("/ttl", StringComparison.Ordinal)) switch
        {
            ("GET", true) => exchange.SendAsync(status, body, "Content-Type: application/json"),
            ("GET", false) => exchange.SendAsync("200 OK", "v", "Content-Type: application/octet-stream"),
            ("PUT", _) => exchange.SendAsync("200 OK", string.Empty),
            _ => exchange.SendAsync("404 Not Found", string.Empty),
        };
    });
}
