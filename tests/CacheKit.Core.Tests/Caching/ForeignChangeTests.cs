using CacheKit.Core.Caching;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Caching;

/// <summary>What others change in the store, and what becomes of its copy in memory.</summary>
public sealed class ForeignChangeTests : EntryCacheTestBase
{
    private readonly FakeStore _store = new();

    protected override ICacheStore CreateStore() => _store;

    [Fact]
    public async Task Memory_a_foreign_removal_or_replacement_evicts_the_entry()
    {
        EntryCache cache = Open();
        EntryKeys keys = await PutAsync(cache, Value);
        await PutAsync(cache, Value, identity: [9]);
        _store.Tell(keys.Current.ToString());
        Assert.Null(Local(cache));
        Assert.NotNull(Local(cache, [9]));
    }

    [Fact]
    public async Task Memory_missed_messages_evict_everything()
    {
        EntryCache cache = Open();
        await PutAsync(cache, Value);
        await PutAsync(cache, Value, identity: [9]);
        _store.Tell(null);
        Assert.Null(Local(cache));
        Assert.Null(Local(cache, [9]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("ck:")]
    [InlineData("nonsense")]
    [InlineData("ck:0123456789abcdef:users:0123456789ABCDEF0123456789ABCDEF01234567")]
    [InlineData("ck:0123456789abcdef:users:0123456789abcdef0123456789abcdef0123456")]
    [InlineData("ck:0123456789abcdef:users:0123456789abcdef0123456789abcdef0123456g")]
    public async Task Memory_a_message_that_names_no_entry_changes_nothing(string key)
    {
        EntryCache cache = Open();
        await PutAsync(cache, Value);
        _store.Tell(key);
        Assert.NotNull(Local(cache));
    }

    [Fact]
    public async Task Memory_an_entry_removed_while_it_is_read_is_not_kept()
    {
        EntryKeys keys = await PutAsync(Open(), Value);
        foreach (string? message in (string?[])[keys.Current.ToString(), null])
        {
            ObservedStore store = new(_store);
            EntryCache cache = Open(store);
            store.AfterRead = () => _store.Tell(message);
            Assert.Equal(Value, await StoredAsync(cache, LookupOutcome.Hit));
            Assert.Null(Local(cache));
            store.AfterRead = null;
            Assert.Equal(Value, await StoredAsync(cache, LookupOutcome.Hit));
            Assert.Equal(Value, Local(cache));
        }
    }

    [Fact]
    public async Task Memory_an_entry_sealed_during_the_read_of_an_older_one_is_not_undone()
    {
        await PutAsync(Open(), Value);
        ObservedStore store = new(_store);
        EntryCache cache = Open(store);
        store.AfterRead = () =>
            cache.Seal(cache.KeysFor(Namespace, Identity), null, SerializerKind.PowerShell, [42], Minute);
        Assert.Equal(Value, await StoredAsync(cache, LookupOutcome.Hit));
        Assert.NotEqual(Value, Local(cache));
    }

    [Fact]
    public async Task Memory_a_foreign_change_elsewhere_does_not_keep_an_entry_out()
    {
        EntryKeys other = await PutAsync(Open(), Value, identity: [9]);
        await PutAsync(Open(), Value);
        ObservedStore store = new(_store);
        EntryCache cache = Open(store);
        store.AfterRead = () => _store.Tell(other.Current.ToString());
        await StoredAsync(cache, LookupOutcome.Hit);
        Assert.Equal(Value, Local(cache));
    }

    [Fact]
    public void Memory_two_foreign_changes_at_once_both_count()
    {
        ChangeTracker tracker = new();
        EntryId id = EntryId.FromBytes(new byte[EntryId.ByteLength]);
        long before = tracker.Now;
        Parallel.For(0, 1000, _ => tracker.Changed(id));
        Assert.True(tracker.HasChangedSince(id, before));
        Assert.True(tracker.HasChangedSince(id, before + 999));
        Assert.False(tracker.HasChangedSince(id, tracker.Now));
    }
}
