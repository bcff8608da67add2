using System.Security.Cryptography;
using CacheKit.Core.Formats;
using CacheKit.Core.Storage.Memory;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Memory;

public sealed class MemoryTierTests
{
    private const int Overhead = MemoryTier.OverheadBytes;

    private readonly FakeTimeProvider _clock = new(DateTimeOffset.FromUnixTimeMilliseconds(1_000_000));

    private long Later => _clock.GetUtcNow().ToUnixTimeMilliseconds() + 60_000;

    [Fact]
    public void Memory_an_entry_is_there_until_removed()
    {
        MemoryTier tier = new(_clock);
        byte[] entry = [1, 2, 3];
        tier.Set(Id(1), entry, Later);
        Assert.True(tier.TryGet(Id(1), out ReadOnlyMemory<byte> found));
        Assert.Equal(entry, found.ToArray());
        Assert.False(tier.TryGet(Id(2), out _));
        Assert.True(tier.Remove(Id(1)));
        Assert.False(tier.Remove(Id(1)));
        Assert.False(tier.TryGet(Id(1), out ReadOnlyMemory<byte> gone));
        Assert.True(gone.IsEmpty);
        Assert.Equal(0, tier.Bytes);
        Assert.Equal(0, tier.Count);
    }

    [Fact]
    public void Memory_a_new_entry_replaces_the_old_one()
    {
        MemoryTier tier = new(_clock);
        tier.Set(Id(1), new byte[100], Later);
        tier.Set(Id(1), [7], Later);
        Assert.True(tier.TryGet(Id(1), out ReadOnlyMemory<byte> found));
        Assert.Equal([7], found.ToArray());
        Assert.Equal(1, tier.Count);
        Assert.Equal(1 + Overhead, tier.Bytes);
    }

    [Fact]
    public void Memory_an_entry_expires_at_the_exact_millisecond()
    {
        MemoryTier tier = new(_clock);
        tier.Set(Id(1), [1], _clock.GetUtcNow().ToUnixTimeMilliseconds() + 5);
        _clock.Advance(TimeSpan.FromMilliseconds(4));
        Assert.True(tier.TryGet(Id(1), out _));
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(tier.TryGet(Id(1), out _));
    }

    [Fact]
    public void Memory_an_expired_entry_is_not_kept_and_evicts_the_old_one()
    {
        MemoryTier tier = new(_clock);
        tier.Set(Id(1), [1], Later);
        tier.Set(Id(1), [2], _clock.GetUtcNow().ToUnixTimeMilliseconds());
        Assert.False(tier.TryGet(Id(1), out _));
        Assert.Equal(0, tier.Bytes);
    }

    [Fact]
    public void Memory_an_entry_over_a_quarter_of_the_limit_is_not_kept_and_evicts_the_old_one()
    {
        MemoryTier tier = new(_clock, maxBytes: 4000);
        tier.Set(Id(1), new byte[1000 - Overhead], Later);
        Assert.True(tier.TryGet(Id(1), out _));
        tier.Set(Id(1), new byte[1001 - Overhead], Later);
        Assert.False(tier.TryGet(Id(1), out _));
        Assert.Equal(0, tier.Bytes);
    }

    [Fact]
    public void Memory_a_limit_of_zero_keeps_nothing()
    {
        MemoryTier tier = new(_clock, maxBytes: 0);
        tier.Set(Id(1), [], Later);
        Assert.Equal(0, tier.Count);
    }

    [Fact]
    public void Memory_entries_that_were_not_hit_are_evicted_first()
    {
        MemoryTier tier = Filled(10);
        foreach (int hit in (int[])[0, 3, 7])
        {
            Assert.True(tier.TryGet(Id(hit), out _));
        }

        for (int added = 10; added < 17; added++)
        {
            tier.Set(Id(added), new byte[100], Later);
        }

        Assert.Equal([0, 3, 7, 10, 11, 12, 13, 14, 15, 16], Present(tier, 17));
    }

