using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Inspection;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Resilience;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Caching.Inspection;

/// <summary>Listings of stores that fail, and of entries that move meanwhile.</summary>
public sealed class EntryListingFaultTests : EntryCacheTestBase
{
    private readonly ObservedStore _store;

    public EntryListingFaultTests()
    {
        _store = new ObservedStore(Store);
    }

    [Theory]
    [InlineData(StoreFault.Unsupported, ErrorIds.StoreCannotList)]
    [InlineData(StoreFault.Unavailable, ErrorIds.StoreUnavailable)]
    [InlineData(StoreFault.AuthenticationFailed, ErrorIds.StoreAuthenticationFailed)]
    [InlineData(StoreFault.TlsFailed, ErrorIds.StoreTlsFailed)]
    public async Task Listing_a_store_fault_is_an_error(StoreFault fault, string errorId)
    {
        EntryCache cache = Open(_store);
        _store.ReadFault = new StoreException(fault, "It is broken.");
        ListingSteps<IReadOnlyList<EntryInfo>> steps = new EntryListing(cache)
            .List(new EntryFilter { Namespaces = ["*"] });
        await using (steps)
        {
            StoreException thrown = await Assert.ThrowsAsync<StoreException>(() => steps.MoveNextAsync(Token).AsTask());
            CacheKitException failure = StoreFailures.From(thrown);
            Assert.Equal(errorId, failure.ErrorId);
            Assert.Equal("It is broken.", failure.Message);
            Assert.NotEmpty(failure.RecommendedAction);
        }

        await Assert.ThrowsAsync<StoreException>(
            () => new EntryListing(cache).FindAsync([cache.KeysFor(Namespace, Identity)], false, Token).AsTask());
    }

    [Fact]
    public async Task Listing_an_entry_in_memory_is_marked()
    {
        EntryCache cache = Open(_store);
        EntryKeys keys = await PutAsync(cache, Value);
        Assert.True(Assert.Single(await new EntryListing(cache).FindAsync([keys], false, Token))!.IsInMemory);
        Assert.False(Assert.Single(await new EntryListing(Open(_store)).FindAsync([keys], false, Token))!.IsInMemory);
    }

    [Fact]
    public void Listing_the_recommended_action_of_the_store_wins()
    {
        StoreException fault = new(StoreFault.Full, "It is full.") { WayOut = "Make room." };
        Assert.Equal("Make room.", StoreFailures.From(fault).RecommendedAction);
    }

    [Fact]
    public async Task Listing_a_failed_removal_is_an_error_and_memory_forgets()
    {
        EntryCache cache = Open(_store);
        EntryKeys keys = await PutAsync(cache, Value);
        _store.WriteFault = new StoreException(StoreFault.Unavailable, "It is broken.");
        await Assert.ThrowsAsync<StoreException>(() => cache.DeleteAsync(keys, Token).AsTask());
        Assert.Null(Local(cache));
    }

    [Fact]
    public async Task Listing_an_entry_that_moves_between_two_removals_does_not_come_back()
    {
        EntryKeys old = await PutAsync(Open(2), Value);
        EntryCache cache = Open(_store, Tenant, 1, 2);
        EntryKeys keys = cache.KeysFor(Namespace, Identity);
        Assert.Equal(old.Current.ToString(), keys.Previous[0].ToString());
        await cache.DeleteAsync(keys, Token);
        Assert.Equal(
            [keys.Current.ToString(), keys.Previous[0].ToString(), keys.Current.ToString()],
            _store.Removals);
    }

    [Fact]
    public async Task Listing_clearing_repeats_until_nothing_is_found()
    {
        EntryCache cache = Open(_store);
        await PutAsync(cache, Value);
        EntryKeys late = cache.KeysFor(Namespace, [9]);
        byte[] frame = await FrameAsync(cache.KeysFor(Namespace, Identity).Current);
        ListingSteps<int> steps = cache.Clear(new EntryListing(cache).PatternsOf(["*"]), _ => true);
        int removed = 0;
        await using (steps)
        {
            while (await steps.MoveNextAsync(Token))
            {
                removed += steps.Current;
                if (removed == 1)
                {
                    // A rotation has put an entry where the pass had been already.
                    await PlantAsync(late.Current, frame);
                }
            }
        }

        Assert.Equal(2, removed);
        Assert.Null(await Store.GetAsync(late.Current.ToString(), Token));
    }

    [Theory]
    [InlineData("ck:0123456789abcdef:users:0123456789abcdef0123456789abcdef01234567", true)]
    [InlineData("ck:-:a.b_c-D:0123456789abcdef0123456789abcdef01234567", true)]
    [InlineData("ck:0123456789abcdef:users:0123456789abcdef0123456789abcdef0123456", false)]
    [InlineData("ck:0123456789abcdef:users:0123456789ABCDEF0123456789abcdef01234567", false)]
    [InlineData("ck:0123456789abcdef:users:0123456789abcdef0123456789abcdef01234567:lock", false)]
    [InlineData("ck:0123456789abcde:users:0123456789abcdef0123456789abcdef01234567", false)]
    [InlineData("ck:0123456789abcdeg:users:0123456789abcdef0123456789abcdef01234567", false)]
    [InlineData("ck:0123456789abcdef::0123456789abcdef0123456789abcdef01234567", false)]
    [InlineData("ck:0123456789abcdef:us ers:0123456789abcdef0123456789abcdef01234567", false)]
    [InlineData("xk:0123456789abcdef:users:0123456789abcdef0123456789abcdef01234567", false)]
    [InlineData("ck:users", false)]
    [InlineData("", false)]
    public void Listing_only_keys_of_the_native_form_are_ours(string text, bool isOurs)
    {
        Assert.Equal(isOurs, PhysicalKey.TryParse(text, out PhysicalKey? key));
        Assert.Equal(isOurs ? text : null, key?.ToString());
    }

    protected override ICacheStore CreateStore() => new FakeStore();
}
