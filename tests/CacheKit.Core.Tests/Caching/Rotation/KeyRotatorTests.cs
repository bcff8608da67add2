using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Rotation;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Memory;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Caching.Rotation;

/// <summary>What becomes of an entry, whatever its state.</summary>
public sealed class KeyRotatorTests : RotationTestBase
{
    private readonly ObservedStore _store;

    public KeyRotatorTests()
    {
        _store = new ObservedStore(Store);
    }

    [Theory]
    [InlineData(null, 10, false)]
    [InlineData("the name", 10, true)]
    [InlineData("the name", 5000, true)]
    [InlineData(null, 5000, false)]
    public async Task Rotation_an_entry_moves_with_its_times_name_and_form(string? name, int size, bool compress)
    {
        EntryCache old = Open(2);
        EntryKeys keys = old.KeysFor(Namespace, Identity);
        byte[] value = new byte[size];
        EntryLifetime life = new(TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(5));
        await old.SetAsync(old.Seal(keys, name, SerializerKind.Json, value, life, compress)!, Token);
        Assert.True(old.TryGetLocal(keys, out OpenedEntry before));
        Clock.Advance(TimeSpan.FromMinutes(3));

        RotationResult result = await StepAsync(Rotator(_store));
        Assert.Equal("Moved 1", Text(result.Counts));
        Assert.Null(result.Fault);
        Assert.Equal(TimeSpan.FromMinutes(12), Assert.Single(_store.Exchanges).TimeToLive);

        EntryCache current = Open(1);
        using LookupResult found = await current.GetAsync(current.KeysFor(Namespace, Identity), true, Token);
        Assert.Equal(LookupOutcome.Hit, found.Outcome);
        Assert.Equal(name, found.Entry.Name);
        Assert.Equal(value, found.Entry.Value.ToArray());
        Assert.Equal(before.Header with { Fingerprint = found.Entry.Header.Fingerprint }, found.Entry.Header);
        Assert.NotEqual(before.Header.Fingerprint, found.Entry.Header.Fingerprint);
        Assert.Null(await Store.GetAsync(keys.Current.ToString(), Token));
        before.Dispose();
        Assert.Empty(Text((await StepAsync(Rotator())).Counts));
    }

    [Fact]
    public async Task Rotation_all_old_keys_and_namespaces_of_the_tenant_move_and_no_others()
    {
        await PutAsync(Open(2), [2], identity: [2]);
        await PutAsync(Open(3), [3], identity: [3]);
        await PutAsync(Open(4), [4], identity: [4]);
        EntryCache other = Open(new ObservedStore(Store), "other", 2);
        EntryKeys others = await PutAsync(other, [5]);
        Assert.Equal("Moved 2", Text((await StepAsync(Rotator(null, 1, 2, 3))).Counts));
        EntryCache current = Open(1);
        Assert.Equal([2], await StoredAsync(current, LookupOutcome.Hit, true, [2]));
        Assert.Equal([3], await StoredAsync(current, LookupOutcome.Hit, true, [3]));
        Assert.Null(await StoredAsync(current, LookupOutcome.Miss, true, [4]));
        Assert.NotNull(await Store.GetAsync(others.Current.ToString(), Token));
    }

    [Fact]
    public async Task Rotation_a_newer_entry_stays_and_an_older_one_is_superseded()
    {
        await PutAsync(Open(2), [1], TimeSpan.FromHours(1), identity: [1]);
        await PutAsync(Open(1), [2], TimeSpan.FromHours(1), identity: [2]);
        Clock.Advance(Minute);
        await PutAsync(Open(1), [11], TimeSpan.FromHours(1), identity: [1]);
        await PutAsync(Open(2), [22], TimeSpan.FromHours(1), identity: [2]);
        Assert.Equal("Moved 1, Superseded 1", Text((await StepAsync(Rotator())).Counts));
        Assert.Equal([11], await StoredAsync(Open(1), LookupOutcome.Hit, true, [1]));
        Assert.Equal([22], await StoredAsync(Open(1), LookupOutcome.Hit, true, [2]));
        Assert.Equal([2, 0], await CountAsync());
    }

    [Fact]
    public async Task Rotation_an_interrupted_move_leaves_one_entry_in_the_end()
    {
        EntryKeys old = await PutAsync(Open(2), Value);
        byte[] frame = await FrameAsync(old.Current);
        await StepAsync(Rotator());
        await PlantAsync(old.Current, frame);
        Assert.Equal("Superseded 1", Text((await StepAsync(Rotator())).Counts));
        Assert.Equal(Value, await StoredAsync(Open(1), LookupOutcome.Hit));
        Assert.Equal([1, 0], await CountAsync());
    }

