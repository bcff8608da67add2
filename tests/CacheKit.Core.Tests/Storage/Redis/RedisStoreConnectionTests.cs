using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Redis;
using CacheKit.Core.Tests.Support;
using CacheKit.Core.Tests.Support.Servers;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Redis;

/// <summary>How a store gets to its server, and shares the way with others.</summary>
public sealed class RedisStoreConnectionTests(RedisServerFixture fixture)
    : IClassFixture<RedisServerFixture>, IAsyncDisposable
{
    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);

    private readonly RedisTestStores _stores = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _stores.DisposeAsync();

    [Fact]
    public async Task Redis_a_store_connects_at_its_first_operation_and_shares_its_connection()
    {
        using RedisProcess server = RedisProcess.StartServer();
        string url = server.Url + "/7";
        RedisStore[] stores = [.. Enumerable.Range(0, 8).Select(_ => _stores.Make(url))];
        Assert.Equal(0, Clients(server));

        await Task.WhenAll(stores.Select(store => Task.Run(async () => await store.GetAsync("a", Token))));
        Assert.Equal(1, Clients(server));
        foreach (RedisStore store in stores[1..])
        {
            await store.DisposeAsync();
        }

        Assert.Null(await stores[0].GetAsync("a", Token));
        Assert.Equal(1, Clients(server));
        await stores[0].DisposeAsync();
        await HangGuard.UntilAsync(() => Clients(server) == 0, "the connection is closed", Token);
    }

    [Fact]
    public async Task Redis_logical_databases_are_separate()
    {
        RedisStore first = _stores.Make(fixture.Server.Url + "/1");
        RedisStore second = _stores.Make(fixture.Server.Url + "?db=2");
        await first.SetAsync("apart", new byte[] { 1 }, s_hour, Token);
        Assert.Null(await second.GetAsync("apart", Token));
        Assert.False(await second.AnyAsync("apart", Token));
        Assert.True(await first.AnyAsync("ap*", Token));
        Assert.Equal([1], await _stores.Make(fixture.Server.Url + "/1").GetAsync("apart", Token));
    }

    [Fact]
    public async Task Redis_a_unix_socket_works()
    {
        using TempDirectory directory = new();
        string path = directory.File("r.sock");
        using RedisProcess server = RedisProcess.StartServer("--unixsocket", path, "--requirepass", "p@ss");
        RedisStore store = _stores.Make($"unix://:p%40ss@{path}?db=3");
        await store.SetAsync("a", new byte[] { 1 }, s_hour, Token);
        Assert.Equal([1], await store.GetAsync("a", Token));
        Assert.Equal($"Redis at {path}/3", store.DisplayName);
    }

    [Fact]
    public async Task Redis_a_server_that_starts_later_is_found_at_the_next_call()
    {
        RedisProcess.SkipUnlessInstalled();
        int port = FreePort.Take();
        RedisStore store = _stores.Make($"redis://127.0.0.1:{port}");
        string? message = null;
        for (int i = 0; i < 2; i++)
        {
            StoreException failure = await Assert.ThrowsAsync<StoreException>(
                async () => await store.GetAsync("a", Token));
            Assert.Equal(StoreFault.Unavailable, failure.Fault);
            message ??= failure.Message;
            Assert.Equal(message, failure.Message);
        }

        using RedisProcess server = RedisProcess.StartServerOn(port);
        Assert.Null(await store.GetAsync("a", Token));
    }

    [Fact]
    public async Task Redis_a_store_works_again_after_a_server_crash()
    {
        using RedisProcess server = RedisProcess.StartServer();
        RedisStore store = _stores.Make(server.Url);
        await store.SetAsync("a", new byte[] { 1 }, s_hour, Token);
        server.Kill();
        StoreException failure = await Assert.ThrowsAsync<StoreException>(async () => await store.GetAsync("a", Token));
        Assert.Equal(StoreFault.Unavailable, failure.Fault);
        server.Start();
        await UntilItWorks(async () => Assert.Null(await store.GetAsync("a", Token)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Redis_a_silent_server_costs_at_most_the_timeouts(bool isConnected)
    {
        using RedisProcess server = RedisProcess.StartServer();
        SteppedClock clock = new();
        RedisStoreOptions options =
            RedisTestStores.Patient(server.Url) with { Clock = clock, ConnectTimeout = HangGuard.Limit };
        RedisStore store = _stores.Make(options);
        if (isConnected)
        {
            await store.SetAsync("a", new byte[] { 1 }, s_hour, Token);
        }

        string[] keys = [.. Enumerable.Range(0, 1000).Select(i => $"{i}")];
        TimeSpan connecting = options.ConnectTimeout + TimeSpan.FromMilliseconds(100);
        TimeSpan answering = isConnected ? options.OperationTimeout : connecting;
        (Func<CancellationToken, Task> Operation, TimeSpan Time)[] operations =
        [
            (async token => await store.GetAsync("a", token), answering),
            (async token => await store.GetManyAsync(keys, token), answering),
            // On a connection of its own, which nobody has made yet.
            (async token => await store.SetAsync("b", new byte[16 << 20], s_hour, token), connecting),
            (async token => await store.RemoveAsync("b", token), answering),
            (async token => await store.AnyAsync("*", token), answering),
            (async token => await store.TryLockAsync("b", s_hour, token), answering),
        ];
        server.Pause();
        try
        {
            foreach ((Func<CancellationToken, Task> operation, TimeSpan time) in operations)
            {
                StoreFault fault = time == connecting ? StoreFault.Unavailable : StoreFault.TimedOut;
                await AssertEndsAtAsync(clock, operation, time, fault);
            }

            using CancellationTokenSource caller = new();
            Task left = operations[0].Operation(caller.Token);
            await clock.UntilDueAsync(answering, Token);
            await caller.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left.WaitAsync(HangGuard.Limit, Token));
        }
        finally
        {
            server.Resume();
        }

        await UntilItWorks(async () => await store.GetAsync("a", Token));
    }

    [Fact]
    public async Task Redis_a_name_that_does_not_resolve_is_a_fault()
    {
        RedisStore store = _stores.Make("redis://no-such-host.invalid");
        StoreException failure = await Assert.ThrowsAsync<StoreException>(async () => await store.GetAsync("a", Token));
        Assert.Equal(StoreFault.Unavailable, failure.Fault);
        Assert.Equal("Redis at no-such-host.invalid:6379/0 cannot be reached.", failure.Message);
    }

    [Fact]
    public async Task Redis_a_batch_is_one_round_trip()
    {
        RedisProcess server = fixture.Server;
        RedisStore store = _stores.Make(server.Url + "/5");
        string[] keys = [.. Enumerable.Range(0, 250).Select(i => $"batch {i}")];
        foreach (string key in keys)
        {
            await store.SetAsync(key, new byte[10], s_hour, Token);
        }

        long before = Reads(server);
        IReadOnlyList<byte[]?> found = await store.GetManyAsync(keys, Token);
        long reads = Reads(server) - before;
        Assert.All(found, Assert.NotNull);
        // Pipelined, the server finds many commands in one read; one by one, it would need 250.
        Assert.True(reads < 50, $"{reads} reads of the server for 250 keys.");
    }

    [Fact]
    public async Task Redis_large_values_of_a_batch_come_in_parts()
    {
        RedisStore store = _stores.Make(fixture.Server.Url + "/6");
        string[] keys = [.. Enumerable.Range(0, 100).Select(i => $"large {i}")];
        for (int i = 0; i < keys.Length; i++)
        {
            byte[] value = new byte[1 << 20];
            value[0] = (byte)i;
            await store.SetAsync(keys[i], value, s_hour, Token);
        }

        for (int round = 0; round < 2; round++)
        {
            IReadOnlyList<byte[]?> found = await store.GetManyAsync(keys, Token);
            Assert.Equal(Enumerable.Range(0, keys.Length), found.Select(value => (int)value![0]));
        }
    }

    [Fact]
    public async Task Redis_a_value_that_is_too_large_is_not_sent()
    {
        RedisStore store = _stores.Make(
            new RedisStoreOptions { Connection = "redis://no-such-host.invalid", MaxValueBytes = 1000 });
        StoreException failure = await Assert.ThrowsAsync<StoreException>(
            async () => await store.SetAsync("a", new byte[1001], s_hour, Token));
        Assert.Equal(StoreFault.ValueTooLarge, failure.Fault);
    }

    private static int Clients(RedisProcess server) =>
        server.CommandText("CLIENT LIST").Split('\n').Count(line => line.Contains(" name=CacheKit "));

    private static long Reads(RedisProcess server)
    {
        string line = server.CommandText("INFO stats").Split('\n')
            .First(line => line.StartsWith("total_reads_processed:", StringComparison.Ordinal));
        return long.Parse(line.Split(':')[1].Trim(), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>What a silent server keeps waiting ends at its own deadline, and not a moment before.</summary>
    private static async Task AssertEndsAtAsync(
        SteppedClock clock, Func<CancellationToken, Task> operation, TimeSpan time, StoreFault fault)
    {
        Task work = operation(Token);
        await clock.UntilDueAsync(time, Token);
        clock.Advance(time - TimeSpan.FromMilliseconds(1));
        Assert.False(work.IsCompleted);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        StoreException failure = await Assert.ThrowsAsync<StoreException>(() => work.WaitAsync(HangGuard.Limit, Token));
        Assert.True(failure.IsTransient);
        Assert.Equal(fault, failure.Fault);
        // The lock that might have been granted is given back meanwhile, for which nobody waits.
        while (clock.NextDue is { } due)
        {
            clock.Advance(due - clock.GetUtcNow());
        }
    }

    private static Task UntilItWorks(Func<Task> operation) => HangGuard.UntilAsync(
        async () =>
        {
            try
            {
                await operation();
                return true;
            }
            catch (StoreException exception) when (exception.IsTransient)
            {
                return false;
            }
        },
        "the store works",
        Token);
}
