using CacheKit.Core.Caching;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Memory;
using CacheKit.Core.Tests.Support;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CacheKit.Core.Tests.Caching;

/// <summary>
/// What the tests of the cache share: one store, any number of caches (processes, as it were) over it.
/// </summary>
public abstract class EntryCacheTestBase : IAsyncDisposable
{
    internal const string Tenant = "acme";
    internal const string Namespace = "users";

    private readonly List<EntryCache> _caches = [];
    private readonly Lazy<ICacheStore> _store;

    protected EntryCacheTestBase()
    {
        _store = new Lazy<ICacheStore>(CreateStore);
    }

    protected static TimeSpan Minute { get; } = TimeSpan.FromMinutes(1);

    protected static byte[] Identity { get; } = [1, 2, 3];

    protected static byte[] Value { get; } = System.Text.Encoding.UTF8.GetBytes("the-secret-value");

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2030, 1, 2, 3, 4, 5, 678, TimeSpan.Zero));

    protected ICacheStore Store => _store.Value;

    public async ValueTask DisposeAsync()
    {
        foreach (EntryCache cache in _caches)
        {
            await cache.DisposeAsync();
        }

        await Store.DisposeAsync();
        CleanUp();
        GC.SuppressFinalize(this);
    }

    protected abstract ICacheStore CreateStore();

    protected virtual void CleanUp()
    {
    }

    /// <summary>A cache with an empty memory, as a process that starts has it.</summary>
    protected EntryCache Open(byte master = 1, params byte[] previous) =>
        Open(new ObservedStore(Store), Tenant, master, previous);

    internal EntryCache Open(ObservedStore store, string tenant = Tenant, byte master = 1, params byte[] previous)
    {
        EntryCache cache = new(
            new NativeCodec(TestKeys.Ring(tenant, master, previous)),
            new CacheTiers(store, new MemoryTier(Clock), Clock));
        _caches.Add(cache);
        return cache;
    }

    internal static async Task<EntryKeys> PutAsync(
        EntryCache cache, byte[] value, TimeSpan? timeToLive = null, byte[]? identity = null, string? name = null)
    {
        EntryKeys keys = cache.KeysFor(Namespace, identity ?? Identity);
        SealedEntry? entry = cache.Seal(keys, name, SerializerKind.PowerShell, value, timeToLive ?? Minute);
        Assert.NotNull(entry);
        await cache.SetAsync(entry, Token);
        return keys;
    }

    /// <summary>What is in memory, or null.</summary>
    internal static byte[]? Local(EntryCache cache, byte[]? identity = null)
    {
        if (!cache.TryGetLocal(cache.KeysFor(Namespace, identity ?? Identity), out OpenedEntry entry))
        {
            return null;
        }

        using (entry)
        {
            return entry.Value.ToArray();
        }
    }

    /// <summary>What is in the store, or null.</summary>
    internal static async Task<byte[]?> StoredAsync(
        EntryCache cache, LookupOutcome expected, bool keepEvidence = false, byte[]? identity = null)
    {
        using LookupResult result = await cache.GetAsync(
            cache.KeysFor(Namespace, identity ?? Identity), keepEvidence, Token);
        Assert.Equal(expected, result.Outcome);
        return result.Outcome == LookupOutcome.Hit ? result.Entry.Value.ToArray() : null;
    }

    internal static List<string> Notices(EntryCache cache)
    {
        List<string> notices = [];
        while (cache.TryTakeNotice(out CacheNotice? notice))
        {
            notices.Add(notice.Text);
        }

        return notices;
    }

    protected async Task<byte[]> FrameAsync(EntryKey key)
    {
        byte[]? frame = await Store.GetAsync(key.ToString(), Token);
        Assert.NotNull(frame);
        return frame;
    }

    protected ValueTask PlantAsync(EntryKey key, byte[] frame) =>
        Store.SetAsync(key.ToString(), frame, TimeSpan.FromDays(1), Token);

    /// <summary>An entry made by hand, as DESIGN section 8 says, by somebody who has the keys.</summary>
    internal static byte[] Forge(EntryKey key, EntryHeader header, byte[] plaintext, string tenant = Tenant)
    {
        byte[] start = new byte[NativeFrame.PrefixSize + NativeFrame.LongestHeader];
        start = start[..NativeFrame.WriteStart(header with { Fingerprint = key.Keys.Fingerprint }, start)];
        byte[] associatedData =
        [
            .. AssociatedData.Build(tenant, key.ToString(), "powershell", header.Compressed), .. start,
        ];
        byte[] sealedBytes = new byte[plaintext.Length + EntryCipher.Overhead];
        key.Keys.Cipher.Seal(plaintext, associatedData, sealedBytes);
        return [.. start, .. sealedBytes];
    }

    protected EntryHeader Header(bool compressed = false)
    {
        long minute = (long)Minute.TotalMilliseconds;
        long now = Clock.GetUtcNow().ToUnixTimeMilliseconds();
        return new EntryHeader(default, now, minute, minute, SerializerKind.PowerShell, compressed);
    }
}
