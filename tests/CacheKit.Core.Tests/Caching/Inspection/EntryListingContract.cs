using System.Text;
using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Inspection;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage.Resilience;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Caching.Inspection;

/// <summary>What listing, removing and clearing do over any store. A test class per store derives from it.</summary>
public abstract class EntryListingContract : EntryCacheTestBase
{
    // A server that several tests share has entries of others.
    private readonly string _tenant = $"tenant {Guid.NewGuid():N}";
    private readonly string _namespace = $"n{Guid.NewGuid():N}";

    private EntryFilter Everything => new() { Namespaces = [_namespace] };

    [Fact]
    public async Task Listing_an_empty_store_lists_nothing()
    {
        Assert.Empty(await ListAsync(Cache(), Everything));
    }

    [Fact]
    public async Task Listing_an_entry_shows_all_but_its_value()
    {
        EntryCache cache = Cache();
        EntryKeys keys = await SetAsync(cache, "db/admin é", new byte[5000]);
        EntryInfo entry = Assert.Single(await ListAsync(Cache(), Everything));
        Assert.Equal(EntryCondition.Sound, entry.Condition);
        Assert.Equal("db/admin é", entry.Name);
        Assert.Equal(keys.Current.ToString(), entry.Key.ToString());
        Assert.Equal(keys.Current.ToString(), entry.Keys.Current.ToString());
        Assert.Equal(Clock.GetUtcNow().ToUnixTimeMilliseconds(), entry.Header.CreatedUnixMs);
        Assert.Equal(60_000, entry.Header.FreshForMs);
        Assert.Equal((await FrameAsync(keys.Current)).Length, entry.Size);
        Assert.True(entry.Header.Compressed);
        Assert.True(entry.IsCurrentKey);
        Assert.False(entry.IsInMemory);
    }

    [Fact]
    public async Task Listing_a_thousand_entries_come_once_each_in_pages()
    {
        EntryCache cache = Cache();
        HashSet<string?> names = [];
        for (int i = 0; i < 1000; i++)
        {
            names.Add($"item {i}");
            await SetAsync(cache, $"item {i}", [1]);
        }

        ObservedStore store = new(Store);
        List<int> pages = [];
        List<string?> listed = [];
        ListingSteps<IReadOnlyList<EntryInfo>> steps = new EntryListing(Open(store, _tenant)).List(Everything);
        await using (steps)
        {
            while (await steps.MoveNextAsync(Token))
            {
                pages.Add(steps.Current.Count);
                listed.AddRange(steps.Current.Select(entry => entry.Name));
            }
        }

        Assert.Equal(names.Order(), listed.Order());
        Assert.Equal(10, pages.Count);
        Assert.Equal(1 + pages.Count, store.Reads);
    }

    [Fact]
    public async Task Listing_names_and_namespaces_are_filtered()
    {
        EntryCache cache = Cache();
        await SetAsync(cache, "one", [1]);
        await SetAsync(cache, "two", [1]);
        await SetAsync(cache, "one", [1], _namespace + ".b");
        await SetAsync(cache, null, [1], identity: "derived");
        Assert.Equal(3, (await ListAsync(cache, Everything)).Count);
        Assert.Equal(
            [null, "one", "one", "two"],
            Names(await ListAsync(cache, new EntryFilter { Namespaces = [_namespace + "*", _namespace] })));
        Assert.Equal(
            ["one"],
            Names(await ListAsync(cache, Everything with { IncludesName = name => name == "one" })));
        Assert.Equal(
            ["one"],
            Names(await ListAsync(cache, new EntryFilter
            {
                Namespaces = [_namespace + "?b", _namespace],
                IncludesNamespace = name => name.EndsWith(".b", StringComparison.Ordinal),
            })));
    }

