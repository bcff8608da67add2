using CacheKit.Core.Storage;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Http;

/// <summary>Exchanges over the wire: servers that have no locks, or do not tell how long an entry lasts.</summary>
public sealed class HttpStoreExchangeTests : HttpStoreTestBase
{
    private static readonly StoreExchange s_inPlace =
        new() { Key = "k", Expected = [(byte)'v'], Target = "k", Value = [7] };

    private readonly List<string> _asked = [];

    [Theory]
    [InlineData("{\"ttl\": 90}", "90")]
    [InlineData("{\"ttl\": 0}", "1")]
    [InlineData("{\"ttl\": 2592000}", "2592000")]
    [InlineData("{\"ttl\": null}", "none")]
    public async Task Http_an_exchange_reads_the_remaining_time_and_writes_it_back(string answer, string written)
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
    public async Task Http_an_exchange_with_an_invalid_remaining_time_is_a_fault_and_writes_nothing(string answer)
    {
        ServeParts("200 OK", answer);
        await FaultAsync(StoreFault.UnexpectedAnswer, () => Store.TryExchangeAsync(s_inPlace, Token).AsTask());
        Assert.DoesNotContain(_asked, each => each.StartsWith("PUT", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("404 Not Found")]
    [InlineData("405 Method Not Allowed")]
    [InlineData("501 Not Implemented")]
    public async Task Http_an_exchange_in_place_needs_a_server_that_reports_the_remaining_time(string status)
    {
        ServeParts(status, string.Empty);
        await FaultAsync(StoreFault.Unsupported, () => Store.TryExchangeAsync(s_inPlace, Token).AsTask());
        Assert.DoesNotContain(_asked, each => each.StartsWith("PUT", StringComparison.Ordinal));
        Assert.True(await Store.TryExchangeAsync(s_inPlace with { TimeToLive = Hour }, Token));
        Assert.Equal("PUT /v1/cache/k 3600", _asked[^1]);
    }

    [Fact]
    public async Task Http_an_exchange_that_changes_nothing_takes_no_lock()
    {
        ServeParts("200 OK", "{\"ttl\": 90}");
        Assert.False(await Store.TryExchangeAsync(new StoreExchange { Key = "k" }, Token));
        Assert.Equal(["GET /v1/cache/k none"], _asked);
    }

    [Fact]
    public async Task Http_an_exchange_to_a_key_that_is_no_path_is_rejected()
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
