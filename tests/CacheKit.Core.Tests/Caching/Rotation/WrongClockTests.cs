using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Rotation;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Memory;
using CacheKit.Core.Tests.Support;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CacheKit.Core.Tests.Caching.Rotation;

/// <summary>
/// A machine whose clock is an hour ahead writes under one key of a ring, and the others under another.
/// </summary>
public sealed class WrongClockTests : RotationTestBase
{
    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    public async Task Rotation_an_entry_from_the_future_does_not_hide_a_current_write(byte current, byte previous)
    {
        await WriteAheadAsync(previous);
        EntryCache cache = Open(current, previous);
        Assert.Null(await StoredAsync(cache, LookupOutcome.Miss));
        // Of a machine that does not have the other key yet, so that it did not clear up.
        await PutAsync(Open(current), [7], TimeSpan.FromHours(3));
        Assert.Equal([7], await StoredAsync(cache, LookupOutcome.Hit, keepEvidence: true));
        Assert.Equal([7], Local(cache));
    }

    [Fact]
    public async Task Rotation_a_write_clears_an_entry_from_the_future()
    {
        await WriteAheadAsync(2);
        await PutAsync(Open(1, 2), [7], TimeSpan.FromHours(3));
        Assert.Equal([1, 0], await CountAsync());
        Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal([7], await StoredAsync(Open(1, 2), LookupOutcome.Hit, keepEvidence: true));
    }

    [Theory]
    [InlineData(1, 2, "Moved 1")]
    [InlineData(2, 1, "Superseded 1")]
    public async Task Rotation_with_a_wrong_clock_the_usable_entry_is_kept(byte ahead, byte now, string outcome)
    {
        await WriteAheadAsync(ahead);
        await PutAsync(Open(now), [7], TimeSpan.FromHours(3));
        RotationResult result = await StepAsync(Rotator());
        Assert.Equal(outcome, Text(result.Counts));
        Assert.Equal([1, 0], await CountAsync());
        Assert.Equal([7], await StoredAsync(Open(1), LookupOutcome.Hit, keepEvidence: true));
    }

    protected override ICacheStore CreateStore() => new MemoryStore(Clock);

    private async Task WriteAheadAsync(byte master)
    {
        FakeTimeProvider ahead = new(Clock.GetUtcNow() + TimeSpan.FromHours(1));
        await using EntryCache cache = new(
            new NativeCodec(TestKeys.Ring(Tenant, master)),
            new CacheTiers(new ObservedStore(Store), new MemoryTier(ahead), ahead));
        await PutAsync(cache, [1], TimeSpan.FromHours(3));
    }
}