    [Fact]
    public async Task Listing_expired_entries_are_hidden_and_stale_ones_on_request()
    {
        EntryCache cache = Cache();
        await SetAsync(cache, "short", [1]);
        await SetAsync(cache, "graced", [1], life: new EntryLifetime(Minute, staleIfError: Minute));
        await SetAsync(cache, "long", [1], life: new EntryLifetime(2 * Minute));
        Clock.Advance(Minute);
        Assert.Equal(["long"], Names(await ListAsync(cache, Everything)));
        Assert.Equal(["graced", "long"], Names(await ListAsync(cache, Everything with { IncludesStale = true })));
        Clock.Advance(Minute);
        Assert.Empty(await ListAsync(cache, Everything with { IncludesStale = true }));
    }

    [Fact]
    public async Task Listing_a_tampered_entry_is_marked_and_stays()
    {
        EntryCache cache = Cache();
        EntryKeys good = await SetAsync(cache, "good", [1]);
        EntryKeys bad = await SetAsync(cache, "bad", [1]);
        byte[] frame = await FrameAsync(bad.Current);
        frame[^1] ^= 1;
        await PlantAsync(bad.Current, frame);
        List<EntryInfo> entries = await ListAsync(cache, Everything with { IncludesName = name => name == "good" });
        Assert.Equal(2, entries.Count);
        EntryInfo entry = Assert.Single(entries, each => each.Condition == EntryCondition.NotAuthentic);
        Assert.Equal(bad.Current.ToString(), entry.Key.ToString());
        Assert.Null(entry.Name);
        await FrameAsync(bad.Current);

        // What is moved to another key is not authentic there.
        await PlantAsync(bad.Current, await FrameAsync(good.Current));
        entries = await ListAsync(cache, Everything);
        Assert.Contains(entries, each => each.Condition == EntryCondition.NotAuthentic);
    }

    [Fact]
    public async Task Listing_another_tenant_or_key_lists_finds_and_clears_nothing()
    {
        EntryCache cache = Cache();
        EntryKeys keys = await SetAsync(cache, "mine", [1]);
        foreach (EntryCache other in (EntryCache[])[Open(new ObservedStore(Store), _tenant + "2"), Cache(9)])
        {
            Assert.Empty(await ListAsync(other, Everything));
            Assert.Equal(
                [null], await new EntryListing(other).FindAsync([KeysOf(other, "mine")], includesStale: true, Token));
            Assert.False(new EntryListing(other).TryParseKey(keys.Current.ToString(), out _));
            Assert.False(await other.DeleteAsync(KeysOf(other, "mine"), Token));
            Assert.Equal(0, await ClearAsync(other));
        }

        Assert.Single(await ListAsync(cache, Everything));
    }

    [Fact]
    public async Task Listing_entries_under_previous_keys_are_listed_found_removed_and_cleared()
    {
        await SetAsync(Cache(2), "old", [1]);
        await SetAsync(Cache(2), "older", [1]);
        EntryCache cache = Cache(1, 2);
        await SetAsync(cache, "new", [1]);
        List<EntryInfo> entries = await ListAsync(cache, Everything);
        Assert.Equal(["new", "old", "older"], Names(entries));
        Assert.Equal(["new"], Names([.. entries.Where(entry => entry.IsCurrentKey)]));
        EntryInfo old = entries.Single(entry => entry.Name == "old");
        Assert.Equal(KeysOf(cache, "old").Current.ToString(), old.Keys.Current.ToString());
        Assert.Equal(
            ["new", "old", null],
            (await new EntryListing(cache)
                .FindAsync([KeysOf(cache, "new"), KeysOf(cache, "old"), KeysOf(cache, "none")], false, Token))
                .Select(entry => entry?.Name));
        Assert.True(await cache.DeleteAsync(old.Keys, Token));
        Assert.False(await cache.DeleteAsync(old.Keys, Token));
        Assert.Equal(["new", "older"], Names(await ListAsync(cache, Everything)));
        Assert.Equal(2, await ClearAsync(cache));
        Assert.Empty(await ListAsync(cache, Everything));
    }

