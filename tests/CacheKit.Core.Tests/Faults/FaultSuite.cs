using System.Diagnostics;
using CacheKit.Core.Caching;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Faults;

/// <summary>
/// Every fault, on a real server and real sockets: it takes a bounded time, is told once and in the words that the page
/// of errors has, harms no entry, and is over when the server is mended.
/// </summary>
public abstract class FaultSuite
{
    /// <summary>Half of what an operation of users has, to save time; the shortest break that Polly takes.</summary>
    internal static readonly ResilienceOptions Options = new()
    {
        OperationTimeout = TimeSpan.FromMilliseconds(500),
        ConnectTimeout = TimeSpan.FromSeconds(1),
        BreakDuration = TimeSpan.FromMilliseconds(500),
        LongestBreak = TimeSpan.FromMilliseconds(500),
    };

    /// <summary>For a machine that is busy; it is no part of the bound.</summary>
    private static readonly TimeSpan s_slack = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Runs a row.</summary>
    private protected static async Task RunAsync(FaultRow row)
    {
        using FaultScene scene = row.Start();
        await using ResilientStore store = new(scene.OpenStore(), Options, TimeProvider.System);
        await using SecureCache cache = Open(store);
        EntryKeys keys = cache.KeysFor("faults", [1]);
        List<byte> values = [];
        if (scene.Break is not null && row.Fault != StoreFault.AccessDenied)
        {
            await SetAsync(cache, keys, values);
        }

        scene.Break?.Invoke();
        if (scene.Break is null)
        {
            // Only the first call connects as users' calls do: here the cache's, there the store's.
            using FaultScene other = row.Start();
            await using ResilientStore itself = new(other.OpenStore(), Options, TimeProvider.System);
            await AssertFaultAsync(row, itself);
        }
        else
        {
            await AssertFaultAsync(row, store);
        }

        for (int i = 0; i < 5; i++)
        {
            byte? found = await WithinBoundAsync(() => GetAsync(cache, keys));
            Assert.True(found is null || values.Contains(found.Value));
            await WithinBoundAsync(() => SetAsync(cache, keys, values));
        }

        AssertNotices(row, cache);
        if (scene.Mend is not null)
        {
            scene.Mend();
            await AssertRecoveryAsync(store, cache, keys, values);
        }
    }

    private static SecureCache Open(ICacheStore store) =>
        new(TestKeys.Ring("acme", 1), store, new MemoryTier(TimeProvider.System), TimeProvider.System);

    /// <summary>Writes a value that was never written before.</summary>
    private static async Task<bool> SetAsync(SecureCache cache, EntryKeys keys, List<byte> values)
    {
        byte value = (byte)(values.Count + 1);
        values.Add(value);
        SealedEntry? entry =
            cache.Seal(keys, name: null, SerializerKind.PowerShell, new[] { value }, TimeSpan.FromHours(1));
        await cache.SetAsync(entry!, Token);
        return true;
    }

    private static async Task<byte?> GetAsync(SecureCache cache, EntryKeys keys)
    {
        using LookupResult result = await cache.GetAsync(keys, keepEvidence: false, Token);
        Assert.True(result.Outcome is LookupOutcome.Hit or LookupOutcome.Miss, $"{result.Outcome}");
        return result.Outcome == LookupOutcome.Hit ? Assert.Single(result.Entry.Value.ToArray()) : null;
    }

    private static async Task<T> WithinBoundAsync<T>(Func<Task<T>> call)
    {
        long start = Stopwatch.GetTimestamp();
        T result = await call();
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, Options.Bound(bytes: 0)!.Value + s_slack);
        return result;
    }

    /// <summary>What the store itself says: the kind, and never a secret.</summary>
    private static async Task AssertFaultAsync(FaultRow row, ResilientStore store)
    {
        Exception? exception = row.OnlyWrites ? null : await WithinBoundAsync(() => FaultOfAsync(
            async () => await store.GetAsync("none", Token)));
        exception ??= row.OnlyReads ? null : await WithinBoundAsync(() => FaultOfAsync(
            async () => await store.SetAsync("none", new byte[1], TimeSpan.FromHours(1), Token)));
        Assert.Equal(row.Fault, (exception as StoreException)?.Fault);
        Assert.DoesNotContain("-password-7", $"{exception}", StringComparison.Ordinal);
        Assert.DoesNotContain("key-of-a-test", $"{exception}", StringComparison.Ordinal);
    }

    private static async Task<Exception?> FaultOfAsync(Func<Task> call) => await Record.ExceptionAsync(call);

    private static void AssertNotices(FaultRow row, SecureCache cache)
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
    private static async Task AssertRecoveryAsync(
        ResilientStore store, SecureCache cache, EntryKeys keys, List<byte> values)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            await WithinBoundAsync(() => SetAsync(cache, keys, values));
            await using SecureCache other = Open(new ObservedStore(store));
            byte? found = await WithinBoundAsync(() => GetAsync(other, other.KeysFor("faults", [1])));
            Assert.True(found is null || values.Contains(found.Value));
            if (found == values[^1])
            {
                break;
            }

            Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, s_patience);
            await Task.Delay(50, Token);
        }

        Assert.Equal(values[^1], await GetAsync(cache, keys));
        Assert.False(cache.TryTakeNotice(out CacheNotice? notice), notice?.Text);
    }
}
