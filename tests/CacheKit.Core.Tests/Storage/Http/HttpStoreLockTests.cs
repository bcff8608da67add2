using CacheKit.Core.Storage;
using CacheKit.Core.Tests.Support.Servers;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Http;

/// <summary>Locks over the wire (PROTOCOL sections 9 and 11).</summary>
public sealed class HttpStoreLockTests : HttpStoreTestBase
{
    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("{\"lock_id\": null}")]
    [InlineData("{}")]
    [InlineData("{\"other\": \"x\"}")]
    public async Task Http_a_lock_answer_without_an_id_means_another_holder(string answer)
    {
        Serve(FaultyAnswers.Json(answer));
        Assert.Null(await Store.TryLockAsync("k", s_lease, Token));
    }

    [Fact]
    public async Task Http_a_lock_conflict_means_another_holder()
    {
        Serve(FaultyAnswers.Status("409 Conflict"));
        Assert.Null(await Store.TryLockAsync("k", s_lease, Token));
    }

    [Theory]
    [InlineData("{\"lock_id\": 5}")]
    [InlineData("{\"lock_id\": \"\"}")]
    [InlineData("{\"lock_id\": \"a\\r\\nX-Evil: 1\"}")]
    [InlineData("{\"lock_id\": \"a b\"}")]
    [InlineData("{\"lock_id\": \"\\u00e9\"}")]
    [InlineData("{\"lock_id\": [\"a\"]}")]
    [InlineData("{\"lock_id\": \"\\ud800\"}")]
    [InlineData("{\"\\ud800k_id\": \"a\"}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"lock_id\": \"a\"")]
    [InlineData("")]
    public async Task Http_a_lock_id_that_cannot_be_sent_back_is_a_fault(string answer)
    {
        Serve(FaultyAnswers.Json(answer));
        await FaultAsync(StoreFault.UnexpectedAnswer, () => RunAsync("lock"));
    }

    [Fact]
    public async Task Http_an_endless_lock_id_is_a_fault()
    {
        Serve(FaultyAnswers.Json($"{{\"lock_id\": \"{new string('a', 257)}\"}}"));
        await FaultAsync(StoreFault.UnexpectedAnswer, () => RunAsync("lock"));
        Server.Answer = FaultyAnswers.Json($"{{\"lock_id\": \"{new string('a', 1 << 20)}\"}}");
        await FaultAsync(StoreFault.UnexpectedAnswer, () => RunAsync("lock"));
    }

    [Fact]
    public async Task Http_a_lock_is_released_once_and_its_id_is_only_in_a_header()
    {
        Serve(FaultyAnswers.Json("{\"lock_id\": \"token-1\"}"));
        IStoreLock held = (await Store.TryLockAsync("a b", s_lease, Token))!;
        Server.Answer = FaultyAnswers.Status("200 OK");
        await held.DisposeAsync();
        await held.DisposeAsync();
        Assert.Equal(2, Server.Exchanges.Count);
        Assert.Equal("POST /v1/cache/a%20b/lock HTTP/1.1", Server.Exchanges[0].Head.Split("\r\n")[0]);
        Assert.Equal("DELETE /v1/cache/a%20b/lock HTTP/1.1", Server.Exchanges[1].Head.Split("\r\n")[0]);
        Assert.Equal("token-1", Server.Exchanges[1].Header("X-CacheKit-Lock-Id"));
        Assert.False(await held.RenewAsync(s_lease, Token));
    }

    [Fact]
    public async Task Http_a_lock_lasts_for_its_first_lease()
    {
        Serve(FaultyAnswers.Json("{\"lock_id\": \"token-1\"}"));
        await using IStoreLock held = (await Store.TryLockAsync("k", s_lease, Token))!;
        Assert.False(Store.Capabilities.HasFlag(StoreCapabilities.LockRenewal));
        Clock.Advance(s_lease - TimeSpan.FromMilliseconds(1));
        Assert.True(await held.RenewAsync(s_lease, Token));
        Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(await held.RenewAsync(s_lease, Token));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await held.RenewAsync(TimeSpan.Zero, Token));
    }

    [Theory]
    [InlineData("500 Error")]
    [InlineData("404 Not Found")]
    [InlineData("401 Unauthorized")]
    public async Task Http_a_failed_lock_release_does_not_throw(string status)
    {
        Serve(FaultyAnswers.Json("{\"lock_id\": \"token-1\"}"));
        IStoreLock held = (await Store.TryLockAsync("k", s_lease, Token))!;
        IStoreLock other = (await Store.TryLockAsync("l", s_lease, Token))!;
        IStoreLock last = (await Store.TryLockAsync("m", s_lease, Token))!;
        Server.Answer = FaultyAnswers.Status(status);
        await held.DisposeAsync();
        Server.Answer = FaultyAnswers.HangUp;
        await other.DisposeAsync();
        await Store.DisposeAsync();
        await last.DisposeAsync();
        Assert.Contains(Server.Exchanges, exchange => exchange.Method == "DELETE");
    }
}
