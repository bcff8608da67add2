using CacheKit.Core.Storage;
using CacheKit.Core.Tests.Support.Servers;

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
            () => Fixed($"redis://127.0.0.1:{FreePort.Take()}")),
        new(
            "Redis: the name does not resolve",
            StoreFault.Unavailable,
            "cannot be reached",
            () => Fixed("redis://no-such-host.invalid")),
        new(
            "Redis: wrong password",
            StoreFault.AuthenticationFailed,
            "does not accept the user or password",
            () => WithPassword(port => $"redis://:wrong-password-72@127.0.0.1:{port}")),
        new(
            "Redis: no password (NOAUTH)",
            StoreFault.AuthenticationFailed,
            "does not accept the user or password",
            () => WithPassword(port => $"redis://127.0.0.1:{port}")),
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
        new("Redis: hangs (half-open connection)", StoreFault.TimedOut, "did not answer in time", Hanging),
        new("Redis: killed and started again", StoreFault.Unavailable, "cannot be reached", Killed),
        new("Redis: slow (250 ms an answer)", null, "nothing", Slow),
    ];

    private static FaultScene Fixed(string url) => new(() => Open(url));

    private static RedisStore Open(string url, string? caFile = null) => new(new RedisStoreOptions
    {
        Connection = url,
        CaFile = caFile,
        ConnectTimeout = FaultSuite.Options.ConnectTimeout,
        OperationTimeout = FaultSuite.Options.OperationTimeout!.Value,
    });

    private static FaultScene WithPassword(Func<int, string> url)
    {
        RedisProcess server = RedisProcess.StartServer("--requirepass", Password);
        return new FaultScene(() => Open(url(server.Port)), server);
    }

    private static FaultScene NotPermitted()
    {
        RedisProcess server = RedisProcess.StartServer();
        server.Command($"ACL SETUSER reader on >{Password} ~* &* +ping +info +client +select +echo +subscribe +publish");
        return new FaultScene(() => Open($"redis://reader:{Password}@127.0.0.1:{server.Port}"), server)
        {
            Break = () => { },
            Mend = () => server.Command("ACL SETUSER reader +get +set +setex +psetex +del +unlink"),
        };
    }

    private static FaultScene OtherName()
    {
        ServerCertificate certificate = new("cache.example");
        RedisProcess server = RedisProcess.StartTlsServer(certificate);
        return new FaultScene(() => Open($"rediss://127.0.0.1:{server.Port}", certificate.CaFile), server, certificate);
    }

    private static FaultRow Scripted(string name, StoreFault fault, string text, string error) =>
        new(name, fault, text, () =>
        {
            ScriptedRedisServer server = new();
            return new FaultScene(() => Open(server.Url), server)
            {
                Break = () => server.Error = error,
                Mend = () => server.Error = null,
            };
        });

    private static FaultScene Replica()
    {
        RedisProcess server = RedisProcess.StartServer();
        RedisProcess primary = RedisProcess.StartServer();
        return new FaultScene(() => Open(server.Url), server, primary)
        {
            Break = () => server.Command($"REPLICAOF 127.0.0.1 {primary.Port}"),
            Mend = () => server.Command("REPLICAOF NO ONE"),
        };
    }

    private static FaultScene NoMemory()
    {
        RedisProcess server = RedisProcess.StartServer("--maxmemory-policy", "noeviction");
        return new FaultScene(() => Open(server.Url), server)
        {
            Break = () => server.Command("CONFIG SET maxmemory 1"),
            Mend = () => server.Command("CONFIG SET maxmemory 0"),
        };
    }

    private static FaultScene Hanging()
    {
        RedisProcess server = RedisProcess.StartServer();
        return new FaultScene(() => Open(server.Url), server) { Break = server.Pause, Mend = server.Resume };
    }

    private static FaultScene Killed()
    {
        RedisProcess server = RedisProcess.StartServer();
        return new FaultScene(() => Open(server.Url), server) { Break = server.Kill, Mend = server.Start };
    }

    private static FaultScene Slow()
    {
        RedisProcess server = RedisProcess.StartServer();
        SlowProxy proxy = new(server.Port, TimeSpan.FromMilliseconds(250));
        return new FaultScene(() => Open($"redis://127.0.0.1:{proxy.Port}"), proxy, server)
        {
            Break = () => { },
            Mend = () => { },
        };
    }
}
