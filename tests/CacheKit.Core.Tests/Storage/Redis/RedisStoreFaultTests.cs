using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Redis;
using CacheKit.Core.Tests.Support.Servers;
using StackExchange.Redis;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Redis;

/// <summary>What the answers of real servers, and the exceptions of the library, become.</summary>
public sealed class RedisStoreFaultTests : IAsyncDisposable
{
    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);

    private readonly RedisTestStores _stores = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _stores.DisposeAsync();

    [Fact]
    public async Task Redis_a_full_server_still_reads()
    {
        using RedisProcess server = RedisProcess.StartServer("--maxmemory", "4mb", "--maxmemory-policy", "noeviction");
        RedisStore store = _stores.Make(server.Url);
        await store.SetAsync("small", new byte[] { 1 }, s_hour, Token);
        StoreException failure = await Assert.ThrowsAsync<StoreException>(async () =>
        {
            for (int i = 0; i < 100; i++)
            {
                await store.SetAsync($"large {i}", new byte[1 << 20], s_hour, Token);
            }
        });
        Assert.Equal(StoreFault.Full, failure.Fault);
        Assert.NotNull(failure.WayOut);
        Assert.Equal([1], await store.GetAsync("small", Token));
        RedisDescription description = await store.DescribeAsync(Token);
        Assert.Equal(("noeviction", 4 << 20), (description.MaxMemoryPolicy, description.MaxMemory));
        Assert.True(description.CanRead);
    }

    [Fact]
    public async Task Redis_a_replica_is_neither_written_nor_read()
    {
        using RedisProcess primary = RedisProcess.StartServer("--repl-diskless-sync-delay", "0");
        using RedisProcess replica = RedisProcess.StartServer(
            "--replicaof", "127.0.0.1", primary.Port.ToString(CultureInfo.InvariantCulture));
        replica.UntilReplicated();
        RedisStore store = _stores.Make(replica.Url);
        StoreException failure = await Assert.ThrowsAsync<StoreException>(
            async () => await store.SetAsync("a", new byte[] { 1 }, s_hour, Token));
        Assert.True(failure.IsTransient);
        Assert.Contains("primary", failure.WayOut, StringComparison.Ordinal);
        _ = await Assert.ThrowsAsync<StoreException>(async () => await store.GetAsync("a", Token));
        _ = await Assert.ThrowsAsync<StoreException>(async () => await store.TryLockAsync("a", s_hour, Token));
    }

    [Fact]
    public async Task Redis_a_value_that_is_no_entry_is_an_unexpected_answer()
    {
        using RedisProcess server = RedisProcess.StartServer();
        _ = server.Command("LPUSH ck:list 1");
        StoreException failure = await Assert.ThrowsAsync<StoreException>(
            async () => await _stores.Make(server.Url).GetAsync("ck:list", Token));
        Assert.Equal(StoreFault.UnexpectedAnswer, failure.Fault);
        Assert.DoesNotContain("ck:list", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redis_a_server_of_another_protocol_is_a_fault()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Task server = Task.Run(
            async () =>
            {
                while (true)
                {
                    using TcpClient client = await listener.AcceptTcpClientAsync(Token);
                    await client.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n<html>"u8.ToArray(), Token);
                }
            },
            Token);
        RedisStore store = _stores.Make($"redis://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        StoreException failure = await Assert.ThrowsAsync<StoreException>(async () => await store.GetAsync("a", Token));
        Assert.True(failure.Fault is StoreFault.Unavailable or StoreFault.UnexpectedAnswer);
        listener.Stop();
        Assert.NotNull(await Record.ExceptionAsync(() => server));
    }

    [Theory]
    [InlineData("LOADING Redis is loading the dataset in memory", StoreFault.Busy)]
    [InlineData("BUSY Redis is busy running a script", StoreFault.Busy)]
    [InlineData("TRYAGAIN Multiple keys request during rehashing of slot", StoreFault.Busy)]
    [InlineData("CLUSTERDOWN Hash slot not served", StoreFault.Busy)]
    [InlineData("MASTERDOWN Link with MASTER is down", StoreFault.Busy)]
    [InlineData("READONLY You can't write against a read only replica.", StoreFault.Busy)]
    [InlineData("MISCONF Redis is configured to save RDB snapshots", StoreFault.Busy)]
    [InlineData("NOREPLICAS Not enough good replicas to write.", StoreFault.Busy)]
    [InlineData("OOM command not allowed when used memory > 'maxmemory'.", StoreFault.Full)]
    [InlineData("NOPERM this user has no permissions to access one of the keys", StoreFault.AccessDenied)]
    [InlineData("EXECABORT Transaction discarded because of: NOPERM this user", StoreFault.AccessDenied)]
    [InlineData("NOAUTH Authentication required.", StoreFault.AuthenticationFailed)]
    [InlineData("WRONGPASS invalid username-password pair", StoreFault.AuthenticationFailed)]
    [InlineData("MOVED 3999 127.0.0.1:6381", StoreFault.Unavailable)]
    [InlineData("ASK 3999 127.0.0.1:6381", StoreFault.Unavailable)]
    [InlineData("Endpoint 10.0.0.1:1 serving hashslot 3 is not reachable at this point.", StoreFault.Unavailable)]
    [InlineData("CROSSSLOT Keys in request don't hash to the same slot", StoreFault.Unavailable)]
    [InlineData("WRONGTYPE Operation against a key holding the wrong kind of value", StoreFault.UnexpectedAnswer)]
    [InlineData("ERR something new", StoreFault.UnexpectedAnswer)]
    public void Redis_each_error_answer_is_its_kind_of_fault(string answer, StoreFault expected)
    {
        StoreException failure = Faults().ToStoreException(
            new RedisServerException(default, CommandFlags.None, answer));
        Assert.Equal(expected, failure.Fault);
        Assert.StartsWith("Redis at h:6379/0 ", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Redis_a_key_of_another_type_recommends_a_database_of_its_own()
    {
        StoreException failure = Faults().ToStoreException(
            new RedisServerException(default, CommandFlags.None, "WRONGTYPE Operation against a key"));
        Assert.Contains("database of its own", failure.WayOut, StringComparison.Ordinal);
    }

    [Fact]
    public void Redis_each_client_exception_is_its_kind_of_fault()
    {
        (Exception Exception, StoreFault Fault)[] rows =
        [
            (new TimeoutException(), StoreFault.TimedOut),
            (new RedisTimeoutException(CommandFlags.None, "12ms", CommandStatus.Sent), StoreFault.TimedOut),
            (Connection(ConnectionFailureType.SocketFailure), StoreFault.Unavailable),
            (Connection(ConnectionFailureType.UnableToConnect), StoreFault.Unavailable),
            (Connection(ConnectionFailureType.Loading), StoreFault.Busy),
            (Connection(ConnectionFailureType.AuthenticationFailure), StoreFault.AuthenticationFailed),
            (Connection(ConnectionFailureType.AuthenticationFailure, new AuthenticationException()),
                StoreFault.TlsFailed),
            (Connection(
                ConnectionFailureType.UnableToConnect,
                new AggregateException(new IOException(), new IOException("", new AuthenticationException()))),
                StoreFault.TlsFailed),
            (new RedisCommandException("Command cannot be issued to a replica: SET"), StoreFault.Busy),
            (new RedisCommandException("This operation has been disabled in the command-map"), StoreFault.Unsupported),
            (new SocketException(), StoreFault.Unavailable),
        ];
        foreach ((Exception exception, StoreFault fault) in rows)
        {
            Assert.Equal(fault, Faults().ToStoreException(exception).Fault);
        }
    }

    private static RedisFaults Faults() =>
        new(RedisConnection.Parse(new RedisStoreOptions { Connection = "redis://h" }));

    private static RedisConnectionException Connection(ConnectionFailureType type, Exception? inner = null) =>
        new(type, CommandFlags.None, "It was not possible", inner);
}
