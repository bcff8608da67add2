using CacheKit.Core.Caching;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Memory;
using CacheKit.Core.Storage.Resilience;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Faults;

/// <summary>
/// Every fault, on a real server and real sockets: it takes a bounded time, is told once and in the words that the page
/// of errors has, harms no entry, and is over when the server is mended.
/// </summary>
/// <remarks>
/// The stores go by a clock of the test, which goes on from pause to pause; to the end of a time-out only where the
/// server hangs. So however busy the machine is, a call takes as long as its pauses and time-outs.
/// </remarks>
public abstract class FaultSuite
{
    /// <summary>Time-outs that are longer than every pause, so that the clock can tell one from the other.</summary>
    internal static readonly ResilienceOptions Options = new()
    {
        OperationTimeout = TimeSpan.FromSeconds(10),
        ConnectTimeout = TimeSpan.FromSeconds(20),
        BreakDuration = TimeSpan.FromMilliseconds(500),
        LongestBreak = TimeSpan.FromMilliseconds(500),
    };

    /// <summary>As long as a store asks for with Retry-After.</summary>
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(1);

    private readonly SteppedClock _clock = new();
    private bool _isHanging;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Runs a row.</summary>
    private protected async Task RunAsync(FaultRow row)
    {
        using FaultScene scene = row.Start(_clock);
        await using ResilientStore store = new(scene.OpenStore(), Options, _clock);
        await using EntryCache cache = Open(store);
        EntryKeys keys = cache.KeysFor("faults", [1]);
        List<byte> values = [];
        if (scene.Break is not null && row.Fault != StoreFault.AccessDenied)
        {
            await WithinAsync(Options.Bound(bytes: 0), () => SetAsync(cache, keys, values));
        }

        scene.Break?.Invoke();
        _isHanging = row.Hangs;
        if (scene.Break is null)
        {
            // Only the first call connects as users' calls do: here the cache's, there the store's.
            using FaultScene other = row.Start(_clock);
            await using ResilientStore itself = new(other.OpenStore(), Options, _clock);
            await AssertFaultAsync(row, itself);
        }
        else
        {
            await AssertFaultAsync(row, store);
        }

        for (int i = 0; i < 5; i++)
        {
            byte? found = await WithinAsync(row.Longest ?? Options.Bound(bytes: 0), () => GetAsync(cache, keys));
            Assert.True(found is null || values.Contains(found.Value));
            await WithinAsync(row.Longest ?? Options.Bound(bytes: 0), () => SetAsync(cache, keys, values));
        }

        AssertNotices(row, cache);
        if (scene.Mend is not null)
        {
            scene.Mend();
            _isHanging = false;
            await AssertRecoveryAsync(store, cache, keys, values);
        }
    }

    private EntryCache Open(ICacheStore store) =>
        new(new NativeCodec(TestKeys.Ring("acme", 1)), new CacheTiers(store, new MemoryTier(_clock), _clock));

    /// <summary>Writes a value that was never written before.</summary>
    private static async Task<bool> SetAsync(EntryCache cache, EntryKeys keys, List<byte> values)
    {
        byte value = (byte)(values.Count + 1);
        values.Add(value);
        SealedEntry? entry =
            cache.Seal(keys, name: null, SerializerKind.PowerShell, new[] { value }, TimeSpan.FromHours(1));
        await cache.SetAsync(entry!, Token);
        return true;
    }

    private static async Task<byte?> GetAsync(EntryCache cache, EntryKeys keys)
    {
        using LookupResult result = await cache.GetAsync(keys, keepEvidence: false, Token);
        Assert.True(result.Outcome is LookupOutcome.Hit or LookupOutcome.Miss, $"{result.Outcome}");
        return result.Outcome == LookupOutcome.Hit ? Assert.Single(result.Entry.Value.ToArray()) : null;
    }

    private async Task<T> WithinAsync<T>(TimeSpan? bound, Func<Task<T>> call)
    {
        Task<T> task = Task.Run(call, Token);
        // Never to what a store would wait for beyond its attempt.
        TimeSpan longest = _isHanging ? Options.OperationTimeout!.Value + Options.ConnectTimeout : s_longestPause;
        TimeSpan time = await _clock.RunAsync(task, next => next <= longest);
        Assert.InRange(time, TimeSpan.Zero, bound!.Value);
        return await task;
    }

    /// <summary>What the store itself says: the kind, and never a secret.</summary>
    private async Task AssertFaultAsync(FaultRow row, ResilientStore store)
    {
        Exception? exception = row.OnlyWrites ? null : await WithinAsync(Options.Bound(bytes: 0), () => FaultOfAsync(
            async () => await store.GetAsync("none", Token)));
        exception ??= row.OnlyReads ? null : await WithinAsync(Options.Bound(bytes: 0), () => FaultOfAsync(
            async () => await store.SetAsync("none", new byte[1], TimeSpan.FromHours(1), Token)));
        Assert.Equal(row.Fault, (exception as StoreException)?.Fault);
        Assert.DoesNotContain("-password-7", $"{exception}", StringComparison.Ordinal);
        Assert.DoesNotContain("key-of-a-test", $"{exception}", StringComparison.Ordinal);
    }

    private static async Task<Exception?> FaultOfAsync(Func<Task> call) => await Record.ExceptionAsync(call);

    private static void AssertNotices(FaultRow row, EntryCache cache)
    {
        if (row.Fault is not { } fault)
        {
            Assert.False(cache.TryTakeNotice(out CacheNotice? unexpected), unexpected?.Text);
            return;
        }

        Assert.True(cache.TryTakeNotice(out CacheNotice? notice));
        Assert.Contains(row.Text, notice.Text, StringComparison.Ordinal);
        Assert.Contains("The script goes on without it.", notice.Text, StringComparison.Ordinal);
        string? errorId = fault switch
        {
            StoreFault.AuthenticationFailed => ErrorIds.StoreAuthenticationFailed,
            StoreFault.TlsFailed => ErrorIds.StoreTlsFailed,
            _ => null,
        };
        Assert.Equal(errorId, notice.Error?.ErrorId);
        Assert.False(cache.TryTakeNotice(out CacheNotice? second), second?.Text);
    }

    /// <summary>After a while a value is written again, and read by others; nobody is told.</summary>
    private async Task AssertRecoveryAsync(
        ResilientStore store, EntryCache cache, EntryKeys keys, List<byte> values)
    {
        await HangGuard.UntilAsync(
            async () =>
            {
                await WithinAsync(Options.Bound(bytes: 0), () => SetAsync(cache, keys, values));
                await using EntryCache other = Open(new ObservedStore(store));
                byte? found = await WithinAsync(
                    Options.Bound(bytes: 0), () => GetAsync(other, other.KeysFor("faults", [1])));
                Assert.True(found is null || values.Contains(found.Value));
                _clock.Advance(TimeSpan.FromMilliseconds(50));
                return found == values[^1];
            },
            "what is written is read by others",
            Token);
        Assert.Equal(values[^1], await WithinAsync(Options.Bound(bytes: 0), () => GetAsync(cache, keys)));
        Assert.False(cache.TryTakeNotice(out CacheNotice? notice), notice?.Text);
    }
}