    [Fact]
    public async Task Rotation_a_different_entry_of_the_same_moment_is_left_to_its_writer_at_first()
    {
        await PutAsync(Open(1), [1]);
        EntryKeys old = await PutAsync(Open(2), [2]);
        int exchanges = 0;
        _store.AfterRead = () =>
        {
            // The writer, who has written under the old key last, clears the new one.
            if (++exchanges == 2)
            {
                Entries.Remove(Open(1).KeysFor(Namespace, Identity).Current.ToString());
            }
        };
        Assert.Equal("Moved 1", Text((await StepAsync(Rotator(_store))).Counts));
        Assert.Equal([2], await StoredAsync(Open(1), LookupOutcome.Hit));

        // When nobody clears up, one of them goes in the end.
        await PutAsync(Open(2), [3]);
        Assert.Equal("Superseded 1", Text((await StepAsync(Rotator())).Counts));
        Assert.Equal([1, 0], await CountAsync());
        Assert.Null(await Store.GetAsync(old.Current.ToString(), Token));
    }

    [Fact]
    public async Task Rotation_an_expired_entry_is_removed_although_the_store_kept_it()
    {
        EntryKeys old = await PutAsync(Open(2), Value);
        Clock.Advance(Minute);
        Assert.NotNull(await Store.GetAsync(old.Current.ToString(), Token));
        Assert.Equal("Expired 1", Text((await StepAsync(Rotator())).Counts));
        Assert.Equal([0, 0], await CountAsync());
    }

    [Fact]
    public async Task Rotation_concurrent_removals_replacements_and_writes_are_never_undone()
    {
        EntryKeys removed = await PutAsync(Open(2), [1], TimeSpan.FromHours(1), [1]);
        EntryKeys replaced = await PutAsync(Open(2), [2], TimeSpan.FromHours(1), [2]);
        EntryKeys written = await PutAsync(Open(2), [3], TimeSpan.FromHours(1), [3]);
        _store.BeforeExchange = exchange =>
        {
            if (exchange.Key == removed.Current.ToString())
            {
                Entries.Remove(exchange.Key);
            }
            else if (exchange.Key == replaced.Current.ToString() && exchange.Expected!.Length < 200)
            {
                Clock.Advance(TimeSpan.FromSeconds(1));
                PutAsync(Open(2), new byte[200], TimeSpan.FromHours(1), [2]).GetAwaiter().GetResult();
            }
            else if (exchange.Key == written.Current.ToString() && exchange.Target is not null)
            {
                Clock.Advance(TimeSpan.FromSeconds(1));
                PutAsync(Open(1), [33], TimeSpan.FromHours(1), [3]).GetAwaiter().GetResult();
            }
        };
        RotationResult result = await Rotator(_store).StepAsync(
            new RotationOptions { ThrottleLimit = 1 }, new RotationTally(), Token);
        Assert.Equal("Moved 1, Superseded 1, Gone 1", Text(result.Counts));
        Assert.Null(await StoredAsync(Open(1), LookupOutcome.Miss, true, [1]));
        Assert.Equal(new byte[200], await StoredAsync(Open(1), LookupOutcome.Hit, true, [2]));
        Assert.Equal([33], await StoredAsync(Open(1), LookupOutcome.Hit, true, [3]));
    }

    [Fact]
    public async Task Rotation_entries_that_do_not_open_stay_as_evidence_and_are_counted()
    {
        EntryKeys altered = await PutAsync(Open(2), [1], identity: [1]);
        byte[] frame = await FrameAsync(altered.Current);
        frame[^1] ^= 1;
        await PlantAsync(altered.Current, frame);
        EntryKeys blocked = await PutAsync(Open(2), [2], identity: [2]);
        EntryKey target = Open(1).KeysFor(Namespace, [2]).Current;
        await PlantAsync(target, frame);
        EntryKey garbled = Open(2).KeysFor(Namespace, [3]).Current;
        await PlantAsync(garbled, Forge(garbled, Header(), [0xD9]));
        string noEntry = $"{altered.Current.ToString()[..20]}:not-an-entry";
        await Store.SetAsync(noEntry, frame, Minute, Token);
        EntryKey oldForm = Open(2).KeysFor(Namespace, [4]).Current;
        await PlantAsync(oldForm, Forge(oldForm, Header(), [0xC0, 1]));
        IDictionary<string, byte[]> before = new Dictionary<string, byte[]>(Entries);

        RotationResult result = await StepAsync(Rotator());
        Assert.Equal("NotAuthentic 2, Malformed 2, NotMovable 1", Text(result.Counts));
        Assert.Equal(5, result.Counts.Left);
        Assert.Equal(5, result.Counts.Total);
        Assert.Equal(before, Entries);
        Assert.True(Entries.ContainsKey(blocked.Current.ToString()));
    }

