using System.Globalization;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Redis;
using CacheKit.Core.Tests.Support;
using CacheKit.Core.Tests.Support.Servers;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Redis;

/// <summary>Locks as the other members of the family see them.</summary>
public sealed class RedisStoreLockTests(RedisServerFixture fixture)
    : IClassFixture<RedisServerFixture>, IAsyncDisposable
{
    private static readonly TimeSpan s_lease = TimeSpan.FromHours(1);

    private readonly RedisTestStores _stores = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _stores.DisposeAsync();

    [Fact]
    public async Task Redis_a_lock_is_a_key_with_a_token_and_an_expiry()
    {
        RedisStore store = _stores.Make(fixture.Server.Url);
        await using IStoreLock? held = await store.TryLockAsync("plain", s_lease, Token);
        string token = fixture.Server.CommandText("GET plain:lock").Split("\r\n")[1];
        Assert.Matches("^[0-9A-F]{32}$", token);
        Assert.InRange(Left(fixture.Server, "plain:lock"), 1_800_000, 3_600_000);
        Assert.Null(await _stores.Make(fixture.Server.Url + "?db=0").TryLockAsync("plain", s_lease, Token));

        Assert.True(await held!.RenewAsync(2 * s_lease, Token));
        Assert.InRange(Left(fixture.Server, "plain:lock"), 5_400_000, 7_200_000);
        Assert.Equal(token, fixture.Server.CommandText("GET plain:lock").Split("\r\n")[1]);
        await held.DisposeAsync();
        Assert.Equal("$-1", fixture.Server.Command("GET plain:lock"));
    }

    [Fact]
    public async Task Redis_a_foreign_lock_is_respected_and_left_alone()
    {
        RedisStore store = _stores.Make(fixture.Server.Url);
        Assert.Equal("+OK", fixture.Server.Command("SET foreign:lock theirs NX PX 3600000"));
        Assert.Null(await store.TryLockAsync("foreign", s_lease, Token));

        IStoreLock? lost = await store.TryLockAsync("lost", s_lease, Token);
        Assert.Equal("+OK", fixture.Server.Command("SET lost:lock theirs PX 3600000"));
        Assert.False(await lost!.RenewAsync(s_lease, Token));
        await lost.DisposeAsync();
        Assert.Equal("theirs", fixture.Server.CommandText("GET lost:lock").Split("\r\n")[1]);
    }

    [Fact]
    public async Task Redis_releasing_a_lock_twice_does_not_release_the_next_holder()
    {
        RedisStore store = _stores.Make(fixture.Server.Url);
        IStoreLock? first = await store.TryLockAsync("twice", s_lease, Token);
        await first!.DisposeAsync();
        await using IStoreLock? second = await store.TryLockAsync("twice", s_lease, Token);
        await first.DisposeAsync();
        Assert.False(await first.RenewAsync(s_lease, Token));
        Assert.True(await second!.RenewAsync(s_lease, Token));
    }

    [Fact]
    public async Task Redis_a_lock_without_script_rights_uses_transactions()
    {
        using RedisProcess server = RedisProcess.StartServer(
            "--user", "default", "on", "nopass", "~*", "&*", "+@all", "-@scripting");
        RedisStore store = _stores.Make(server.Url);
        IStoreLock? held = await store.TryLockAsync("a", s_lease, Token);
        Assert.True(await held!.RenewAsync(2 * s_lease, Token));
        Assert.InRange(Left(server, "a:lock"), 5_400_000, 7_200_000);
        Assert.Equal("+OK", server.Command("SET a:lock theirs PX 3600000"));
        Assert.False(await held.RenewAsync(s_lease, Token));
        await held.DisposeAsync();
        Assert.Equal("theirs", server.CommandText("GET a:lock").Split("\r\n")[1]);

        IStoreLock? other = await store.TryLockAsync("b", s_lease, Token);
        await other!.DisposeAsync();
        Assert.Equal("$-1", server.Command("GET b:lock"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Redis_a_lock_request_that_failed_leaves_no_lock(bool isCancelled)
    {
        using RedisProcess server = RedisProcess.StartServer();
        SteppedClock clock = new();
        RedisStoreOptions options = RedisTestStores.Patient(server.Url) with { Clock = clock };
        RedisStore store = _stores.Make(options);
        _ = await store.GetAsync("a", Token);
        server.Pause();
        using CancellationTokenSource caller = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task<IStoreLock?> asked = store.TryLockAsync("a", s_lease, caller.Token).AsTask();
        await clock.UntilDueAsync(options.OperationTimeout, Token);
        if (isCancelled)
        {
            await caller.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        }
        else
        {
            clock.Advance(options.OperationTimeout);
            Assert.Equal(StoreFault.TimedOut, (await Assert.ThrowsAsync<StoreException>(() => asked)).Fault);
        }

        server.Resume();
        RedisStore other = _stores.Make(server.Url + "/0?db=0");
        IStoreLock? held = null;
        await HangGuard.UntilAsync(
            async () => (held = await other.TryLockAsync("a", s_lease, Token)) is not null, "the lock is free", Token);
        await held!.DisposeAsync();
    }

    [Theory]
    [InlineData("stem:lock")]
    [InlineData("stem:lock:entry")]
    [InlineData("stem:lock:lock")]
    public async Task Redis_an_entry_may_be_named_like_a_lock(string key)
    {
        RedisStore store = _stores.Make(fixture.Server.Url + "/9");
        await using IStoreLock? ofStem = await store.TryLockAsync("stem", s_lease, Token);
        await using IStoreLock? ofKey = await store.TryLockAsync(key, s_lease, Token);
        Assert.NotNull(ofStem);
        Assert.NotNull(ofKey);
        await store.SetAsync(key, new byte[] { 1 }, s_lease, Token);
        Assert.Equal([1], await store.GetAsync(key, Token));
        foreach (string pattern in (string[])[key, "stem*", "*", "*:lock*", key[..^1] + "?", "?" + key[1..]])
        {
            List<string> found = [];
            await foreach (string listed in store.ListAsync(pattern, Token))
            {
                found.Add(listed);
            }

            Assert.Equal([key], found);
        }

        Assert.True(await store.RemoveAsync(key, Token));
        Assert.False(await store.AnyAsync("*", Token));
        Assert.True(await ofStem.RenewAsync(s_lease, Token));
        Assert.True(await ofKey.RenewAsync(s_lease, Token));
    }

    private static int Left(RedisProcess server, string key) =>
        int.Parse(server.Command($"PTTL {key}")[1..], CultureInfo.InvariantCulture);
}
