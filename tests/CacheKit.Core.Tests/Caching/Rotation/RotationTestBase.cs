using System.Text;
using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Rotation;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Memory;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Caching.Rotation;

/// <summary>What the tests of rotations share. Key 1 is the new one, key 2 the old one.</summary>
public abstract class RotationTestBase : EntryCacheTestBase
{
    private readonly List<IAsyncDisposable> _owned = [];

    /// <summary>A rotator of the ring [1, 2], or another.</summary>
    internal KeyRotator Rotator(ICacheStore? store = null, byte current = 1, params byte[] previous) =>
        new(Tiers(store), Ring(current, previous));

    internal RotationCensus Census(byte current = 1, params byte[] previous) =>
        new(Tiers(null), Ring(current, previous));

    internal static Task<RotationResult> StepAsync(KeyRotator rotator, params string[] interopNamespaces) =>
        rotator.StepAsync(
            new RotationOptions { InteropNamespaces = interopNamespaces }, new RotationTally(), Token).AsTask();

    /// <summary>The counts that are not zero, as text.</summary>
    internal static string Text(RotationCounts counts) => string.Join(
        ", ",
        Enum.GetValues<RotationOutcome>().Where(outcome => counts[outcome] > 0).Select(o => $"{o} {counts[o]}"));

    internal static byte[] IdentityOf(int i) => Encoding.UTF8.GetBytes($"entry {i}");

    internal static byte[] ValueOf(int i) => Encoding.UTF8.GetBytes($"value {i}");

    /// <summary>Writes many entries under one key.</summary>
    internal static async Task FillAsync(EntryCache cache, int count)
    {
        await Parallel.ForAsync(0, count, Token, async (i, token) =>
        {
            SealedEntry? entry = cache.Seal(
                cache.KeysFor(Namespace, IdentityOf(i)), null, SerializerKind.PowerShell, ValueOf(i),
                TimeSpan.FromHours(1));
            await cache.SetAsync(entry!, token);
        });
    }

    /// <summary>Every entry is there, under the new key alone.</summary>
    internal async Task AssertAllMovedAsync(int count)
    {
        EntryCache cache = Open(1);
        for (int i = 0; i < count; i++)
        {
            Assert.Equal(ValueOf(i), await StoredAsync(cache, LookupOutcome.Hit, keepEvidence: true, IdentityOf(i)));
        }

        Assert.Equal([count, 0], await CountAsync());
    }

    /// <summary>How many entries lie under each of the keys 1 and 2.</summary>
    internal async Task<List<long>> CountAsync()
    {
        RotationInventory? last = null;
        await foreach (RotationInventory inventory in Census(1, 2).CountAsync([], readsEntries: false, Token))
        {
            last = inventory;
        }

        Assert.True(last!.IsComplete);
        return [.. last.Keys.Select(key => key.Entries)];
    }

    protected override void CleanUp()
    {
        foreach (IAsyncDisposable each in _owned)
        {
            each.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private CacheTiers Tiers(ICacheStore? store)
    {
        CacheTiers tiers = new(store ?? new ObservedStore(Store), new MemoryTier(Clock), Clock);
        _owned.Add(tiers);
        return tiers;
    }

    private TenantKeyRing Ring(byte current, byte[] previous)
    {
        TenantKeyRing ring = TestKeys.Ring(Tenant, current, previous.Length == 0 ? [2] : previous);
        _owned.Add(new Closing(ring));
        return ring;
    }

    private sealed class Closing(TenantKeyRing ring) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            ring.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
