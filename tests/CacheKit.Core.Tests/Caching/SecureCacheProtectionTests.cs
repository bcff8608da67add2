using CacheKit.Core.Caching;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Caching;

/// <summary>Frames that no store keeps.</summary>
public sealed class SecureCacheProtectionTests : SecureCacheTestBase
{
    [Theory]
    [InlineData(0)]
    [InlineData(5000)]
    public void What_was_protected_opens_under_the_same_identity(int size)
    {
        byte[] value = new byte[size];
        byte[] frame = Open().Protect(Identity, SerializerKind.Json, value, compress: true);
        Clock.Advance(TimeSpan.FromDays(10_000));
        Assert.Equal(EntryCondition.Sound, Open().Unprotect(Identity, frame, out OpenedEntry entry));
        using (entry)
        {
            Assert.Equal(value, entry.Value.ToArray());
            Assert.Null(entry.Name);
            Assert.Equal(SerializerKind.Json, entry.Header.Serializer);
            Assert.Equal(size > 0, entry.Header.Compressed);
        }
    }

    [Fact]
    public void Another_identity_tenant_or_master_key_opens_nothing()
    {
        byte[] frame = Open().Protect(Identity, default, Value, compress: true);
        ObservedStore store = new(Store);
        Assert.Equal(EntryCondition.NotAuthentic, Open().Unprotect([3, 2, 1], frame, out _));
        Assert.Equal(EntryCondition.NotAuthentic, Open(store, "other").Unprotect(Identity, frame, out _));
        Assert.Equal(EntryCondition.NotAuthentic, Open(9).Unprotect(Identity, frame, out _));
        Assert.Equal(EntryCondition.NotAuthentic, Open().Unprotect(Identity, default, out _));
    }

    [Fact]
    public void No_bit_of_it_can_be_changed()
    {
        SecureCache cache = Open();
        byte[] frame = cache.Protect(Identity, default, Value, compress: true);
        for (int i = 0; i < frame.Length; i++)
        {
            frame[i] ^= 0x10;
            Assert.Equal(EntryCondition.NotAuthentic, cache.Unprotect(Identity, frame, out _));
            frame[i] ^= 0x10;
        }

        Assert.Equal(EntryCondition.NotAuthentic, cache.Unprotect(Identity, frame.AsMemory(0, frame.Length - 1), out _));
    }

    [Fact]
    public void A_previous_key_opens_what_it_protected()
    {
        byte[] frame = Open(2).Protect(Identity, default, Value, compress: false);
        Assert.Equal(EntryCondition.Sound, Open(1, 3, 2).Unprotect(Identity, frame, out OpenedEntry entry));
        using (entry)
        {
            Assert.Equal(Value, entry.Value.ToArray());
        }
    }

    [Fact]
    public async Task It_is_no_entry_of_the_cache_even_where_its_key_says()
    {
        SecureCache cache = Open();
        byte[] frame = cache.Protect(Identity, default, Value, compress: true);
        EntryKeys keys = cache.KeysOfProtected(Identity);
        await PlantAsync(keys.Current, frame);
        using LookupResult result = await cache.GetAsync(keys, keepEvidence: true, Token);
        Assert.Equal(LookupOutcome.Miss, result.Outcome);
    }

    [Fact]
    public void An_authentic_frame_that_does_not_decode_is_malformed()
    {
        SecureCache cache = Open();
        byte[] frame = Forge(cache.KeysOfProtected(Identity).Current, Header(compressed: true), [0xC0, 0xC1]);
        Assert.Equal(EntryCondition.Malformed, cache.Unprotect(Identity, frame, out _));
    }

    protected override ICacheStore CreateStore() => new FakeStore();
}
