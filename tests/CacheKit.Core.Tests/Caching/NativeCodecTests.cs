using System.Text;
using CacheKit.Core.Caching;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Caching;

/// <summary>What lies in the store, and what the cache makes of anything else that lies there.</summary>
public sealed class NativeCodecTests : EntryCacheTestBase
{
    [Fact]
    public async Task Cache_the_store_sees_no_value_name_tenant_or_identity()
    {
        ObservedStore store = new(Store);
        EntryCache cache = Open(store, "tenant-of-the-test");
        byte[] identity = Encoding.UTF8.GetBytes("identity-of-the-test");
        byte[] value = Encoding.UTF8.GetBytes("value-of-the-test" + new string('x', 5000));
        EntryKeys keys = await PutAsync(cache, value, identity: identity, name: "name-of-the-test");
        string seen = Encoding.Latin1.GetString(await FrameAsync(keys.Current)) + keys.Current;
        foreach (string secret in
            (string[])["value-of", "name-of", "tenant-of", "identity-of", "of-the-test", "xxxxxx"])
        {
            Assert.DoesNotContain(secret, seen, StringComparison.OrdinalIgnoreCase);
        }

        Assert.Contains("powershell", seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ttl_the_store_is_given_the_lifetime_of_an_entry()
    {
        ObservedStore store = new(Store);
        await PutAsync(Open(store), Value, TimeSpan.FromMilliseconds(1500.9));
        Assert.Equal(TimeSpan.FromMilliseconds(1500), Assert.Single(store.Writes).TimeToLive);
    }

    [Fact]
    public async Task Cache_the_same_value_is_sealed_to_different_bytes_each_time()
    {
        HashSet<string> frames = [];
        for (int i = 0; i < 20; i++)
        {
            EntryKeys keys = await PutAsync(Open(), Value);
            Assert.True(frames.Add(Convert.ToHexString(await FrameAsync(keys.Current))));
        }
    }

    [Fact]
    public async Task Cache_an_entry_built_from_the_format_page_opens()
    {
        EntryCache cache = Open();
        EntryKeys keys = cache.KeysFor(Namespace, Identity);
        await PlantAsync(keys.Current, Forge(keys.Current, Header(), [0xA1, (byte)'n', .. Value]));
        using LookupResult result = await cache.GetAsync(keys, false, Token);
        Assert.Equal(LookupOutcome.Hit, result.Outcome);
        Assert.Equal("n", result.Entry.Name);
        Assert.Equal(Value, result.Entry.Value.ToArray());
    }

    [Fact]
    public async Task Tenant_the_authenticated_one_is_that_of_the_keys()
    {
        EntryCache cache = Open();
        EntryKeys keys = cache.KeysFor(Namespace, Identity);
        await PlantAsync(keys.Current, Forge(keys.Current, Header(), [0xC0, .. Value], tenant: "other"));
        Assert.Null(await StoredAsync(cache, LookupOutcome.NotAuthentic));
    }

    [Theory]
    [InlineData(false, "")]
    [InlineData(false, "a5")]
    [InlineData(false, "dbffffffff")]
    [InlineData(false, "01")]
    [InlineData(false, "92")]
    [InlineData(true, "c0")]
    [InlineData(true, "c0a0")]
    [InlineData(true, "c0ff")]
    [InlineData(true, "c0cf8000000000000000")]
    [InlineData(true, "c0ceffffffff1041")]
    [InlineData(true, "c0051041")]
    [InlineData(true, "c0021041")]
    [InlineData(true, "c00110")]
    public async Task Tamper_authentic_bytes_that_do_not_decode_are_dropped_with_one_warning(
        bool compressed, string plaintext)
    {
        EntryCache cache = Open();
        EntryKeys keys = cache.KeysFor(Namespace, Identity);
        await PlantAsync(keys.Current, Forge(keys.Current, Header(compressed), Convert.FromHexString(plaintext)));
        Assert.Null(await StoredAsync(cache, LookupOutcome.Malformed));
        Assert.Contains("does not decode", Assert.Single(Notices(cache)), StringComparison.Ordinal);
        Assert.Null(await Store.GetAsync(keys.Current.ToString(), Token));
        Assert.Null(Local(cache));
    }

    [Fact]
    public async Task Tamper_authentic_bytes_that_do_not_decode_are_kept_as_evidence()
    {
        EntryCache cache = Open();
        EntryKeys keys = cache.KeysFor(Namespace, Identity);
        byte[] frame = Forge(keys.Current, Header(), [0x01]);
        await PlantAsync(keys.Current, frame);
        Assert.Null(await StoredAsync(cache, LookupOutcome.Malformed, keepEvidence: true));
        Assert.Empty(Notices(cache));
        Assert.Equal(frame, await FrameAsync(keys.Current));
        Assert.Null(Local(cache));
    }

    [Fact]
    public async Task Compression_the_smallest_compressed_value_decodes()
    {
        EntryCache cache = Open();
        EntryKeys keys = cache.KeysFor(Namespace, Identity);
        await PlantAsync(keys.Current, Forge(keys.Current, Header(compressed: true), [0xC0, 1, 0x10, 0x41]));
        Assert.Equal([0x41], await StoredAsync(cache, LookupOutcome.Hit));
    }

    [Theory]
    [InlineData("")]
    [InlineData("43")]
    [InlineData("434b5001")]
    [InlineData("434b5001000000000000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("434b50010000ffff0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("53514c69746520666f726d61742033000000000000000000000000000000000000000000000000000000")]
    public async Task Tamper_bytes_that_are_no_entry_are_not_authentic(string hex)
    {
        EntryCache cache = Open();
        EntryKeys keys = cache.KeysFor(Namespace, Identity);
        await PlantAsync(keys.Current, Convert.FromHexString(hex));
        Assert.Null(await StoredAsync(cache, LookupOutcome.NotAuthentic));
        Assert.Single(Notices(cache));
    }

    [Fact]
    public async Task Tamper_every_truncation_and_flipped_bit_is_not_authentic()
    {
        EntryKeys keys = await PutAsync(Open(), Value, name: "n");
        byte[] frame = await FrameAsync(keys.Current);
        EntryCache cache = Open();
        for (int length = 0; length < frame.Length; length++)
        {
            await PlantAsync(keys.Current, frame[..length]);
            Assert.Null(await StoredAsync(cache, LookupOutcome.NotAuthentic, keepEvidence: true));
        }

        await PlantAsync(keys.Current, [.. frame, 0]);
        Assert.Null(await StoredAsync(cache, LookupOutcome.NotAuthentic, keepEvidence: true));
        for (int bit = 0; bit < 8 * frame.Length; bit++)
        {
            byte[] changed = [.. frame];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            await PlantAsync(keys.Current, changed);
            Assert.Null(await StoredAsync(cache, LookupOutcome.NotAuthentic, keepEvidence: true));
        }

        await PlantAsync(keys.Current, frame);
        Assert.Equal(Value, await StoredAsync(cache, LookupOutcome.Hit));
    }

    [Fact]
    public async Task Tamper_random_bytes_are_not_authentic()
    {
        EntryCache cache = Open();
        EntryKeys keys = cache.KeysFor(Namespace, Identity);
        byte[] start = (await FrameAsync((await PutAsync(Open(), Value)).Current))[..8];
        Random random = new(20300104);
        for (int i = 0; i < 10_000; i++)
        {
            byte[] frame = new byte[random.Next(0, 200)];
            random.NextBytes(frame);
            start.AsSpan(0, Math.Min(frame.Length, random.Next(9))).CopyTo(frame);
            await PlantAsync(keys.Current, frame);
            Assert.Null(await StoredAsync(cache, LookupOutcome.NotAuthentic, keepEvidence: true));
        }
    }

    [Fact]
    public async Task Cache_a_copy_of_a_disposed_entry_cannot_read_the_next_one()
    {
        EntryCache cache = Open();
        EntryKeys keys = await PutAsync(cache, Value);
        Assert.True(cache.TryGetLocal(keys, out OpenedEntry first));
        OpenedEntry copy = first;
        first.Dispose();
        Assert.Throws<ObjectDisposedException>(() => copy.Value);
        Assert.Throws<ObjectDisposedException>(() => copy.Name);

        Assert.True(cache.TryGetLocal(keys, out OpenedEntry second));
        copy.Dispose();
        first.Dispose();
        Assert.Equal(Value, second.Value.ToArray());
        Assert.True(cache.TryGetLocal(keys, out OpenedEntry third));
        second.Dispose();
        Assert.Equal(Value, third.Value.ToArray());
        third.Dispose();
        Assert.Throws<ObjectDisposedException>(() => default(OpenedEntry).Value);
    }

    [Fact]
    public async Task Cache_plaintext_is_zeroed_when_the_entry_is_disposed()
    {
        EntryCache cache = Open();
        EntryKeys keys = await PutAsync(cache, Value);
        Assert.True(cache.TryGetLocal(keys, out OpenedEntry entry));
        ReadOnlyMemory<byte> value = entry.Value;
        Assert.Equal(Value, value.ToArray());
        entry.Dispose();
        Assert.Equal(-1, value.Span.IndexOfAnyExcept((byte)0));
    }

    protected override ICacheStore CreateStore() => new FakeStore();
}
