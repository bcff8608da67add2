using System.Net;
using System.Net.Http.Headers;
using System.Text;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Http;
using CacheKit.Core.Tests.Support;
using CacheKit.StoreServer;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Http;

/// <summary>The server that others may host, asked by another client than ours.</summary>
public sealed class HttpStoreServerTests : IAsyncLifetime
{
    private const string Other = "ck_live_0ther";

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly HttpClient _client = new() { Timeout = HangGuard.Limit };
    private HttpStoreServer _server = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await HttpStoreServer.StartAsync(new HttpStoreServerOptions
    {
        ApiKeyHashes = [HttpStores.Hash(HttpStores.ApiKey), HttpStores.Hash(Other).ToLowerInvariant()],
        Clock = _clock,
        MaxValueBytes = 1000,
        MaxTenantBytes = 2500,
        WaitsForSlowClients = true,
    });

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData("PUT", "/v1/cache/k", 401)]
    [InlineData("GET", "/v1/cache/k", 401)]
    [InlineData("GET", "/v1/cache?match=*&limit=10", 401)]
    [InlineData("GET", "/v1/cache/health", 200)]
    public async Task Http_server_without_a_key_answers_only_health(string method, string path, int status)
    {
        foreach (string? key in (string?[])[null, "", "ck_live_wrong", HttpStores.ApiKey + "x"])
        {
            using HttpResponseMessage response = await SendAsync(method, path, key);
            Assert.Equal(status, (int)response.StatusCode);
            Assert.True(response.Headers.CacheControl?.NoStore);
        }
    }

    [Fact]
    public async Task Http_server_tenants_do_not_see_each_other()
    {
        await using HttpStore mine = HttpStores.Open(_server.Address);
        await using HttpStore theirs = new(HttpStores.Options(_server.Address, Other), TimeProvider.System);
        await mine.SetAsync("k", new byte[] { 1 }, TimeSpan.FromHours(1), Token);
        Assert.Null(await theirs.GetAsync("k", Token));
        Assert.False(await theirs.AnyAsync("*", Token));
        Assert.False(await theirs.RemoveAsync("k", Token));
        await using IStoreLock? first = await mine.TryLockAsync("k", TimeSpan.FromHours(1), Token);
        await using IStoreLock? second = await theirs.TryLockAsync("k", TimeSpan.FromHours(1), Token);
        Assert.NotNull(first);
        Assert.NotNull(second);
        Assert.NotNull(await mine.GetAsync("k", Token));
    }

    [Fact]
    public async Task Http_server_lets_the_remaining_time_be_read_and_changed()
    {
        await PutAsync("k", 1, ("X-CacheKit-TTL", "100"));
        _clock.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Equal("{\"ttl\":100}", await ReadAsync("GET", "/v1/cache/k/ttl"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("PATCH", "/v1/cache/k/ttl", "{\"ttl\":10}"));
        Assert.Equal("{\"ttl\":10}", await ReadAsync("GET", "/v1/cache/k/ttl"));
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync("GET", "/v1/cache/k/ttl"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync("PATCH", "/v1/cache/k/ttl", "{\"ttl\":10}"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync("HEAD", "/v1/cache/k"));
        await PutAsync("k", 1);
        Assert.Equal("{\"ttl\":null}", await ReadAsync("GET", "/v1/cache/k/ttl"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("HEAD", "/v1/cache/k"));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("2592001")]
    [InlineData("1.5")]
    [InlineData("soon")]
    public async Task Http_server_rejects_a_time_to_live_out_of_range(string ttl) =>
        Assert.Equal(HttpStatusCode.BadRequest, await PutAsync("k", 1, ("X-CacheKit-TTL", ttl)));

    [Fact]
    public async Task Http_server_limits_the_size_of_a_value_and_of_a_tenant()
    {
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await PutAsync("k", 1001));
        Assert.Equal(HttpStatusCode.OK, await PutAsync("a", 1000, ("X-CacheKit-TTL", "10")));
        Assert.Equal(HttpStatusCode.OK, await PutAsync("b", 1000));
        Assert.Equal(HttpStatusCode.OK, await PutAsync("b", 1000));
        Assert.Equal(HttpStatusCode.InsufficientStorage, await PutAsync("c", 1000));
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(HttpStatusCode.OK, await PutAsync("c", 1000));

        await using HttpStore store = new(HttpStores.Options(_server.Address, Other), TimeProvider.System);
        StoreException exception = await Assert.ThrowsAsync<StoreException>(
            async () => await store.SetAsync("k", new byte[1001], TimeSpan.FromHours(1), Token));
        Assert.Equal(StoreFault.ValueTooLarge, exception.Fault);
        exception = await Assert.ThrowsAsync<StoreException>(
            async () => await store.SetAsync("k", new byte[1000], TimeSpan.FromHours(1), Token));
        Assert.Equal(StoreFault.Full, exception.Fault);
    }

    [Theory]
    [InlineData("PUT", "/v1/cache/health", 400)]
    [InlineData("PUT", "/v1/cache/ttl", 400)]
    [InlineData("GET", "/v1/cache/lock", 400)]
    [InlineData("GET", "/v1/cache/", 400)]
    [InlineData("POST", "/v1/cache/k", 405)]
    [InlineData("GET", "/v1/cache/k/other", 404)]
    [InlineData("GET", "/v1/cache/k/lock/x", 404)]
    [InlineData("GET", "/v2/cache/k", 404)]
    [InlineData("GET", "/v1/cachekit", 404)]
    [InlineData("GET", "/v1/cache", 400)]
    [InlineData("GET", "/v1/cache?match=%5Ba%5D&limit=10", 400)]
    [InlineData("GET", "/v1/cache?match=*&limit=1001", 400)]
    [InlineData("DELETE", "/v1/cache/k/lock", 400)]
    [InlineData("POST", "/v1/cache/k/lock", 400)]
    [InlineData("PATCH", "/v1/cache/k/ttl", 400)]
    public async Task Http_server_rejects_malformed_requests(string method, string path, int status) =>
        Assert.Equal(status, (int)await StatusAsync(method, path));

    [Fact]
    public async Task Http_server_refuses_an_SDK_key_with_an_unknown_memory_status()
    {
        _client.DefaultRequestHeaders.Add("X-CacheKit-L1-Status", "enabled");
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(_server.Address, "/v1/cache/k"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", HttpStores.ApiKey);
        using HttpResponseMessage response = await _client.SendAsync(request, Token);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Http_server_rejects_a_zero_byte_in_a_key()
    {
        await using HttpStore store = HttpStores.Open(_server.Address);
        StoreException exception = await Assert.ThrowsAsync<StoreException>(
            async () => await store.GetAsync("a\0", Token));
        Assert.Equal(StoreFault.UnexpectedAnswer, exception.Fault);
    }

    [Fact]
    public async Task Http_server_requires_HTTPS_for_other_machines() => await Assert.ThrowsAsync<ArgumentException>(
        () => HttpStoreServer.StartAsync(HttpStores.ServerOptions with { AnswersOtherMachines = true }));

    private async Task<HttpStatusCode> PutAsync(string key, int length, params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = Request("PUT", $"/v1/cache/{key}", Other);
        request.Content = new ByteArrayContent(new byte[length]);
        foreach ((string name, string value) in headers)
        {
            request.Headers.Add(name, value);
        }

        if (key == "k" && length == 1001)
        {
            request.Headers.ExpectContinue = true;
        }

        using HttpResponseMessage response = await _client.SendAsync(request, Token);
        return response.StatusCode;
    }

    private async Task<string> ReadAsync(string method, string path)
    {
        using HttpResponseMessage response = await SendAsync(method, path, Other);
        return await response.Content.ReadAsStringAsync(Token);
    }

    private async Task<HttpStatusCode> StatusAsync(string method, string path, string? body = null)
    {
        using HttpRequestMessage request = Request(method, path, Other);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await _client.SendAsync(request, Token);
        return response.StatusCode;
    }

    private async Task<HttpResponseMessage> SendAsync(string method, string path, string? apiKey)
    {
        using HttpRequestMessage request = Request(method, path, apiKey);
        return await _client.SendAsync(request, Token);
    }

    private HttpRequestMessage Request(string method, string path, string? apiKey)
    {
        HttpRequestMessage request = new(new HttpMethod(method), new Uri(_server.Address, path));
        if (apiKey is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {apiKey}");
        }

        return request;
    }
}
