using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Http;
using CacheKit.Core.Tests.Support.Servers;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Http;

/// <summary>What each status means (PROTOCOL section 9).</summary>
public sealed class HttpStoreStatusTests : HttpStoreTestBase
{
    public static TheoryData<string, StoreFault> Statuses { get; } = new()
    {
        { "204 No Content", StoreFault.UnexpectedAnswer },
        { "206 Partial Content", StoreFault.UnexpectedAnswer },
        { "301 Moved Permanently", StoreFault.UnexpectedAnswer },
        { "304 Not Modified", StoreFault.UnexpectedAnswer },
        { "400 Bad Request", StoreFault.UnexpectedAnswer },
        { "401 Unauthorized", StoreFault.AuthenticationFailed },
        { "403 Forbidden", StoreFault.AuthenticationFailed },
        { "405 Method Not Allowed", StoreFault.UnexpectedAnswer },
        { "408 Request Timeout", StoreFault.Busy },
        { "409 Conflict", StoreFault.UnexpectedAnswer },
        { "410 Gone", StoreFault.UnexpectedAnswer },
        { "413 Content Too Large", StoreFault.ValueTooLarge },
        { "418 I'm a teapot", StoreFault.UnexpectedAnswer },
        { "429 Too Many Requests", StoreFault.Busy },
        { "500 Internal Server Error", StoreFault.Unavailable },
        { "502 Bad Gateway", StoreFault.Unavailable },
        { "503 Service Unavailable", StoreFault.Busy },
        { "504 Gateway Timeout", StoreFault.Unavailable },
        { "507 Insufficient Storage", StoreFault.Full },
        { "599 Whatever", StoreFault.Unavailable },
    };

    public static TheoryData<string> All { get; } = Operations;

    [Theory]
    [MemberData(nameof(Statuses))]
    public async Task Http_a_status_is_a_kind_of_fault(string status, StoreFault fault)
    {
        Serve(FaultyAnswers.Status(status));
        StoreException get = await FaultAsync(fault, () => RunAsync("get"));
        StoreException again = await FaultAsync(fault, () => RunAsync("many"));
        Assert.Equal(get.Message, again.Message);
        Assert.Contains($"({status[..3]})", get.Message, StringComparison.Ordinal);
        Assert.StartsWith($"The HTTP store http://127.0.0.1:{Server.Port} ", get.Message, StringComparison.Ordinal);
        Assert.Equal(fault is StoreFault.Busy or StoreFault.Unavailable, get.IsTransient);
        if (status[0] != '2')
        {
            await FaultAsync(fault, () => RunAsync("set"));
            await FaultAsync(fault, () => RunAsync("remove"));
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Http_a_rejected_key_is_reported_with_the_recommended_action(string operation)
    {
        // The worst that a server can do with the key: say it back.
        Serve(
            exchange =>
                exchange.SendAsync(
                    "401 " + HttpStores.ApiKey, exchange.Head, "WWW-Authenticate: " + HttpStores.ApiKey));
        StoreException exception = await FaultAsync(StoreFault.AuthenticationFailed, () => RunAsync(operation));
        Assert.True(exception.IsConfiguration);
        Assert.Contains("CACHEKIT_API_KEY", exception.WayOut, StringComparison.Ordinal);
        Assert.InRange(Server.Exchanges.Count, 1, operation == "many" ? 2 : 1);
    }

    [Theory]
    [InlineData("120", 120.0)]
    [InlineData("1", 1.0)]
    [InlineData("0", null)]
    [InlineData("-5", null)]
    [InlineData("soon", null)]
    [InlineData("86400", 3600.0)]
    [InlineData("99999999999999999999", null)]
    [InlineData("Wed, 02 Jan 2030 03:04:35 GMT", 30.0)]
    [InlineData("Wed, 02 Jan 2030 03:04:05 GMT", null)]
    [InlineData("Tue, 01 Jan 2030 00:00:00 GMT", null)]
    [InlineData("Fri, 31 Dec 2049 23:59:59 GMT", 3600.0)]
    public async Task Http_retry_after_is_an_hour_at_most(string retryAfter, double? seconds)
    {
        foreach (string status in (string[])["429 Too Many Requests", "503 Service Unavailable", "500 Error"])
        {
            await using FaultyHttpServer server =
                FaultyHttpServer.Start(FaultyAnswers.Status(status, $"Retry-After: {retryAfter}"));
            await using HttpStore store = HttpStores.Open(server.Address, Clock);
            StoreException exception = await Assert.ThrowsAsync<StoreException>(
                async () => await store.GetAsync("k", Token));
            Assert.Equal(seconds, exception.RetryAfter?.TotalSeconds);
        }
    }

    [Theory]
    [InlineData("404 Not Found")]
    [InlineData("405 Method Not Allowed")]
    [InlineData("501 Not Implemented")]
    public async Task Http_a_server_without_locks_or_listing_is_not_asked_for_them_again(string status)
    {
        Serve(FaultyAnswers.Status(status));
        Assert.Equal(StoreCapabilities.Listing | StoreCapabilities.Locking, Store.Capabilities);
        await FaultAsync(StoreFault.Unsupported, () => RunAsync("list"));
        Assert.Equal(StoreCapabilities.Locking, Store.Capabilities);
        await FaultAsync(StoreFault.Unsupported, () => RunAsync("lock"));
        Assert.Equal(StoreCapabilities.None, Store.Capabilities);
    }
}
