using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Inspection;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Caching;

/// <summary>Entries that other languages share: where and how they lie, who opens them, and how long.</summary>
public sealed class InteropCacheTests : InteropCacheTestBase
{
    [Fact]
    public async Task Interop_one_process_opens_what_another_sealed()
    {
        EntryKeys keys = await PutAsync(OpenInterop());
        Assert.Equal(Key, keys.Current.ToString());
        Assert.Equal(Document, await DocumentAsync(OpenInterop()));
        Assert.Null(await DocumentAsync(OpenInterop(new FakeStore())));
    }

    [Fact]
    public async Task Interop_the_store_holds_nonce_ciphertext_and_tag()
    {
        await PutAsync(OpenInterop());
        byte[] stored = await StoredAsync();
        Assert.Equal(Document.Length + 28, stored.Length);
        using TenantKeyRing ring = TestKeys.Ring(Tenant, 1);
        byte[] plaintext = new byte[Document.Length];
        Assert.True(
            ring.Current.Cipher.TryOpen(stored, AssociatedData.Build(Tenant, Key, "msgpack", false), plaintext));
        Assert.Equal(Document, plaintext);
    }

    [Fact]
    public async Task Interop_a_large_value_is_never_compressed()
    {
        byte[] document = InteropGraph.WriteValue(new string('x', 100_000));
        await PutAsync(OpenInterop(), document);
        Assert.Equal(document.Length + 28, (await StoredAsync()).Length);
        Assert.Equal(document, await DocumentAsync(OpenInterop()));
    }

    [Fact]
    public async Task Interop_an_entry_sealed_by_others_opens()
    {
        await PlantAsync(Sealed(Document));
        Assert.Equal(Document, await DocumentAsync(OpenInterop()));
    }

    [Fact]
    public async Task Interop_the_same_value_is_sealed_to_different_bytes_each_time()
    {
        EntryCache cache = OpenInterop();
        HashSet<string> seen = [];
        for (int i = 0; i < 20; i++)
        {
            await PutAsync(cache);
            Assert.True(seen.Add(Convert.ToHexString(await StoredAsync())));
        }
    }

    [Fact]
    public async Task Interop_tenants_and_master_keys_share_one_cache_key_but_open_only_their_own_entries()
    {
        await PutAsync(OpenInterop());
        foreach (EntryCache other in (EntryCache[])[OpenInterop(tenant: "other"), OpenInterop(master: 2, previous: 3)])
        {
            Assert.Equal(Key, KeysOf42(other).Current.ToString());
            using LookupResult result = await GetAsync(other, keepEvidence: true);
            Assert.Equal(LookupOutcome.NotAuthentic, result.Outcome);
        }

        Assert.Equal(Document, await DocumentAsync(OpenInterop()));
    }