    [Fact]
    public void Memory_expired_entries_are_evicted_first_even_when_hit()
    {
        MemoryTier tier = Filled(9, room: 10);
        tier.Set(Id(9), new byte[100], _clock.GetUtcNow().ToUnixTimeMilliseconds() + 1000);
        for (int i = 0; i < 10; i++)
        {
            Assert.True(tier.TryGet(Id(i), out _));
        }

        _clock.Advance(TimeSpan.FromSeconds(1));
        tier.Set(Id(10), new byte[100], Later);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 10], Present(tier, 11));
    }

    [Fact]
    public void Memory_when_all_were_hit_the_first_one_is_evicted()
    {
        MemoryTier tier = Filled(10);
        Assert.Equal(10, Present(tier, 10).Length);
        tier.Set(Id(10), new byte[100], Later);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], Present(tier, 11));
    }

    [Fact]
    public void Memory_a_larger_replacement_evicts_others_or_its_predecessor_only_once()
    {
        MemoryTier tier = Filled(10);
        tier.Set(Id(0), new byte[300], Later);
        Assert.True(tier.TryGet(Id(0), out ReadOnlyMemory<byte> found));
        Assert.Equal(300, found.Length);
        Assert.InRange(tier.Bytes, 1, 10 * (100 + Overhead));
        Assert.Equal(tier.Bytes, Present(tier, 10).Sum(i => (i == 0 ? 300 : 100) + (long)Overhead));
    }

    [Fact]
    public void Memory_clearing_drops_everything_and_it_goes_on()
    {
        MemoryTier tier = Filled(10);
        tier.Clear();
        Assert.Equal(0, tier.Count);
        Assert.Equal(0, tier.Bytes);
        Assert.Empty(Present(tier, 10));
        tier.Set(Id(1), [1], Later);
        Assert.Equal(1 + Overhead, tier.Bytes);
    }

    [Fact]
    public void Memory_a_hit_allocates_nothing()
    {
        MemoryTier tier = new(TimeProvider.System);
        tier.Set(Id(1), new byte[300], long.MaxValue);
        EntryId id = Id(1);
        _ = tier.TryGet(id, out _);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            _ = tier.TryGet(id, out _);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public async Task Memory_eight_threads_never_get_a_wrong_entry_or_exceed_the_limit()
    {
        const long MaxBytes = 100_000;
        MemoryTier tier = new(_clock, MaxBytes);
        using CancellationTokenSource done = new();
        Task<long> watcher = Task.Factory.StartNew(
            () => HighestSeen(tier, done.Token), done.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Task[] threads = [.. Enumerable.Range(0, 8).Select(seed => Task.Factory.StartNew(
            () => Hammer(tier, seed), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        await Task.WhenAll(threads);
        await done.CancelAsync();
        Assert.InRange(await watcher, 1, MaxBytes);

        // What is accounted is what is there.
        long present = 0;
        int count = 0;
        for (int i = 0; i < 1000; i++)
        {
            if (tier.TryGet(Id(i), out ReadOnlyMemory<byte> found))
            {
                present += found.Length + Overhead;
                count++;
            }
        }

        Assert.Equal(present, tier.Bytes);
        Assert.Equal(count, tier.Count);
    }

    private static EntryId Id(int number) =>
        EntryId.FromBytes(SHA256.HashData(BitConverter.GetBytes(number)).AsSpan(0, EntryId.ByteLength));

    private static int[] Present(MemoryTier tier, int count) =>
        [.. Enumerable.Range(0, count).Where(i => tier.TryGet(Id(i), out _))];

    private static long HighestSeen(MemoryTier tier, CancellationToken done)
    {
        long highest = 0;
        while (!done.IsCancellationRequested)
        {
            highest = Math.Max(highest, tier.Bytes);
        }

        return highest;
    }

    private static void Hammer(MemoryTier tier, int seed)
    {
        Random random = new(seed);
        for (int i = 0; i < 50_000; i++)
        {
            int number = random.Next(1000);
            switch (random.Next(10))
            {
                case < 6 when tier.TryGet(Id(number), out ReadOnlyMemory<byte> found):
                    // Each entry begins with its number and is filled with its last byte.
                    Assert.Equal(number, BitConverter.ToInt32(found.Span));
                    Assert.Equal(-1, found.Span[4..].IndexOfAnyExcept(found.Span[^1]));
                    break;
                case < 9:
                    byte[] entry = new byte[4 + random.Next(1, 500)];
                    entry.AsSpan().Fill((byte)random.Next(256));
                    BitConverter.TryWriteBytes(entry, number);
                    tier.Set(Id(number), entry, long.MaxValue);
                    break;
                default:
                    _ = tier.Remove(Id(number));
                    break;
            }
        }
    }

    private MemoryTier Filled(int count, int room = 10)
    {
        MemoryTier tier = new(_clock, room * (100L + Overhead));
        for (int i = 0; i < count; i++)
        {
            tier.Set(Id(i), new byte[100], Later);
        }

        Assert.Equal(count, tier.Count);
        return tier;
    }
}
