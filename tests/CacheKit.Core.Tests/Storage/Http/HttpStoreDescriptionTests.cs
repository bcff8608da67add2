using System.Security.Authentication;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Http;
using CacheKit.Core.Tests.Support.Servers;
using CacheKit.StoreServer;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Http;

/// <summary>What a store says of itself.</summary>
public sealed class HttpStoreDescriptionTests : HttpStoreTestBase
{
    [Fact]
    public async Task Http_a_good_server_is_described_with_all_rights_and_keeps_no_probe()
    {
        DateTimeOffset start = DateTimeOffset.UtcNow;
        await using HttpStoreServer server = await HttpStoreServer.StartAsync(HttpStores.ServerOptions);
        await using HttpStore store = HttpStores.Open(server.Address, Clock);
        HttpDescription description = await store.DescribeAsync(Token);
        Assert.Equal("ok", description.Health);
        Assert.Equal(TimeSpan.Zero, description.RoundTrip);
        // The store's clock stands, that of the server tells whole seconds.
        Assert.InRange(
            Clock.GetUtcNow() + description.ClockOffset!.Value, start - TimeSpan.FromSeconds(1), DateTimeOffset.UtcNow);
        Assert.Equal(SslProtocols.None, description.TlsProtocol);
        Assert.Equal(new Version(1, 1), description.HttpVersion);
        Assert.True(description.IsKeyAccepted
            && description.IsWritable
            && description.HasLocks
            && description.HasListing);
        Assert.False(await store.AnyAsync("*", Token));
    }

    [Fact]
    public async Task Http_the_description_has_the_TLS_version()
    {
        using HttpsStoreContractTests.Authority authority = new();
        await using HttpStoreServer server = await HttpStoreServer.StartAsync(
            HttpStores.ServerOptions with { Certificate = authority.Certificate });
        await using HttpStore store = new(
            HttpStores.Options(server.Address) with { CaFile = authority.CaFile }, TimeProvider.System);
        HttpDescription description = await store.DescribeAsync(Token);
        Assert.True(description.TlsProtocol is SslProtocols.Tls12 or SslProtocols.Tls13);
        Assert.Equal(new Version(2, 0), description.HttpVersion);
    }

    [Fact]
    public async Task Http_a_rejected_key_is_described_and_not_a_fault()
    {
        await using HttpStoreServer server = await HttpStoreServer.StartAsync(HttpStores.ServerOptions);
        await using HttpStore store = new(HttpStores.Options(server.Address, "ck_live_another"), TimeProvider.System);
        HttpDescription description = await store.DescribeAsync(Token);
        Assert.Equal("ok", description.Health);
        Assert.False(description.IsKeyAccepted
            || description.IsWritable
            || description.HasLocks
            || description.HasListing);
    }

    [Fact]
    public async Task Http_the_description_shows_a_clock_that_is_ahead()
    {
        Serve(exchange => exchange.Target.EndsWith("/health", StringComparison.Ordinal)
            ? exchange.SendAsync(
                "200 OK", "{\"status\":\"degraded\"}", "Content-Type: application/json",
                "Date: Wed, 02 Jan 2030 03:14:05 GMT")
            : exchange.SendAsync("404 Not Found", string.Empty));
        HttpDescription description = await Store.DescribeAsync(Token);
        Assert.Equal("degraded", description.Health);
        Assert.Equal(TimeSpan.FromMinutes(10), description.ClockOffset);
        Assert.True(description.IsKeyAccepted);
        Assert.False(description.IsWritable || description.HasLocks || description.HasListing);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"status\": 1}")]
    [InlineData("{\"status\": \"\\u001b[31m\"}")]
    [InlineData("\"ok\"")]
    public async Task Http_a_malformed_health_answer_is_a_fault(string answer)
    {
        Serve(FaultyAnswers.Json(answer));
        await FaultAsync(StoreFault.UnexpectedAnswer, async () => await Store.DescribeAsync(Token));
    }

    [Fact]
    public async Task Http_an_HTML_answer_is_a_fault()
    {
        Serve(FaultyAnswers.Html);
        await FaultAsync(StoreFault.UnexpectedAnswer, async () => await Store.DescribeAsync(Token));
    }
}
