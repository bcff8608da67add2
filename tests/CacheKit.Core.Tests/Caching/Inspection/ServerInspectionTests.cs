using System.Security.Authentication;
using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Inspection;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage.Http;
using CacheKit.Core.Storage.Redis;
using CacheKit.Core.Tests.Storage.Http;
using CacheKit.Core.Tests.Storage.Redis;
using CacheKit.Core.Tests.Support;
using CacheKit.Core.Tests.Support.Servers;
using CacheKit.StoreServer;
using Xunit;

namespace CacheKit.Core.Tests.Caching.Inspection;

/// <summary>What is found in what servers say of themselves; and real servers.</summary>
public sealed class ServerInspectionTests
{
    private static readonly RedisDescription s_redis = new()
    {
        Mode = "standalone",
        Version = "7.2.4",
        Role = "master",
        UsesTls = true,
        MaxMemory = 100 << 20,
        MaxMemoryPolicy = "volatile-ttl",
        ClockOffset = TimeSpan.FromSeconds(0.2),
        RoundTrip = TimeSpan.FromMilliseconds(1),
        HearsChanges = true,
        CanWrite = true,
        CanRead = true,
        CanRemove = true,
        CanLock = true,
        CanList = true,
    };

    private static readonly HttpDescription s_http = new()
    {
        Health = "ok",
        RoundTrip = TimeSpan.FromMilliseconds(1),
        ClockOffset = TimeSpan.Zero,
        TlsProtocol = SslProtocols.Tls13,
        HttpVersion = new Version(2, 0),
        IsKeyAccepted = true,
        IsWritable = true,
        HasLocks = true,
        HasListing = true,
    };

    /// <summary>A description, the check that it changes, its status, and a word of what it says.</summary>
    public static TheoryData<string, StoreCheckStatus, string, object> Descriptions => new()
    {
        { "Encryption", StoreCheckStatus.Passed, "TLS", s_redis },
        { "Encryption", StoreCheckStatus.Warning, "no TLS", s_redis with { UsesTls = false } },
        { "Role", StoreCheckStatus.Passed, "primary", s_redis },
        { "Role", StoreCheckStatus.Failed, "replica", s_redis with { Role = "slave" } },
        { "Role", StoreCheckStatus.Skipped, "does not tell", s_redis with { Role = null } },
        { "Version", StoreCheckStatus.Passed, "7.2.4, standalone", s_redis },
        { "Version", StoreCheckStatus.Skipped, "does not tell", s_redis with { Version = null } },
        { "Eviction", StoreCheckStatus.Passed, "volatile-ttl at 100 MB", s_redis },
        { "Eviction", StoreCheckStatus.Warning, "noeviction", s_redis with { MaxMemoryPolicy = "noeviction" } },
        {
            "Eviction", StoreCheckStatus.Passed, "no memory limit",
            s_redis with { MaxMemoryPolicy = "noeviction", MaxMemory = 0 }
        },
        { "Eviction", StoreCheckStatus.Skipped, "does not tell", s_redis with { MaxMemory = null } },
        { "Clock", StoreCheckStatus.Passed, "0.2 s ahead", s_redis },
        { "Clock", StoreCheckStatus.Passed, "5.0 s behind", s_redis with { ClockOffset = -TimeSpan.FromSeconds(5) } },
        {
            "Clock", StoreCheckStatus.Warning, "5.1 s behind",
            s_redis with { ClockOffset = -TimeSpan.FromSeconds(5.1) }
        },
        { "Clock", StoreCheckStatus.Warning, "300.0 s ahead", s_redis with { ClockOffset = TimeSpan.FromMinutes(5) } },
        { "Clock", StoreCheckStatus.Failed, "301.0 s ahead", s_redis with { ClockOffset = TimeSpan.FromSeconds(301) } },
        { "Clock", StoreCheckStatus.Skipped, "does not tell", s_redis with { ClockOffset = null } },
        { "Changes", StoreCheckStatus.Passed, "is heard", s_redis },
        { "Changes", StoreCheckStatus.Warning, "not heard", s_redis with { HearsChanges = false } },
        { "Encryption", StoreCheckStatus.Passed, "TLS 1.3", s_http },
        { "Encryption", StoreCheckStatus.Warning, "no TLS", s_http with { TlsProtocol = SslProtocols.None } },
        { "Authentication", StoreCheckStatus.Passed, "accepts", s_http },
        { "Authentication", StoreCheckStatus.Failed, "not accept", s_http with { IsKeyAccepted = false } },
        { "Health", StoreCheckStatus.Passed, "ok, HTTP/2.0", s_http },
        { "Health", StoreCheckStatus.Warning, "degraded", s_http with { Health = "degraded" } },
        { "Clock", StoreCheckStatus.Failed, "behind", s_http with { ClockOffset = -TimeSpan.FromHours(1) } },
    };

    [Theory]
    [MemberData(nameof(Descriptions))]
    public void Inspection_server_descriptions_are_judged(
        string check, StoreCheckStatus status, string word, object description)
    {
        StoreCheck found = Assert.Single(
            Judge(description, RedisAt("redis://cache.example")), one => one.Check == check);
        Assert.Equal(status, found.Status);
        Assert.Contains(word, found.Detail, StringComparison.Ordinal);
        Assert.Equal(status is StoreCheckStatus.Warning or StoreCheckStatus.Failed, found.Advice is not null);
    }

