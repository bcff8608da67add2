using System.Net;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Redis;
using CacheKit.Core.Tests.Support;
using CacheKit.Core.Tests.Support.Servers;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Redis;

/// <summary>Who is let in, who is believed, and what is said when not: never a credential.</summary>
public sealed class RedisStoreAccessTests : IAsyncDisposable
{
    private const string Secret = "s3cret-s3cret";

    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);

    private readonly RedisTestStores _stores = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _stores.DisposeAsync();

    [Theory]
    [InlineData("redis://")]
    [InlineData("redis://:wrong-s3cret-s3cret@")]
    [InlineData("redis://nobody:s3cret-s3cret@")]
    public async Task Redis_a_wrong_password_is_reported_with_the_recommended_action(string url)
    {
        using RedisProcess server = RedisProcess.StartServer("--requirepass", Secret);
        RedisStore store = _stores.Make($"{url}127.0.0.1:{server.Port}");
        for (int i = 0; i < 2; i++)
        {
            StoreException failure = await FailAsync(store);
            Assert.Equal(StoreFault.AuthenticationFailed, failure.Fault);
            Assert.True(failure.IsConfiguration);
            Assert.Equal($"Redis at 127.0.0.1:{server.Port}/0 does not accept the user or password.", failure.Message);
            Assert.Contains("CACHEKIT_REDIS_URL", failure.WayOut, StringComparison.Ordinal);
            Assert.Contains("-Credential", failure.WayOut, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Redis_a_changed_password_is_reported_when_the_connection_is_lost()
    {
        using RedisProcess server = RedisProcess.StartServer();
        RedisStore store = _stores.Make(server.Url);
        Assert.Null(await store.GetAsync("a", Token));
        server.Kill();
        using RedisProcess successor = RedisProcess.StartServerOn(server.Port, "--requirepass", Secret);
        StoreException failure = await FailAsync(store);
        Assert.Equal(StoreFault.AuthenticationFailed, failure.Fault);
        failure = await Assert.ThrowsAsync<StoreException>(async () => await store.GetManyAsync(["a", "b"], Token));
        Assert.Equal(StoreFault.AuthenticationFailed, failure.Fault);
    }

    [Fact]
    public async Task Redis_a_server_that_is_gone_is_unavailable()
    {
        using RedisProcess server = RedisProcess.StartServer();
        RedisStore store = _stores.Make(server.Url);
        Assert.Null(await store.GetAsync("a", Token));
        server.Kill();
        Assert.Equal(StoreFault.Unavailable, (await FailAsync(store)).Fault);
    }

    [Fact]
    public async Task Redis_a_password_may_be_given_beside_the_connection()
    {
        using RedisProcess server = RedisProcess.StartServer("--requirepass", Secret);
        RedisStore store = _stores.Make(RedisTestStores.Patient(server.Url) with
        {
            Password = new NetworkCredential("", Secret).SecurePassword,
        });
        Assert.Null(await store.GetAsync("a", Token));
    }

    [Fact]
    public async Task Redis_a_user_with_just_the_required_rights_can_do_everything()
    {
        using RedisProcess server = RedisProcess.StartServer(
            "--user", "cache", "on", ">" + Secret, "~ck:*", "&cachekit:changes", "-@all", "+get", "+set", "+setex",
            "+psetex", "+del", "+unlink", "+scan", "+eval", "+publish", "+subscribe", "+ping", "+echo");
        RedisStore store = _stores.Make($"redis://cache:{Secret}@127.0.0.1:{server.Port}/0");
        store.ListenForChanges(_ => { });
        await store.SetAsync("ck:a", new byte[] { 1 }, s_hour, Token);
        Assert.Equal([1], await store.GetAsync("ck:a", Token));
        Assert.True(await store.AnyAsync("ck:*", Token));
        await using (IStoreLock? held = await store.TryLockAsync("ck:a", s_hour, Token))
        {
            Assert.True(await held!.RenewAsync(s_hour, Token));
        }

        Assert.True(await store.RemoveAsync("ck:a", Token));
        await HangGuard.UntilAsync(
            async () =>
            {
                // Subscribing in vain is tried again by the operations that follow.
                _ = await store.GetAsync("ck:a", Token);
                return store.HearsChanges;
            },
            "changes are heard",
            Token);

        RedisDescription description = await store.DescribeAsync(Token);
        Assert.Equal(
            (true, true, true, true, true),
            Rights(description));
        Assert.Null(description.Version);
        Assert.Null(description.ClockOffset);
    }

    [Fact]
    public async Task Redis_a_read_only_user_is_reported_and_hears_no_changes()
    {
        using RedisProcess server = RedisProcess.StartServer(
            "--user", "reader", "on", ">" + Secret, "~*", "resetchannels", "-@all", "+get", "+ping", "+echo");
        RedisStore store = _stores.Make($"redis://reader:{Secret}@127.0.0.1:{server.Port}");
        store.ListenForChanges(_ => Assert.Fail("Nothing is heard."));
        Assert.Null(await store.GetAsync("a", Token));
        foreach (Func<Task> operation in (Func<Task>[])
        [
            async () => await store.SetAsync("a", new byte[1], s_hour, Token),
            async () => await store.RemoveAsync("a", Token),
            async () => await store.AnyAsync("a", Token),
            async () => await store.TryLockAsync("a", s_hour, Token),
        ])
        {
            StoreException failure = await Assert.ThrowsAsync<StoreException>(operation);
            Assert.Equal(StoreFault.AccessDenied, failure.Fault);
            Assert.Contains("ACL SETUSER", failure.WayOut, StringComparison.Ordinal);
            Assert.DoesNotContain(Secret, failure.ToString(), StringComparison.Ordinal);
        }

        Assert.False(store.HearsChanges);
        RedisDescription description = await store.DescribeAsync(Token);
        Assert.Equal(
            (true, false, false, false, false),
            Rights(description));
    }

    [Fact]
    public async Task Redis_TLS_trusts_only_the_given_authority()
    {
        using ServerCertificate certificate = new("localhost", "127.0.0.1");
        using ServerCertificate foreign = new("localhost");
        using RedisProcess server = RedisProcess.StartTlsServer(certificate, "--requirepass", Secret);
        string url = $"rediss://:{Secret}@localhost:{server.Port}";

        RedisStore store = _stores.Make(RedisTestStores.Patient(url) with { CaFile = certificate.CaFile });
        await store.SetAsync("a", new byte[] { 1 }, s_hour, Token);
        Assert.Equal([1], await store.GetAsync("a", Token));
        Assert.True((await store.DescribeAsync(Token)).UsesTls);

        foreach (string? caFile in (string?[])[foreign.CaFile, null])
        {
            RedisStoreOptions options = RedisTestStores.Patient(url) with { CaFile = caFile };
            StoreException failure = await FailAsync(_stores.Make(options));
            Assert.Equal(StoreFault.TlsFailed, failure.Fault);
            Assert.Contains("-CaFile", failure.WayOut, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Redis_TLS_checks_the_name()
    {
        using ServerCertificate certificate = new("another.example");
        using RedisProcess server = RedisProcess.StartTlsServer(certificate);
        RedisStoreOptions options = RedisTestStores.Patient($"rediss://localhost:{server.Port}");
        StoreException failure = await FailAsync(_stores.Make(options with { CaFile = certificate.CaFile }));
        Assert.Equal(StoreFault.TlsFailed, failure.Fault);
        Assert.Contains("host name", failure.WayOut, StringComparison.Ordinal);

        // The name that is checked can be said, as where a tunnel leads to the server.
        RedisStore named = _stores.Make(options with
        {
            Connection = $"localhost:{server.Port},ssl=true,sslHost=another.example",
            CaFile = certificate.CaFile,
        });
        Assert.Null(await named.GetAsync("a", Token));
    }

    [Fact]
    public async Task Redis_TLS_to_a_server_without_it_is_a_bounded_fault()
    {
        using RedisProcess server = RedisProcess.StartServer();
        StoreException failure = await FailAsync(_stores.Make(new RedisStoreOptions
        {
            Connection = $"rediss://localhost:{server.Port}",
            ConnectTimeout = TimeSpan.FromMilliseconds(500),
        }));
        Assert.True(failure.Fault is StoreFault.TlsFailed or StoreFault.Unavailable, failure.Message);
    }

    private static (bool Read, bool Write, bool Remove, bool List, bool Lock) Rights(RedisDescription of) =>
        (of.CanRead, of.CanWrite, of.CanRemove, of.CanList, of.CanLock);

    private static async Task<StoreException> FailAsync(RedisStore store)
    {
        StoreException failure = await Assert.ThrowsAsync<StoreException>(async () => await store.GetAsync("a", Token));
        Assert.DoesNotContain(Secret, failure + failure.WayOut, StringComparison.Ordinal);
        return failure;
    }
}
