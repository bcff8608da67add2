using CacheKit.Core.Caching;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Storage;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Caching;

/// <summary>What a user hears of an outage: once, whatever fails first and in whichever words.</summary>
public sealed class EntryCacheNoticeTests : EntryCacheTestBase
{
    private static readonly StoreException s_hung = new(StoreFault.TimedOut, "The store did not answer in time.");
    private static readonly StoreException s_gone = new(StoreFault.Unavailable, "The store refused the connection.");

    private readonly ObservedStore _store;

    public EntryCacheNoticeTests()
    {
        _store = new ObservedStore(Store);
    }

    [Fact]
    public async Task Outage_an_unreachable_store_is_warned_once_however_it_is_worded()
    {
        EntryCache cache = Open(_store);
        _store.ReadFault = s_hung;
        _store.WriteFault = s_gone;
        await StoredAsync(cache, LookupOutcome.Miss);
        await PutAsync(cache, Value);
        await StoredAsync(cache, LookupOutcome.Miss);
        Assert.Equal(["The store did not answer in time. The script goes on without it."], Notices(cache));
    }

    [Fact]
    public async Task Outage_a_working_read_ends_it_for_reads_and_writes()
    {
        EntryCache cache = Open(_store);
        _store.ReadFault = s_hung;
        _store.WriteFault = s_hung;
        await StoredAsync(cache, LookupOutcome.Miss);
        await PutAsync(cache, Value);
        _store.ReadFault = null;
        await StoredAsync(cache, LookupOutcome.Miss);
        Assert.Single(Notices(cache));
        _store.ReadFault = s_hung;
        await StoredAsync(cache, LookupOutcome.Miss);
        Assert.Single(Notices(cache));
    }

    [Fact]
    public async Task Outage_working_reads_do_not_end_one_reported_by_a_write()
    {
        EntryCache cache = Open(_store);
        _store.WriteFault = s_hung;
        for (int i = 0; i < 3; i++)
        {
            await PutAsync(cache, Value);
            await StoredAsync(cache, LookupOutcome.Miss);
        }

        Assert.Single(Notices(cache));
    }

    [Fact]
    public async Task Outage_a_wrong_configuration_found_during_it_is_reported_once()
    {
        EntryCache cache = Open(_store);
        StoreException refused = new(StoreFault.AuthenticationFailed, "The store says no.");
        foreach (StoreException fault in (StoreException[])[s_gone, refused, s_gone, refused])
        {
            _store.ReadFault = fault;
            _store.WriteFault = fault;
            await StoredAsync(cache, LookupOutcome.Miss);
            await PutAsync(cache, Value);
        }

        Assert.Equal(
            [
                "The store refused the connection. The script goes on without it.",
                "The store says no. The script goes on without it.",
            ],
            Notices(cache));
    }

    [Theory]
    [InlineData(StoreFault.AuthenticationFailed, ErrorIds.StoreAuthenticationFailed)]
    [InlineData(StoreFault.TlsFailed, ErrorIds.StoreTlsFailed)]
    public async Task Outage_a_wrong_configuration_is_one_error_with_a_recommended_action(
        StoreFault kind, string errorId)
    {
        EntryCache cache = Open(_store);
        StoreException fault = new(kind, "The store says no.") { WayOut = "Say please." };
        _store.ReadFault = fault;
        _store.WriteFault = fault;
        await StoredAsync(cache, LookupOutcome.Miss);
        await PutAsync(cache, Value);
        Assert.True(cache.TryTakeNotice(out CacheNotice? notice));
        Assert.Equal("The store says no. The script goes on without it.", notice.Text);
        Assert.Equal(errorId, notice.Error?.ErrorId);
        Assert.Equal("Say please.", notice.Error?.RecommendedAction);
        Assert.False(cache.TryTakeNotice(out _));
    }

    [Fact]
    public async Task Outage_a_wrong_configuration_has_a_default_recommended_action()
    {
        EntryCache cache = Open(_store);
        _store.ReadFault = new StoreException(StoreFault.AuthenticationFailed, "The store says no.");
        await StoredAsync(cache, LookupOutcome.Miss);
        Assert.True(cache.TryTakeNotice(out CacheNotice? notice));
        Assert.Contains("password", notice.Error?.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Outage_a_warning_ends_with_the_recommended_action()
    {
        EntryCache cache = Open(_store);
        _store.ReadFault = new StoreException(StoreFault.Full, "The store is full.") { WayOut = "Make room." };
        await StoredAsync(cache, LookupOutcome.Miss);
        Assert.Equal(["The store is full. The script goes on without it. Make room."], Notices(cache));
    }

    protected override ICacheStore CreateStore() => new FakeStore();
}