    [Theory]
    [InlineData("redis://cache.example", StoreCheckStatus.Warning, StoreCheckStatus.Warning)]
    [InlineData("redis://:pa55@cache.example", StoreCheckStatus.Warning, StoreCheckStatus.Passed)]
    [InlineData("redis://127.0.0.1,cache.example", StoreCheckStatus.Warning, StoreCheckStatus.Warning)]
    [InlineData("redis://127.0.0.1", StoreCheckStatus.Passed, StoreCheckStatus.Passed)]
    [InlineData("redis://localhost", StoreCheckStatus.Passed, StoreCheckStatus.Passed)]
    [InlineData("redis://[::1]", StoreCheckStatus.Passed, StoreCheckStatus.Passed)]
    [InlineData("unix:///run/redis.sock", StoreCheckStatus.Passed, StoreCheckStatus.Passed)]
    public void Inspection_missing_TLS_and_password_matter_when_the_connection_leaves_the_machine(
        string url, StoreCheckStatus encryption, StoreCheckStatus authentication)
    {
        StoreCheck[] checks = [.. RedisChecks.Of(RedisAt(url), s_redis with { UsesTls = false })];
        Assert.Equal(encryption, Assert.Single(checks, one => one.Check == "Encryption").Status);
        Assert.Equal(authentication, Assert.Single(checks, one => one.Check == "Authentication").Status);
        Assert.DoesNotContain("pa55", string.Concat<StoreCheck>(checks), StringComparison.Ordinal);
    }

    [Fact]
    public void Inspection_changes_that_are_switched_off_are_skipped()
    {
        StoreChoice choice = StoreChoice.Redis(
            new RedisStoreOptions { Connection = "redis://cache.example", ListensForChanges = false }, "-Redis");
        Assert.Equal(
            StoreCheckStatus.Skipped,
            Assert.Single(RedisChecks.Of(choice, s_redis), one => one.Check == "Changes").Status);
    }

    [Fact]
    public async Task Inspection_a_Redis_that_can_fill_up_passes_with_a_warning()
    {
        RedisProcess.SkipUnlessInstalled();
        using RedisProcess server = RedisProcess.StartServer("--maxmemory", "50mb", "--maxmemory-policy", "noeviction");
        Dictionary<string, StoreCheckStatus> found = await StatusesOnceClockIsToldAsync(RedisAt(server.Url));
        Assert.Equal(StoreCheckStatus.Warning, found["Eviction"]);
        Assert.True(found.Remove("Eviction"));
        Assert.All(found, check => Assert.Equal(StoreCheckStatus.Passed, check.Value));
        foreach (string check in
            (string[])["ReadWrite", "Lock", "Listing", "Encryption", "Role", "Version", "Clock", "Changes"])
        {
            Assert.Contains(check, found.Keys);
        }
    }

    [Fact]
    public async Task Inspection_a_Redis_replica_fails()
    {
        RedisProcess.SkipUnlessInstalled();
        using RedisProcess primary = RedisProcess.StartServer("--repl-diskless-sync-delay", "0");
        using RedisProcess replica = RedisProcess.StartServer("--replicaof", $"127.0.0.1 {primary.Port}");
        replica.UntilReplicated();
        Dictionary<string, StoreCheckStatus> found = await StatusesAsync(RedisAt(replica.Url));
        Assert.Contains(StoreCheckStatus.Failed, found.Values);
    }

    [Fact]
    public async Task Inspection_an_HTTP_server_passes_and_a_wrong_key_fails()
    {
        await using HttpStoreServer server = await HttpStoreServer.StartAsync(HttpStores.ServerOptions);
        Dictionary<string, StoreCheckStatus> found =
            await StatusesOnceClockIsToldAsync(StoreChoice.Http(HttpStores.Options(server.Address), "-ApiKey"));
        Assert.All(found, check => Assert.Equal(StoreCheckStatus.Passed, check.Value));
        Assert.Contains("Health", found.Keys);
        found = await StatusesAsync(StoreChoice.Http(HttpStores.Options(server.Address, "another"), "-ApiKey"));
        Assert.Equal(StoreCheckStatus.Failed, found["Authentication"]);
    }

    private static IEnumerable<StoreCheck> Judge(object description, StoreChoice redis) => description switch
    {
        RedisDescription server => RedisChecks.Of(redis, server),
        HttpDescription server => HttpChecks.Of(
            StoreChoice.FromEnvironment(new CacheKitEnvironment { ApiKey = "key" }), server),
        _ => throw new ArgumentException("It is no description.", nameof(description)),
    };

    private static StoreChoice RedisAt(string url) =>
        StoreChoice.Redis(RedisTestStores.Patient(url), "-Redis");

    /// <summary>
    /// Both go by the same clock. Only where the machine was busy between the question and the answer it looks
    /// otherwise, and is asked again.
    /// </summary>
    private static async Task<Dictionary<string, StoreCheckStatus>> StatusesOnceClockIsToldAsync(StoreChoice choice)
    {
        Dictionary<string, StoreCheckStatus> found = [];
        await HangGuard.UntilAsync(
            async () =>
            {
                found = await StatusesAsync(choice);
                return found["Clock"] == StoreCheckStatus.Passed;
            },
            "the clocks are the same",
            TestContext.Current.CancellationToken);
        return found;
    }

    private static async Task<Dictionary<string, StoreCheckStatus>> StatusesAsync(StoreChoice choice)
    {
        StoreInspection inspection = new(choice, TimeProvider.System);
        IReadOnlyList<StoreCheck> checks = await inspection.RunAsync(TestContext.Current.CancellationToken);
        return checks.ToDictionary(check => check.Check, check => check.Status);
    }
}
