using CacheKit.Core.Storage;
using CacheKit.Core.Tests.Support.Servers;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Http;

/// <summary>Listings of a server that is not trusted.</summary>
public sealed class HttpStoreListingTests : HttpStoreTestBase
{
    [Fact]
    public async Task Http_listing_follows_the_pages()
    {
        Serve(exchange => FaultyAnswers.Json(exchange.Target.Contains("cursor", StringComparison.Ordinal)
            ? """{"keys":["ck:3"],"cursor":null}"""
            : """{"keys":["ck:1","ck:2"],"cursor":"a&b=1"}""")(exchange));
        Assert.Equal(["ck:1", "ck:2", "ck:3"], await ListAsync("ck:*"));
        Assert.Equal(
            [
                "/v1/cache?match=ck%3A%2A&limit=16",
                "/v1/cache?match=ck%3A%2A&cursor=a%26b%3D1&limit=1000",
            ],
            Server.Exchanges.Select(exchange => exchange.Target));
    }

    [Fact]
    public async Task Http_listing_skips_keys_that_do_not_match()
    {
        Serve(FaultyAnswers.Json("""{"keys":["ck:a:1","other","CK:A:2","","xck:a:3","ck:a:"]}"""));
        Assert.Equal(["ck:a:1", "ck:a:"], await ListAsync("ck:a:*"));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"keys\": null}")]
    [InlineData("{\"keys\": \"ck:1\"}")]
    [InlineData("{\"keys\": [1]}")]
    [InlineData("{\"keys\": [null]}")]
    [InlineData("{\"keys\": [\"\\ud800\"]}")]
    [InlineData("{\"keys\": [], \"cursor\": 5}")]
    [InlineData("{\"keys\": [], \"cursor\": \"\"}")]
    [InlineData("{\"keys\": [[[[[[]]]]]]}")]
    [InlineData("[]")]
    [InlineData("<html>")]
    public async Task Http_a_malformed_listing_is_a_fault(string answer)
    {
        Serve(FaultyAnswers.Json(answer));
        await FaultAsync(StoreFault.UnexpectedAnswer, () => RunAsync("list"));
    }

    [Fact]
    public async Task Http_listing_stops_at_the_page_limit()
    {
        int pages = 0;
        Serve(
            exchange => FaultyAnswers.Json($"{{\"keys\":[],\"cursor\":\"{++pages}\"}}")(exchange),
            options => options with { MaxListPages = 50 });
        await FaultAsync(StoreFault.UnexpectedAnswer, () => RunAsync("list"));
        Assert.Equal(50, pages);
    }

    [Fact]
    public async Task Http_an_endless_listing_page_is_cut_off()
    {
        Serve(FaultyAnswers.Json($"{{\"keys\":[\"{new string('k', 5 << 20)}\"]}}"));
        await FaultAsync(StoreFault.UnexpectedAnswer, () => RunAsync("list"));
        Server.Answer = FaultyAnswers.Json($"{{\"keys\":[],\"cursor\":\"{new string('k', 4097)}\"}}");
        await FaultAsync(StoreFault.UnexpectedAnswer, () => RunAsync("list"));
    }

    private async Task<List<string>> ListAsync(string pattern)
    {
        List<string> keys = [];
        await foreach (string key in Store.ListAsync(pattern, Token))
        {
            keys.Add(key);
        }

        return keys;
    }
}
