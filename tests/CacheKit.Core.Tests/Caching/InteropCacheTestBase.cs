using System.Text;
using CacheKit.Core.Caching;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Memory;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Caching;

/// <summary>
/// What the tests of interop caches share: one store, any number of caches (processes, as it were) over it.
/// </summary>
public abstract class InteropCacheTestBase : EntryCacheTestBase
{
    internal const string Operation = "get_user";

    /// <summary>Where the entry of the argument 42 lies, for every tenant and every key.</summary>
    internal const string Key = "users:get_user:61598716255080080f6456eb065c2e51badfaa4320b0efe97469c29cffee8875";

    private readonly List<EntryCache> _interop = [];

    /// <summary>One document: the map of a name and a number.</summary>
    protected static byte[] Document { get; } = InteropGraph.WriteValue(
        CanonicalModel.Map(("name", "alice"), ("age", 30)));

    /// <summary>A cache of a tenant, under a ring of keys of one byte each, the encrypting one first.</summary>
    internal EntryCache OpenInterop(
        ICacheStore? store = null, string tenant = Tenant, byte master = 1, params byte[] previous) =>
        Own(TestKeys.Ring(tenant, master, previous), store);

    /// <summary>A cache of entries without encryption.</summary>
    internal EntryCache OpenPlainInterop(ICacheStore? store = null) => Own(null, store);

    /// <summary>A cache with these keys.</summary>
    internal EntryCache Own(TenantKeyRing? keys, ICacheStore? store = null)
    {
        EntryCache cache = new(
            new InteropCodec(keys),
            new CacheTiers(store ?? new ObservedStore(Store), new MemoryTier(Clock), Clock));
        _interop.Add(cache);
        return cache;
    }

    internal static EntryKeys KeysFor(EntryCache cache, params object?[] arguments)
    {
        using SensitiveBuffer identity = SensitiveBuffer.Rent();
        InteropCodec.BeginIdentity(identity, Operation);
        identity.Write(InteropGraph.WriteArguments(arguments));
        return cache.KeysFor(Namespace, identity.WrittenSpan);
    }

    internal static EntryKeys KeysOf42(EntryCache cache) => KeysFor(cache, 42);

    internal static async Task<EntryKeys> PutAsync(
        EntryCache cache, byte[]? document = null, TimeSpan? timeToLive = null)
    {
        EntryKeys keys = KeysOf42(cache);
        await cache.SetAsync(SealedOf(cache, keys, document, timeToLive), Token);
        return keys;
    }

    internal static SealedEntry SealedOf(
        EntryCache cache, EntryKeys keys, byte[]? document = null, TimeSpan? timeToLive = null)
    {
        SealedEntry? entry = cache.Seal(
            keys, null, SerializerKind.MessagePack, document ?? Document, timeToLive ?? Minute, compress: false);
        Assert.NotNull(entry);
        return entry;
    }

    internal static Task<LookupResult> GetAsync(EntryCache cache, bool keepEvidence = false) =>
        cache.GetAsync(KeysOf42(cache), keepEvidence, Token).AsTask();

    /// <summary>The document of a hit, or null for a miss.</summary>
    internal static async Task<byte[]?> DocumentAsync(EntryCache cache)
    {
        using LookupResult result = await GetAsync(cache);
        Assert.True(result.Outcome is LookupOutcome.Hit or LookupOutcome.Miss, result.Outcome.ToString());
        return result.Outcome == LookupOutcome.Hit ? result.Entry.Value.ToArray() : null;
    }

    internal async Task<byte[]> StoredAsync(string key = Key)
    {
        byte[]? stored = await Store.GetAsync(key, Token);
        Assert.NotNull(stored);
        return stored;
    }

    internal ValueTask PlantAsync(byte[] bytes, string key = Key) =>
        Store.SetAsync(key, bytes, TimeSpan.FromDays(1), Token);

    /// <summary>Bytes that somebody else sealed who has the key.</summary>
    internal static byte[] Sealed(byte[] plaintext, byte master = 1, string tenant = Tenant, string key = Key)
    {
        using TenantKeyRing ring = TestKeys.Ring(tenant, master);
        byte[] sealedBytes = new byte[plaintext.Length + EntryCipher.Overhead];
        ring.Current.Cipher.Seal(plaintext, AssociatedData.Build(tenant, key, "msgpack", false), sealedBytes);
        return sealedBytes;
    }

    internal static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);

    protected override ICacheStore CreateStore() => new FakeStore();

    protected override void CleanUp()
    {
        foreach (EntryCache cache in _interop)
        {
            cache.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }
}
