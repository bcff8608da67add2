using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Redis;
using CacheKit.Core.Storage.Resilience;
using CacheKit.Core.Tests.Storage.Redis;
using CacheKit.Core.Tests.Support;
using CacheKit.Core.Tests.Support.Servers;
using Xunit;

namespace CacheKit.Core.Tests.Faults;

/// <summary>The faults of Redis.</summary>
internal static class RedisFaultRows
{
    private const string Password = "right-password-71";

    public static IReadOnlyList<FaultRow> All { get; } =
    [
        new(
            "Redis: nobody listens",
            StoreFault.Unavailable,
            "cannot be reached",
            clock => Fixed(clock, $"redis://127.0.0.1:{FreePort.Take()}")),
        new(
            "Redis: the name does not resolve",
            StoreFault.Unavailable,
            "cannot be reached",
            clock => Fixed(clock, "redis://no-such-host.invalid")),
        new(
            "Redis: wrong password",
            StoreFault.AuthenticationFailed,
            "does not accept the user or password",
            clock => WithPassword(clock, port => $"redis://:wrong-password-72@127.0.0.1:{port}")),
        new(
            "Redis: no password (NOAUTH)",
            StoreFault.AuthenticationFailed,
            "does not accept the user or password",
            clock => WithPassword(clock, port => $"redis://127.0.0.1:{port}")),
        new(
            "Redis: the user may not (NOPERM)",
            StoreFault.AccessDenied,
            "does not permit this user what the cache needs",
            NotPermitted),
        new(
            "Redis: TLS with another name",
            StoreFault.TlsFailed,
            "could not prove who it is",
            OtherName),
        Scripted(
            "Redis: a cluster that points elsewhere (MOVED)",
            StoreFault.Unavailable,
            "cannot be reached",
            $"MOVED 1234 127.0.0.1:{FreePort.Take()}"),
        Scripted(
            "Redis: a cluster that is moving the key (ASK)",
            StoreFault.Unavailable,
            "cannot be reached",
            $"ASK 1234 127.0.0.1:{FreePort.Take()}"),
        Scripted(
            "Redis: loading (LOADING)",
            StoreFault.Busy,
            "is still loading its data",
            "LOADING Redis is loading the dataset in memory"),
        Scripted(
            "Redis: failing over (MASTERDOWN)",
            StoreFault.Busy,
            "asks for patience",
            "MASTERDOWN Link with MASTER is down."),
        new("Redis: a read replica (READONLY)", StoreFault.Busy, "may not be written", Replica),
        new("Redis: no memory left (OOM)", StoreFault.Full, "has no memory left", NoMemory) { OnlyWrites = true },
        new("Redis: hangs (half-open connection)", StoreFault.TimedOut, "did not answer in time", Hanging)
        {
            Hangs = true,
        },
        new("Redis: killed and started again", StoreFault.Unavailable, "cannot be reached", Killed),
        new("Redis: slow (250 ms an answer)", null, "nothing", Slow)
        {
            Longest = new ResilienceOptions().OperationTimeout,
        },
    ];

    /// <summary>Where nobody is, it is all one whether that is heard or waited for.</summary>
    private static FaultScene Fixed(TimeProvider clock, string url) => new(() => OpenHasty(clock, url));

    private static RedisStore OpenHasty(TimeProvider clock, string url) =>
        new(Options(clock, url) with { ConnectTimeout = TimeSpan.FromSeconds(2) });

    /// <summary>One that is connected, however often it has to try.</summary>
    private static RedisStore OpenConnected(TimeProvider clock, string url)
    {
        RedisStore store = OpenHasty(clock, url);
        HangGuard.Until(
            () => Record.Exception(() => store.GetAsync("none", default).AsTask().GetAwaiter().GetResult()) is null,
            "it is connected");
        return store;
    }

    private static RedisStore Open(TimeProvider clock, string url, string? caFile = null) =>
        new(Options(clock, url) with { CaFile = caFile });

    /// <summary>Patient, since the library has these times too, by the real clock.</summary>
    private static RedisStoreOptions Options(TimeProvider clock, string url) =>
        RedisTestStores.Patient(url) with { Clock = clock };

    private static FaultScene WithPassword(TimeProvider clock, Func<int, string> url)
    {
        RedisProcess server = RedisProcess.StartServer("--requirepass", Password);
        return new FaultScene(() => Open(clock, url(server.Port)), server);
    }

    private static FaultScene NotPermitted(TimeProvider clock)
    {
        RedisProcess server = RedisProcess.StartServer();
        server.Command(
            $"ACL SETUSER reader on >{Password} ~* &* +ping +info +client +select +echo +subscribe +publish");
        return new FaultScene(() => Open(clock, $"redis://reader:{Password}@127.0.0.1:{server.Port}"), server)
        {
            Break = () => { },
            Mend = () => server.Command("ACL SETUSER reader +get +set +setex +psetex +del +unlink"),
        };
    }

    private static FaultScene OtherName(TimeProvider clock)
    {
        ServerCertificate certificate = new("cache.example");
        RedisProcess server = RedisProcess.StartTlsServer(certificate);
        string url = $"rediss://127.0.0.1:{server.Port}";
        return new FaultScene(() => Open(clock, url, certificate.CaFile), server, certificate);
    }

    private static FaultRow Scripted(string name, StoreFault fault, string text, string error) =>
        new(name, fault, text, clock =>
        {
            ScriptedRedisServer server = new();
            return new FaultScene(() => Open(clock, server.Url), server)
            {
                Break = () => server.Error = error,
                Mend = () => server.Error = null,
            };
        });

    private static FaultScene Replica(TimeProvider clock)
    {
        RedisProcess server = RedisProcess.StartServer();
        RedisProcess primary = RedisProcess.StartServer("--repl-diskless-sync-delay", "0");
        return new FaultScene(() => Open(clock, server.Url), server, primary)
        {
            Break = () =>
            {
                server.Command($"REPLICAOF 127.0.0.1 {primary.Port}");
                server.UntilReplicated();
            },
            Mend = () => server.Command("REPLICAOF NO ONE"),
        };
    }

    private static FaultScene NoMemory(TimeProvider clock)
    {
        RedisProcess server = RedisProcess.StartServer("--maxmemory-policy", "noeviction");
        return new FaultScene(() => Open(clock, server.Url), server)
        {
            Break = () => server.Command("CONFIG SET maxmemory 1"),
            Mend = () => server.Command("CONFIG SET maxmemory 0"),
        };
    }

    private static FaultScene Hanging(TimeProvider clock)
    {
        RedisProcess server = RedisProcess.StartServer();
        return new FaultScene(() => Open(clock, server.Url), server) { Break = server.Pause, Mend = server.Resume };
    }

    private static FaultScene Killed(TimeProvider clock)
    {
        RedisProcess server = RedisProcess.StartServer();
        return new FaultScene(() => OpenConnected(clock, server.Url), server)
        {
            Break = server.Kill,
            Mend = server.Start,
        };
    }

    private static FaultScene Slow(TimeProvider clock)
    {
        RedisProcess server = RedisProcess.StartServer();
        SlowProxy proxy = new(server.Port, TimeSpan.FromMilliseconds(250), clock);
        return new FaultScene(() => Open(clock, $"redis://127.0.0.1:{proxy.Port}"), proxy, server)
        {
            Break = () => { },
            Mend = () => { },
        };
    }
}
