using CacheKit.Core.Caching;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Sqlite;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Caching;

/// <summary>What a cache does over any store. A test class per store derives from it.</summary>
public abstract class EntryCacheContract : EntryCacheTestBase
{
    [Fact]
    public async Task Cache_an_uncached_key_is_a_miss()
    {
        EntryCache cache = Open();
        Assert.Null(Local(cache));
        Assert.Null(await StoredAsync(cache, LookupOutcome.Miss));
        Assert.Empty(Notices(cache));
    }

    [Fact]
    public async Task Cache_a_memory_hit_does_not_touch_the_store()
    {
        ObservedStore store = new(Store);
        EntryCache cache = Open(store);
        await PutAsync(cache, Value);
        Assert.Equal(Value, Local(cache));
        Assert.Equal(0, store.Reads);
        Assert.Single(store.Writes);
        Assert.Empty(store.Removals);
    }

    [Fact]
    public async Task Cache_a_value_is_in_memory_before_it_is_in_the_store()
    {
        EntryCache cache = Open();
        Assert.NotNull(cache.Seal(cache.KeysFor(Namespace, Identity), null, default, Value, Minute));
        Assert.Equal(Value, Local(cache));
        Assert.Null(await StoredAsync(cache, LookupOutcome.Miss));
    }

    [Fact]
    public async Task Cache_a_store_hit_fills_memory()
    {
        await PutAsync(Open(), Value);
        ObservedStore store = new(Store);
        EntryCache other = Open(store);
        Assert.Null(Local(other));
        Assert.Equal(Value, await StoredAsync(other, LookupOutcome.Hit));
        Assert.Equal(Value, Local(other));
        Assert.Equal(1, store.Reads);
    }