    [Fact]
    public async Task Rotation_an_entry_with_the_digest_of_another_is_not_moved()
    {
        EntryKey place = Open(2).KeysFor(Namespace, [1]).Current;
        byte[] plaintext = [.. IdentityDigest.Compute([2]).Bytes, 0xC0, 7];
        await PlantAsync(place, Forge(place, Header() with { HasDigest = true }, plaintext));
        Assert.Equal("NotMovable 1", Text((await StepAsync(Rotator())).Counts));
        Assert.Null(await StoredAsync(Open(1), LookupOutcome.Miss, true, [2]));
    }

    [Fact]
    public async Task Rotation_an_entry_that_keeps_changing_is_left_for_the_next_run()
    {
        EntryKeys old = await PutAsync(Open(2), [0], TimeSpan.FromHours(1));
        byte next = 1;
        _store.BeforeExchange = _ =>
        {
            Clock.Advance(TimeSpan.FromMilliseconds(1));
            PutAsync(Open(2), [next++], TimeSpan.FromHours(1)).GetAwaiter().GetResult();
        };
        Assert.Equal("Contended 1", Text((await StepAsync(Rotator(_store))).Counts));
        Assert.NotNull(await Store.GetAsync(old.Current.ToString(), Token));
        Assert.Equal("Moved 1", Text((await StepAsync(Rotator())).Counts));
        Assert.Equal(next - 1, (await StoredAsync(Open(1), LookupOutcome.Hit))![0]);
    }

    [Theory]
    [InlineData(StoreFault.Unavailable)]
    [InlineData(StoreFault.Full)]
    public async Task Rotation_a_failing_store_ends_the_run_and_the_next_one_finishes(StoreFault kind)
    {
        await FillAsync(Open(2), 100);
        int exchanges = 0;
        _store.BeforeExchange = _ =>
        {
            if (Interlocked.Increment(ref exchanges) == 40)
            {
                _store.WriteFault = new StoreException(kind, "The store is down.");
            }
        };
        RotationResult result = await StepAsync(Rotator(_store));
        Assert.Equal(kind, result.Fault?.Fault);
        Assert.InRange(result.Counts[RotationOutcome.Moved], 20, 40);
        Assert.InRange(result.Counts[RotationOutcome.Failed], 1, 60);
        Assert.Equal(
            "Moved " + (100 - result.Counts[RotationOutcome.Moved]), Text((await StepAsync(Rotator())).Counts));
        await AssertAllMovedAsync(100);
    }

    [Fact]
    public async Task Rotation_a_failed_listing_ends_the_run_and_a_value_too_large_does_not()
    {
        await FillAsync(Open(2), 10);
        _store.WriteFault = new StoreException(StoreFault.ValueTooLarge, "Too large.");
        RotationResult result = await StepAsync(Rotator(_store));
        Assert.Null(result.Fault);
        Assert.Equal("Failed 10", Text(result.Counts));
        _store.ReadFault = new StoreException(StoreFault.Unsupported, "The store cannot list.");
        Assert.Equal(StoreFault.Unsupported, (await StepAsync(Rotator(_store))).Fault?.Fault);
    }

    [Fact]
    public async Task Rotation_a_moved_entry_is_evicted_from_memory()
    {
        CacheTiers tiers = new(_store, new MemoryTier(Clock), Clock);
        EntryCache cache = new(new NativeCodec(TestKeys.Ring(Tenant, 1, 2)), tiers);
        await PutAsync(Open(2), Value, TimeSpan.FromHours(1));
        Assert.Equal(Value, await StoredAsync(cache, LookupOutcome.Hit));
        using TenantKeyRing ring = TestKeys.Ring(Tenant, 1, 2);
        Assert.Equal("Moved 1", Text((await StepAsync(new KeyRotator(tiers, ring))).Counts));
        Assert.Null(Local(cache));
        Assert.Equal(Value, await StoredAsync(cache, LookupOutcome.Hit));
        await cache.DisposeAsync();
    }

    protected override ICacheStore CreateStore() => new FakeStore();

    private IDictionary<string, byte[]> Entries => ((FakeStore)Store).Entries;
}
