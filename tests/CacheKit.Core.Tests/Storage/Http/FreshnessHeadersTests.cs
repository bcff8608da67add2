using System.Text.Json;
using CacheKit.Core.Storage.Http;
using CacheKit.Core.Tests.Support;
using CacheKit.Core.Tests.Support.Servers;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Http;

/// <summary>The published vectors of the freshness headers, parsed and over the wire.</summary>
public sealed class FreshnessHeadersTests : HttpStoreTestBase
{
    public static TheoryData<string?, bool> Freshness { get; } = new(Rows("freshness_is_stale")
        .Select(row => (row[0].GetString(), row[1].GetBoolean())));

    public static TheoryData<string?, int?> FreshFor { get; } = new(Rows("fresh_for")
        .Select(row => (row[0].GetString(), row[1].ValueKind == JsonValueKind.Null ? (int?)null : row[1].GetInt32())));

    [Theory]
    [MemberData(nameof(Freshness))]
    public async Task Http_any_freshness_but_fresh_is_stale_and_counts_as_absent(string? header, bool isStale)
    {
        Assert.Equal(isStale, FreshnessHeaders.IsStale(header));
        Serve(FaultyAnswers.Ok("v", header is null ? [] : [$"X-CacheKit-Freshness: {header}"]));
        Assert.Equal(isStale, await Store.GetAsync("k", Token) is null);
        Assert.Equal(isStale, (await Store.GetManyAsync(["k"], Token))[0] is null);
    }

    [Theory]
    [MemberData(nameof(FreshFor))]
    public async Task Http_a_value_that_may_not_be_kept_counts_as_absent(string? header, int? seconds)
    {
        Assert.Equal(seconds, FreshnessHeaders.ParseFreshFor(header));
        Serve(FaultyAnswers.Ok("v", header is null ? [] : [$"X-CacheKit-Fresh-For: {header}"]));
        Assert.Equal(seconds == 0, await Store.GetAsync("k", Token) is null);
    }

    [Fact]
    public async Task Http_two_freshness_headers_count_as_one_with_a_comma()
    {
        Serve(FaultyAnswers.Ok("v", "X-CacheKit-Freshness: fresh", "X-CacheKit-Freshness: fresh"));
        Assert.Null(await Store.GetAsync("k", Token));
    }

    private static List<JsonElement[]> Rows(string name)
    {
        using JsonDocument document = JsonDocument.Parse(
            File.ReadAllBytes(Fixtures.PathOf("vectors/freshness-headers.json")));
        return [.. document.RootElement.Clone().GetProperty(name).EnumerateArray()
            .Select(row => row.EnumerateArray().ToArray())];
    }
}
