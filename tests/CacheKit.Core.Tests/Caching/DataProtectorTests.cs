using CacheKit.Core.Caching;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Caching;

/// <summary>Frames that no store keeps.</summary>
public sealed class DataProtectorTests : EntryCacheTestBase
{
    [Theory]
    [InlineData(0)]
    [InlineData(5000)]
    public void Cache_protected_bytes_open_under_the_same_identity(int size)
    {
        byte[] value = new byte[size];
        byte[] frame = Protector(Open()).Protect(Identity, SerializerKind.Json, value, compress: true);
        Clock.Advance(TimeSpan.FromDays(10_000));
        Assert.Equal(EntryCondition.Sound, Protector(Open()).Unprotect(Identity, frame, out OpenedEntry entry));
        using (entry)
        {
            Assert.Equal(value, entry.Value.ToArray());
            Assert.Null(entry.Name);
            Assert.Equal(SerializerKind.Json, entry.Header.Serializer);
            Assert.Equal(size > 0, entry.Header.Compressed);
        }
    }

    [Fact]
    public void Cache_protected_bytes_do_not_open_under_another_identity_tenant_or_key()
    {
        byte[] frame = Protector(Open()).Protect(Identity, default, Value, compress: true);
        ObservedStore store = new(Store);
        Assert.Equal(EntryCondition.NotAuthentic, Protector(Open()).Unprotect([3, 2, 1], frame, out _));
        Assert.Equal(EntryCondition.NotAuthentic, Protector(Open(store, "other")).Unprotect(Identity, frame, out _));
        Assert.Equal(EntryCondition.NotAuthentic, Protector(Open(9)).Unprotect(Identity, frame, out _));
        Assert.Equal(EntryCondition.NotAuthentic, Protector(Open()).Unprotect(Identity, default, out _));
    }

    [Fact]
    public void Cache_protected_bytes_with_any_changed_bit_are_not_authentic()
    {
        EntryCache cache = Open();
        byte[] frame = Protector(cache).Protect(Identity, default, Value, compress: true);
        for (int i = 0; i < frame.Length; i++)
        {
            frame[i] ^= 0x10;
            Assert.Equal(EntryCondition.NotAuthentic, Protector(cache).Unprotect(Identity, frame, out _));
            frame[i] ^= 0x10;
        }

        Assert.Equal(
            EntryCondition.NotAuthentic,
            Protector(cache).Unprotect(Identity, frame.AsMemory(0, frame.Length - 1), out _));
    }

    [Fact]
    public void Cache_protected_bytes_open_under_a_previous_key()
    {
        byte[] frame = Protector(Open(2)).Protect(Identity, default, Value, compress: false);
        Assert.Equal(EntryCondition.Sound, Protector(Open(1, 3, 2)).Unprotect(Identity, frame, out OpenedEntry entry));
        using (entry)
        {
            Assert.Equal(Value, entry.Value.ToArray());
        }
    }

    [Fact]
    public async Task Cache_protected_bytes_are_no_entry_even_under_its_key()
    {
        EntryCache cache = Open();
        byte[] frame = Protector(cache).Protect(Identity, default, Value, compress: true);
        EntryKeys keys = Protector(cache).KeysFor(Identity);
        await PlantAsync(keys.Current, frame);
        using LookupResult result = await cache.GetAsync(keys, keepEvidence: true, Token);
        Assert.Equal(LookupOutcome.Miss, result.Outcome);
    }

    [Fact]
    public void Cache_protected_bytes_that_do_not_decode_are_malformed()
    {
        EntryCache cache = Open();
        byte[] frame = Forge(Protector(cache).KeysFor(Identity).Current, Header(compressed: true), [0xC0, 0xC1]);
        Assert.Equal(EntryCondition.Malformed, Protector(cache).Unprotect(Identity, frame, out _));
    }

    protected override ICacheStore CreateStore() => new FakeStore();

    private DataProtector Protector(EntryCache cache) => new(cache.Ring, Clock);
}
