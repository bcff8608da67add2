using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Inspection;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage.Memory;
using CacheKit.Core.Tests.Storage.Sqlite;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Storage;

/// <summary>Interop entries in a real database, whose time to live is the only one that they have.</summary>
public sealed class InteropExpiryTests : SqliteStoreTestBase
{
    private static readonly byte[] s_document = InteropGraph.WriteValue("value");

    [Fact]
    public async Task Ttl_an_interop_entry_expires_in_the_store()
    {
        await using EntryCache cache = OpenCache();
        EntryKeys keys = cache.KeysFor("users", [.. "op:"u8, 0x90]);
        await cache.SetAsync(
            cache.Seal(keys, null, SerializerKind.MessagePack, s_document, TimeSpan.FromMinutes(1), compress: false)!,
            Token);
        Clock.Advance(TimeSpan.FromSeconds(59));
        await using EntryCache another = OpenCache();
        using (LookupResult result = await another.GetAsync(keys, keepEvidence: false, Token))
        {
            Assert.Equal(LookupOutcome.Hit, result.Outcome);
            Assert.Equal(s_document, result.Entry.Value.ToArray());
        }

        Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(LookupOutcome.Miss, (await another.GetAsync(keys, keepEvidence: false, Token)).Outcome);
        Assert.Equal(LookupOutcome.Miss, (await InteropInspection.FindAsync(cache, keys, Token)).Outcome);
    }

    private EntryCache OpenCache() =>
        new(new InteropCodec(TestKeys.Ring("acme", 1)), new CacheTiers(Open(), new MemoryTier(Clock), Clock));
}