    [Fact]
    public async Task Listing_the_newest_entry_under_two_keys_is_found()
    {
        await SetAsync(Cache(1), "twice", [1]);
        Clock.Advance(TimeSpan.FromSeconds(1));
        await SetAsync(Cache(2), "twice", [1, 2, 3]);
        EntryCache cache = Cache(1, 2);
        EntryInfo? entry = Assert.Single(
            await new EntryListing(cache).FindAsync([KeysOf(cache, "twice")], false, Token));
        Assert.False(entry!.IsCurrentKey);
    }

    [Fact]
    public async Task Listing_clearing_takes_one_namespace_of_one_tenant_from_store_and_memory()
    {
        EntryCache cache = Cache();
        EntryKeys keys = await SetAsync(cache, "mine", [1]);
        await SetAsync(cache, "also mine", [1], _namespace + ".b");
        EntryCache other = Open(new ObservedStore(Store), _tenant + "2");
        await SetAsync(other, "theirs", [1]);
        await Store.SetAsync("ck:mine", new byte[] { 1 }, Minute, Token);
        await Store.SetAsync($"ck:{new string('a', 16)}:{_namespace}:1", new byte[] { 1 }, Minute, Token);

        Assert.Equal(1, await ClearAsync(cache));
        Assert.False(cache.TryGetLocal(keys, out _));
        Assert.Single(await ListAsync(cache, new EntryFilter { Namespaces = [_namespace + "*"] }));
        Assert.Single(await ListAsync(other, Everything));

        Assert.Equal(2, await CountAsync(cache.Clear([PhysicalKey.PatternOf("*", _namespace + "*")], _ => true)));
        Assert.NotNull(await Store.GetAsync("ck:mine", Token));
        Assert.NotNull(await Store.GetAsync($"ck:{new string('a', 16)}:{_namespace}:1", Token));
        await Store.RemoveAsync("ck:mine", Token);
    }

    [Fact]
    public async Task Listing_clearing_takes_thousands()
    {
        EntryCache cache = Cache();
        for (int i = 0; i < 1050; i++)
        {
            await SetAsync(cache, $"item {i}", [1]);
        }

        Assert.Equal(1050, await ClearAsync(cache));
        Assert.Empty(await ListAsync(cache, Everything));
    }

    private static string?[] Names(List<EntryInfo> entries) => [.. entries.Select(entry => entry.Name).Order()];

    private static async Task<int> CountAsync(ListingSteps<int> steps)
    {
        int count = 0;
        await using (steps)
        {
            while (await steps.MoveNextAsync(Token))
            {
                count += steps.Current;
            }
        }

        return count;
    }

    private static async Task<List<EntryInfo>> ListAsync(EntryCache cache, EntryFilter filter)
    {
        List<EntryInfo> entries = [];
        ListingSteps<IReadOnlyList<EntryInfo>> steps = new EntryListing(cache).List(filter);
        await using (steps)
        {
            while (await steps.MoveNextAsync(Token))
            {
                entries.AddRange(steps.Current);
            }
        }

        return entries;
    }

    private EntryCache Cache(byte master = 1, params byte[] previous) =>
        Open(new ObservedStore(Store), _tenant, master, previous);

    private Task<int> ClearAsync(EntryCache cache) =>
        CountAsync(cache.Clear(new EntryListing(cache).PatternsOf([_namespace]), key => key.Namespace == _namespace));

    private EntryKeys KeysOf(EntryCache cache, string name) => cache.KeysFor(_namespace, Encoding.UTF8.GetBytes(name));

    private async Task<EntryKeys> SetAsync(
        EntryCache cache,
        string? name,
        byte[] value,
        string? @namespace = null,
        string? identity = null,
        EntryLifetime? life = null)
    {
        EntryKeys keys = cache.KeysFor(@namespace ?? _namespace, Encoding.UTF8.GetBytes(identity ?? name!));
        SealedEntry? entry =
            cache.Seal(keys, name, SerializerKind.PowerShell, value, life ?? new EntryLifetime(Minute));
        Assert.NotNull(entry);
        await cache.SetAsync(entry, Token);
        return keys;
    }
}
