using CacheKit.Core.Caching;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Memory;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Caching;

/// <summary>The cache of public data: damage is found, and no entry passes between it and the encrypted one.</summary>
public sealed class PlainCacheTests : EntryCacheTestBase
{
    protected override ICacheStore CreateStore() => new FakeStore();

    [Fact]
    public async Task Plain_one_process_finds_what_another_keeps()
    {
        await using EntryCache writer = OpenPlain();
        EntryKeys keys = await PutPlainAsync(writer);
        await using EntryCache reader = OpenPlain();
        using LookupResult result = await reader.GetAsync(keys, keepEvidence: false, Token);
        Assert.Equal(Value, result.Entry.Value.ToArray());
    }

    [Fact]
    public async Task Plain_a_damaged_entry_is_dropped_with_one_warning()
    {
        await using EntryCache writer = OpenPlain();
        EntryKeys keys = await PutPlainAsync(writer);
        byte[] frame = await FrameAsync(keys.Current);
        frame[^12] ^= 1;
        await PlantAsync(keys.Current, frame);
        await using EntryCache reader = OpenPlain();
        Assert.Equal(LookupOutcome.Malformed, (await reader.GetAsync(keys, keepEvidence: false, Token)).Outcome);
        Assert.True(reader.TryTakeNotice(out _));
        Assert.Null(await Store.GetAsync(keys.Current.ToString(), Token));
    }

    [Fact]
    public async Task Plain_an_entry_under_an_encrypted_key_is_not_authentic()
    {
        await using EntryCache plain = OpenPlain();
        byte[] frame = await FrameAsync((await PutPlainAsync(plain)).Current);
        EntryCache secure = Open();
        await PlantAsync(secure.KeysFor(Namespace, Identity).Current, frame);
        Assert.Null(await StoredAsync(secure, LookupOutcome.NotAuthentic, keepEvidence: true));
    }

    [Fact]
    public async Task Plain_an_encrypted_entry_under_its_key_is_malformed()
    {
        byte[] frame = await FrameAsync((await PutAsync(Open(), Value)).Current);
        await using EntryCache plain = OpenPlain();
        EntryKeys keys = plain.KeysFor(Namespace, Identity);
        await PlantAsync(keys.Current, frame);
        Assert.Equal(LookupOutcome.Malformed, (await plain.GetAsync(keys, keepEvidence: true, Token)).Outcome);
    }

    [Fact]
    public async Task Plain_a_secret_makes_no_key()
    {
        await using EntryCache plain = OpenPlain();
        Assert.Throws<ArgumentException>(() => plain.KeysFor(Namespace, Identity, holdsSecret: true));
    }

    private EntryCache OpenPlain() => new(
        new PlainCodec(TenantKeyDerivation.DefaultTenant),
        new CacheTiers(new ObservedStore(Store), new MemoryTier(Clock), Clock));

    private static async Task<EntryKeys> PutPlainAsync(EntryCache cache)
    {
        EntryKeys keys = cache.KeysFor(Namespace, Identity);
        await cache.SetAsync(cache.Seal(keys, null, SerializerKind.PowerShell, Value, Minute)!, Token);
        return keys;
    }
}