    [Fact]
    public async Task Interop_an_entry_is_bound_to_its_key()
    {
        await PutAsync(OpenInterop());
        EntryCache cache = OpenInterop();
        EntryKeys elsewhere = KeysFor(cache, 43);
        await PlantAsync(await StoredAsync(), elsewhere.Current.ToString());
        using LookupResult result = await cache.GetAsync(elsewhere, keepEvidence: true, Token);
        Assert.Equal(LookupOutcome.NotAuthentic, result.Outcome);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Interop_the_keys_of_the_ring_are_tried_in_order_and_the_opener_is_reported(byte master)
    {
        await PlantAsync(Sealed(Document, master));
        EntryCache cache = OpenInterop(null, Tenant, 1, 2, 3, 4);
        using LookupResult result = await GetAsync(cache);
        Assert.Equal(LookupOutcome.Hit, result.Outcome);
        Assert.Equal(Document, result.Entry.Value.ToArray());
        using TenantKeyRing sealer = TestKeys.Ring(Tenant, master);
        Assert.Equal(sealer.Current.Fingerprint, result.Entry.Fingerprint);
        EntryKey sealedUnder = KeysOf42(cache).SealedUnder(result.Entry.Fingerprint);
        Assert.Equal(Key, sealedUnder.ToString());
        Assert.Equal(sealer.Current.Fingerprint, sealedUnder.Keys.Fingerprint);
    }

    [Fact]
    public async Task Interop_a_write_seals_under_the_first_key_and_replaces_the_old_entry()
    {
        await PlantAsync(Sealed([0x01], master: 2));
        await PutAsync(OpenInterop(null, Tenant, 1, 2));
        Assert.Equal(Document, await DocumentAsync(OpenInterop()));
        Assert.Single(((FakeStore)Store).Entries);
    }

    [Fact]
    public async Task Interop_nothing_is_kept_in_memory()
    {
        ObservedStore store = new(Store);
        EntryCache cache = OpenInterop(store);
        EntryKeys keys = await PutAsync(cache);
        Assert.False(cache.TryGetLocal(keys, out _));
        Assert.Equal(Document, await DocumentAsync(cache));
        Assert.False(cache.TryGetLocal(keys, out _));
        Assert.Equal(Document, await DocumentAsync(cache));
        Assert.Equal(2, store.Reads);
    }

    [Fact]
    public async Task Interop_a_change_by_another_language_is_seen_at_once()
    {
        EntryCache cache = OpenInterop();
        await PutAsync(cache);
        Assert.Equal(Document, await DocumentAsync(cache));
        await PlantAsync(Sealed([0x07]));
        Assert.Equal([0x07], await DocumentAsync(cache));
        await Store.RemoveAsync(Key, Token);
        Assert.Null(await DocumentAsync(cache));
    }

    [Fact]
    public async Task Interop_the_store_alone_expires_an_entry()
    {
        ObservedStore store = new(Store);
        EntryCache cache = OpenInterop(store);
        await PutAsync(cache, timeToLive: TimeSpan.FromMilliseconds(1500.9));
        Assert.Equal((Key, TimeSpan.FromMilliseconds(1500)), Assert.Single(store.Writes));
        // This store keeps it for ever.
        Clock.Advance(TimeSpan.FromDays(365_000));
        Assert.Equal(Document, await DocumentAsync(cache));
        Assert.Equal(LookupOutcome.Hit, (await InteropInspection.FindAsync(cache, KeysOf42(cache), Token)).Outcome);
    }

    [Fact]
    public async Task Interop_a_follower_opens_what_the_leader_sealed()
    {
        EntryCache leader = OpenInterop();
        SealedEntry entry = SealedOf(leader, KeysOf42(leader));
        await leader.DisposeAsync();
        EntryCache follower = OpenInterop();
        Assert.True(follower.TryOpen(entry, KeysOf42(follower), out OpenedEntry opened));
        using (opened)
        {
            Assert.Equal(Document, opened.Value.ToArray());
        }

        EntryCache stranger = OpenInterop(tenant: "other");
        Assert.False(stranger.TryOpen(entry, KeysOf42(stranger), out _));
    }

    [Fact]
    public void Interop_two_computations_of_one_key_are_one_flight()
    {
        EntryCache cache = OpenInterop();
        using Flight first = cache.Flights.Enter(KeysOf42(cache), out bool leads);
        Assert.True(leads);
        Assert.Same(first, cache.Flights.Enter(KeysFor(cache, 42.0), out leads));
        Assert.False(leads);
        using Flight other = cache.Flights.Enter(KeysFor(cache, "42"), out leads);
        Assert.True(leads);
    }

    [Fact]
    public async Task Interop_an_entry_is_removed()
    {
        EntryCache cache = OpenInterop();
        EntryKeys keys = await PutAsync(cache);
        Assert.True(await cache.DeleteAsync(keys, Token));
        Assert.False(await cache.DeleteAsync(keys, Token));
        Assert.Null(await DocumentAsync(cache));
    }

    [Theory]
    [InlineData("Users", "op:")]
    [InlineData("ns", "op:")]
    [InlineData("users", "Op:")]
    [InlineData("users", ":")]
    [InlineData("users", "op")]
    public void Interop_invalid_names_make_no_key(string @namespace, string identity) =>
        Assert.Throws<ArgumentException>(() => OpenInterop().KeysFor(@namespace, [.. Ascii(identity), 0x90]));

    [Fact]
    public void Interop_a_secret_makes_no_key() =>
        Assert.Throws<ArgumentException>(
            () => OpenInterop().KeysFor(Namespace, [.. Ascii("op:"), 0x90], holdsSecret: true));

    [Fact]
    public async Task Interop_a_store_fault_is_a_miss_with_a_warning_and_throws_from_a_find()
    {
        ObservedStore store = new(Store);
        EntryCache cache = OpenInterop(store);
        await PutAsync(cache);
        store.ReadFault = new StoreException(StoreFault.TimedOut, "The store did not answer in time.");
        Assert.Null(await DocumentAsync(cache));
        Assert.Single(Notices(cache));
        await Assert.ThrowsAsync<StoreException>(
            () => InteropInspection.FindAsync(cache, KeysOf42(cache), Token).AsTask());
    }

    [Fact]
    public async Task Interop_an_unencrypted_entry_is_its_document()
    {
        EntryCache cache = OpenPlainInterop();
        EntryKeys keys = await PutAsync(cache);
        Assert.Equal(Key, keys.Current.ToString());
        Assert.True(keys.Current.IsPlain);
        Assert.True(keys.Current.IsInterop);
        Assert.Equal(Document, await StoredAsync());
        Assert.Equal(Document, await DocumentAsync(OpenPlainInterop()));
    }

    [Fact]
    public async Task Interop_a_sealed_entry_without_keys_is_malformed()
    {
        await PlantAsync(Sealed(Document));
        EntryCache cache = OpenPlainInterop();
        Assert.Equal(
            LookupOutcome.Malformed, (await InteropInspection.FindAsync(cache, KeysOf42(cache), Token)).Outcome);
    }
}
