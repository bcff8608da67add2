using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using CacheKit.Core.Caching;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage.Memory;
using CacheKit.Core.Storage.Redis;
using CacheKit.Core.Storage.Resilience;
using CacheKit.Core.Tests.Support;
using CacheKit.Core.Tests.Support.Servers;
using Xunit;

namespace CacheKit.Core.Tests.Faults;

/// <summary>
/// Many read and write while their redis-server is stopped, continued, killed and started again at random. It takes
/// three seconds, or as many as CACHEKIT_SOAK says; and on until each has happened, and values were read.
/// </summary>
[Collection(nameof(SoakTests))]
[CollectionDefinition(nameof(SoakTests), DisableParallelization = true)]
public sealed class SoakTests(ITestOutputHelper output)
{
    private const int Workers = 8;
    private const int Keys = 16;

    private readonly ConcurrentQueue<double> _milliseconds = new();
    private readonly ConcurrentQueue<string> _wrong = new();
    private readonly ConcurrentQueue<string> _unobserved = new();
    private int _hits;
    private int _misses;
    private int _notices;

    [Fact]
    public async Task Redis_a_server_that_randomly_hangs_and_dies_gives_no_wrong_value_or_endless_call()
    {
        string? asked = Environment.GetEnvironmentVariable("CACHEKIT_SOAK");
        TimeSpan duration = TimeSpan.FromSeconds(asked is null ? 3 : int.Parse(asked, CultureInfo.InvariantCulture));
        using RedisProcess server = RedisProcess.StartServer();
        // What other tests left behind is not this one's.
        CollectGarbage();
        TaskScheduler.UnobservedTaskException += NoteUnobserved;
        int[] outages;
        try
        {
            using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(
                TestContext.Current.CancellationToken);
            // Each cache with connections of its own, as processes have them.
            await using EntryCache first = Open(server, "first");
            await using EntryCache second = Open(server, "second");
            Task<int[]> chaos = Task.Run(() => BreakUntilDoneAsync(server, duration, end));
            await Task.WhenAll(Enumerable.Range(0, Workers).Select(
                worker => Task.Run(() => WorkAsync(worker, worker % 2 == 0 ? first : second, end.Token))));
            outages = await chaos;
        }
        finally
        {
            CollectGarbage();
            TaskScheduler.UnobservedTaskException -= NoteUnobserved;
        }

        double[] times = [.. _milliseconds.Order()];
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{duration.TotalSeconds:0} s: {times.Length} calls, {_hits} hits, {_misses} misses, {outages[0]} stops, "
            + $"{outages[1]} kills, {_notices} notices; median {times[times.Length / 2]:0.00} ms, "
            + $"99.9 % {times[(int)(times.Length * 0.999)]:0.0} ms, longest {times[^1]:0} ms; "
            + $"{_wrong.Count} wrong values, {_unobserved.Count} unobserved exceptions"));
        Array.ForEach([.. _unobserved], output.WriteLine);
        Assert.Empty(_wrong);
        Assert.Empty(_unobserved);
        Assert.InRange(_hits, 1, int.MaxValue);
    }

    private static EntryCache Open(RedisProcess server, string client)
    {
        ResilienceOptions options = new()
        {
            BreakDuration = TimeSpan.FromMilliseconds(500),
            LongestBreak = TimeSpan.FromSeconds(1),
        };
        // Of another name, so that it is another connection.
        RedisStore store = new(new RedisStoreOptions { Connection = $"127.0.0.1:{server.Port},name={client}" });
        TimeProvider clock = TimeProvider.System;
        return new EntryCache(
            new NativeCodec(TestKeys.Ring("acme", 1)),
            new CacheTiers(new ResilientStore(store, options, clock), new MemoryTier(clock), clock));
    }

    /// <summary>Ends the work with the outages, whatever ends them.</summary>
    private async Task<int[]> BreakUntilDoneAsync(RedisProcess server, TimeSpan duration, CancellationTokenSource end)
    {
        try
        {
            return await BreakAsync(server, duration, end.Token);
        }
        finally
        {
            await end.CancelAsync();
        }
    }

    /// <summary>Returns how often it stopped the server, and how often it killed it.</summary>
    private async Task<int[]> BreakAsync(RedisProcess server, TimeSpan duration, CancellationToken end)
    {
        Random random = new(71);
        int[] outages = [0, 0];
        long start = Stopwatch.GetTimestamp();
        while (outages.Contains(0) || Volatile.Read(ref _hits) == 0 || Stopwatch.GetElapsedTime(start) < duration)
        {
            // What goes on for so long without a value hangs.
            Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, duration + HangGuard.Limit);
            bool kills = random.Next(2) == 0;
            outages[kills ? 1 : 0]++;
            Action breaks = kills ? server.Kill : server.Pause;
            Action mends = kills ? server.Start : server.Resume;
            breaks();
            await PauseAsync(random.Next(50, 2000), end);
            mends();
            await PauseAsync(random.Next(200, 1000), end);
        }

        return outages;
    }

    private static async Task PauseAsync(int milliseconds, CancellationToken end) =>
        await Task.Delay(milliseconds, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task WorkAsync(int worker, EntryCache cache, CancellationToken end)
    {
        Random random = new(worker);
        for (int i = 0; !end.IsCancellationRequested; i++)
        {
            int key = random.Next(Keys);
            EntryKeys keys = cache.KeysFor("soak", [(byte)key]);
            long start = Stopwatch.GetTimestamp();
            await (random.Next(4) == 0 ? WriteAsync(cache, keys, key, random) : ReadAsync(cache, keys, key))
                .WaitAsync(HangGuard.Limit, CancellationToken.None);
            _milliseconds.Enqueue(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            while (cache.TryTakeNotice(out _))
            {
                Interlocked.Increment(ref _notices);
            }

            // A script works in between; and while the circuit is open nothing else holds it up.
            await PauseAsync(1, end);
        }
    }

    private static async Task WriteAsync(EntryCache cache, EntryKeys keys, int key, Random random)
    {
        byte[] value = new byte[random.Next(64, 8192)];
        random.NextBytes(value);
        value[0] = (byte)key;
        SHA256.HashData(value.AsSpan(0, value.Length - SHA256.HashSizeInBytes))
            .CopyTo(value.AsSpan(value.Length - SHA256.HashSizeInBytes));
        SealedEntry? entry = cache.Seal(keys, name: null, SerializerKind.PowerShell, value, TimeSpan.FromHours(1));
        await cache.SetAsync(entry!, CancellationToken.None);
    }

    /// <summary>A value says which key it is for, and proves that it is whole.</summary>
    private async Task ReadAsync(EntryCache cache, EntryKeys keys, int key)
    {
        using LookupResult result = await cache.GetAsync(keys, keepEvidence: false, CancellationToken.None);
        if (result.Outcome == LookupOutcome.Miss)
        {
            Interlocked.Increment(ref _misses);
            return;
        }

        byte[] value = result.Outcome == LookupOutcome.Hit ? result.Entry.Value.ToArray() : [];
        if (value.Length > SHA256.HashSizeInBytes && value[0] == key
            && SHA256.HashData(value.AsSpan(0, value.Length - SHA256.HashSizeInBytes))
                .AsSpan().SequenceEqual(value.AsSpan(value.Length - SHA256.HashSizeInBytes)))
        {
            Interlocked.Increment(ref _hits);
        }
        else
        {
            _wrong.Enqueue($"key {key}: {result.Outcome}, {value.Length} bytes");
        }
    }

    private static void CollectGarbage()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    private void NoteUnobserved(object? sender, UnobservedTaskExceptionEventArgs arguments) =>
        _unobserved.Enqueue(arguments.Exception.ToString());
}