    [Fact]
    public async Task Cache_a_hit_returns_the_authenticated_metadata()
    {
        EntryKeys keys = await PutAsync(Open(), Value, TimeSpan.FromSeconds(90), name: "db/admin é");
        using LookupResult result = await Open().GetAsync(keys, false, Token);
        Assert.Equal(LookupOutcome.Hit, result.Outcome);
        Assert.Equal("db/admin é", result.Entry.Name);
        Assert.Equal(Clock.GetUtcNow().ToUnixTimeMilliseconds(), result.Entry.Header.CreatedUnixMs);
        Assert.Equal(90_000, result.Entry.Header.FreshForMs);
        Assert.Equal(90_000, result.Entry.Header.KeepForMs);
        Assert.Equal(keys.Current.Keys.Fingerprint, result.Entry.Header.Fingerprint);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1024)]
    [InlineData(1025)]
    [InlineData(100_000)]
    public async Task Cache_values_of_any_length_round_trip(int length)
    {
        byte[] random = new byte[length];
        new Random(length).NextBytes(random);
        foreach (byte[] value in (byte[][])[random, new byte[length]])
        {
            EntryCache cache = Open();
            await PutAsync(cache, value);
            Assert.Equal(value, Local(cache));
            Assert.Equal(value, await StoredAsync(Open(), LookupOutcome.Hit));
        }
    }

    [Fact]
    public async Task Ttl_an_entry_expires_at_the_exact_millisecond_in_memory_and_store()
    {
        EntryCache cache = Open();
        EntryKeys keys = await PutAsync(cache, Value, TimeSpan.FromMilliseconds(5000));
        byte[] frame = await FrameAsync(keys.Current);
        Clock.Advance(TimeSpan.FromMilliseconds(4999));
        Assert.Equal(Value, Local(cache));
        Assert.Equal(Value, await StoredAsync(Open(), LookupOutcome.Hit));
        Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null(Local(cache));
        Assert.Null(await StoredAsync(cache, LookupOutcome.Miss));

        // The store keeps it for longer than it was told to, or an old copy comes back.
        await PlantAsync(keys.Current, frame);
        Assert.Null(await StoredAsync(cache, LookupOutcome.Miss));
        Assert.Null(Local(cache));
        Assert.Empty(Notices(cache));
    }

    [Fact]
    public async Task Ttl_less_than_a_millisecond_is_one_millisecond()
    {
        EntryCache cache = Open();
        await PutAsync(cache, Value, TimeSpan.FromTicks(1));
        Assert.Equal(Value, Local(cache));
        Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null(Local(cache));
    }

    [Fact]
    public async Task Ttl_an_entry_from_the_future_is_used_up_to_five_minutes_ahead()
    {
        EntryKeys keys = Open().KeysFor(Namespace, Identity);
        foreach ((long ahead, LookupOutcome expected) in ((long, LookupOutcome)[])
            [
                (0, LookupOutcome.Hit), (300_000, LookupOutcome.Hit), (300_001, LookupOutcome.Miss),
                (1L << 50, LookupOutcome.Miss),
            ])
        {
            byte[] frame = Forge(
                keys.Current, Header() with { CreatedUnixMs = Header().CreatedUnixMs + ahead }, [0xC0, .. Value]);
            await PlantAsync(keys.Current, frame);
            Assert.Equal(
                expected == LookupOutcome.Hit ? Value : null,
                await StoredAsync(Open(), expected));
        }
    }

    [Fact]
    public async Task Cache_a_newer_value_replaces_the_older_one_everywhere()
    {
        EntryCache cache = Open();
        await PutAsync(cache, Value);
        await PutAsync(cache, [7]);
        Assert.Equal([7], Local(cache));
        Assert.Equal([7], await StoredAsync(Open(), LookupOutcome.Hit));
    }

    [Fact]
    public async Task Cache_a_removed_entry_is_gone_from_memory_and_store()
    {
        EntryCache cache = Open();
        EntryKeys keys = await PutAsync(cache, Value);
        await cache.RemoveAsync(keys, Token);
        Assert.Null(Local(cache));
        Assert.Null(await StoredAsync(cache, LookupOutcome.Miss));
        Assert.Empty(Notices(cache));
    }

    [Fact]
    public async Task Tamper_an_entry_with_any_changed_byte_is_not_authentic()
    {
        EntryCache cache = Open();
        EntryKeys keys = await PutAsync(cache, Value);
        byte[] frame = await FrameAsync(keys.Current);
        EntryCache other = Open();
        for (int i = 0; i < frame.Length; i++)
        {
            byte[] changed = [.. frame];
            changed[i] ^= (byte)(1 << (i % 8));
            await PlantAsync(keys.Current, changed);
            Assert.Null(await StoredAsync(other, LookupOutcome.NotAuthentic));
            Assert.Null(await Store.GetAsync(keys.Current.ToString(), Token));
            Assert.Contains("is not authentic", Assert.Single(Notices(other)), StringComparison.Ordinal);
            Assert.Null(Local(other));
        }
    }

    [Fact]
    public async Task Tamper_an_entry_moved_to_another_key_is_not_authentic()
    {
        EntryCache cache = Open();
        EntryKeys keys = await PutAsync(cache, Value);
        byte[] frame = await FrameAsync(keys.Current);
        EntryKeys[] others = [cache.KeysFor(Namespace, [9]), cache.KeysFor("Users", Identity)];
        foreach (EntryKeys other in others)
        {
            await PlantAsync(other.Current, frame);
            using LookupResult result = await cache.GetAsync(other, false, Token);
            Assert.Equal(LookupOutcome.NotAuthentic, result.Outcome);
        }

        Assert.Equal(2, Notices(cache).Count);
        Assert.Equal(Value, Local(cache));
        Assert.Equal(Value, await StoredAsync(Open(), LookupOutcome.Hit));
    }

    [Theory]
    [InlineData(Tenant, 2)]
    [InlineData("other", 1)]
    public async Task Tenant_an_entry_of_another_tenant_or_master_key_is_neither_found_nor_opened(
        string tenant, byte master)
    {
        EntryKeys keys = await PutAsync(Open(), Value);
        byte[] frame = await FrameAsync(keys.Current);
        EntryCache other = Open(new ObservedStore(Store), tenant, master);
        Assert.Null(await StoredAsync(other, LookupOutcome.Miss));

        await PlantAsync(other.KeysFor(Namespace, Identity).Current, frame);
        Assert.Null(await StoredAsync(other, LookupOutcome.NotAuthentic));
        Assert.Single(Notices(other));
        Assert.Equal(Value, await StoredAsync(Open(), LookupOutcome.Hit));
    }

    [Fact]
    public async Task Tamper_evidence_is_kept_on_request()
    {
        EntryCache cache = Open();
        EntryKeys keys = await PutAsync(cache, Value);
        byte[] frame = await FrameAsync(keys.Current);
        frame[^1] ^= 1;
        await PlantAsync(keys.Current, frame);
        EntryCache other = Open();
        Assert.Null(await StoredAsync(other, LookupOutcome.NotAuthentic, keepEvidence: true));
        Assert.Null(await StoredAsync(other, LookupOutcome.NotAuthentic, keepEvidence: true));
        Assert.Equal(frame, await FrameAsync(keys.Current));
        Assert.Empty(Notices(other));
        Assert.Null(Local(other));
    }

    [Fact]
    public async Task Cache_eight_threads_never_get_a_wrong_value()
    {
        EntryCache cache = Open();
        await Threads.RunAsync(seed => HammerAsync(cache, seed).GetAwaiter().GetResult());
        Assert.Empty(Notices(cache));
    }

    private static async Task HammerAsync(EntryCache cache, int seed)
    {
        Random random = new(seed);
        for (int i = 0; i < 400; i++)
        {
            byte[] identity = [(byte)random.Next(20)];
            EntryKeys keys = cache.KeysFor(Namespace, identity);
            switch (random.Next(10))
            {
                case < 4 when cache.TryGetLocal(keys, out OpenedEntry entry):
                    AssertBelongs(entry, identity[0]);
                    break;
                case < 7:
                    using (LookupResult result = await cache.GetAsync(keys, true, CancellationToken.None))
                    {
                        Assert.NotEqual(LookupOutcome.NotAuthentic, result.Outcome);
                        if (result.Outcome == LookupOutcome.Hit)
                        {
                            AssertBelongs(result.Entry, identity[0]);
                        }
                    }

                    break;
                case < 9:
                    byte[] value = new byte[random.Next(1, 3000)];
                    value.AsSpan().Fill(identity[0]);
                    await PutAsync(cache, value, identity: identity);
                    break;
                default:
                    await cache.RemoveAsync(keys, CancellationToken.None);
                    break;
            }
        }
    }

    private static void AssertBelongs(OpenedEntry entry, byte identity)
    {
        using (entry)
        {
            Assert.False(entry.Value.IsEmpty);
            Assert.Equal(-1, entry.Value.Span.IndexOfAnyExcept(identity));
        }
    }
}

public sealed class EntryCacheOverFakeStoreTests : EntryCacheContract
{
    protected override ICacheStore CreateStore() => new FakeStore();
}

public sealed class EntryCacheOverSqliteTests : EntryCacheContract
{
    private readonly TempDirectory _directory = new();

    protected override ICacheStore CreateStore() =>
        new SqliteStore(
            new SqliteStoreOptions { Path = _directory.File("cache.db"), BusyTimeout = HangGuard.Limit }, Clock);

    protected override void CleanUp() => _directory.Dispose();
}
