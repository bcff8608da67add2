using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Sqlite;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Sqlite;

/// <summary>The size limit, expired entries, and a full disk.</summary>
public sealed class SqliteStoreSizeTests : SqliteStoreTestBase
{
    private const long MaxBytes = 1 << 20;

    [Fact]
    public async Task Sqlite_the_oldest_entries_are_evicted_at_the_size_limit()
    {
        await using SqliteStore store = Open(options => options with { MaxBytes = MaxBytes });
        for (int i = 0; i < 3000; i++)
        {
            await store.SetAsync($"key {i}", Bytes(2000, i), Hour, Token);
            if (i % 100 == 99)
            {
                // A write and what goes with it may pass the limit until the next trimming.
                Assert.InRange(UsedBytes(), 1, MaxBytes + 16_384);
            }
        }

        int[] present = await PresentAsync(store, 3000);
        Assert.InRange(present.Length, 300, 500);
        Assert.Equal(Enumerable.Range(3000 - present.Length, present.Length), present);
        Assert.InRange(FileBytes(), 1, (3 * MaxBytes) + (8 << 20));
    }

    [Fact]
    public async Task Sqlite_a_rewritten_entry_counts_as_new()
    {
        await using SqliteStore store = Open(options => options with { MaxBytes = MaxBytes });
        for (int i = 0; i < 2000; i++)
        {
            await store.SetAsync($"key {i}", Bytes(2000, i), Hour, Token);
            await store.SetAsync("rewritten", Bytes(100), Hour, Token);
        }

        Assert.NotNull(await store.GetAsync("rewritten", Token));
        Assert.Null(await store.GetAsync("key 0", Token));
    }

    [Fact]
    public async Task Sqlite_expired_entries_are_evicted_before_the_oldest()
    {
        await using SqliteStore store = Open(options => options with { MaxBytes = MaxBytes });
        await FillAsync(store, 50, 2000, "long-lived");
        for (int i = 0; i < 250; i++)
        {
            await store.SetAsync($"short-lived {i}", Bytes(2000), TimeSpan.FromSeconds(1), Token);
        }

        Clock.Advance(TimeSpan.FromSeconds(1));
        await FillAsync(store, 300, 2000);
        Assert.Equal(50, (await PresentAsync(store, 50, "long-lived")).Length);
    }

    [Fact]
    public async Task Sqlite_a_large_value_evicts_no_more_than_it_needs()
    {
        await using SqliteStore store = Open(options => options with { MaxBytes = 4 * MaxBytes });
        for (int i = 0; i < 8; i++)
        {
            await store.SetAsync($"key {i}", Bytes(1_000_000, i), Hour, Token);
        }

        // Of 4 MiB, one of them in use by nothing else: three or four values of 1 MB.
        int[] present = await PresentAsync(store, 8);
        Assert.InRange(present.Length, 3, 4);
        Assert.Contains(7, present);
    }

    [Fact]
    public async Task Sqlite_writes_remove_expired_entries_from_the_file()
    {
        await using SqliteStore store = Open();
        for (int i = 0; i < 500; i++)
        {
            await store.SetAsync($"short-lived {i}", Bytes(500), TimeSpan.FromSeconds(1), Token);
        }

        Clock.Advance(TimeSpan.FromSeconds(1));
        await FillAsync(store, 200, 500);
        Assert.Equal(200, Query("SELECT count(*) FROM entries"));
    }

    [Fact]
    public async Task Sqlite_a_short_script_trims_as_well()
    {
        await using (SqliteStore first = Open())
        {
            for (int i = 0; i < 100; i++)
            {
                await first.SetAsync($"short-lived {i}", Bytes(500), TimeSpan.FromSeconds(1), Token);
            }
        }

        Clock.Advance(TimeSpan.FromSeconds(1));
        await using SqliteStore second = Open();
        await second.SetAsync("one", Bytes(500), Hour, Token);
        Assert.Equal(1, Query("SELECT count(*) FROM entries"));
    }

    [Fact]
    public async Task Sqlite_the_file_shrinks_when_most_of_it_is_free()
    {
        await using (SqliteStore store = Open())
        {
            for (int i = 0; i < 20; i++)
            {
                await store.SetAsync($"short-lived {i}", Bytes(1 << 20, i), TimeSpan.FromSeconds(1), Token);
            }

            Assert.InRange(FileBytes(), 20 << 20, long.MaxValue);
            Clock.Advance(TimeSpan.FromSeconds(1));
            await FillAsync(store, 640, 100);
        }

        Assert.InRange(FileBytes(), 1, 3 << 20);
    }

    [Fact]
    public async Task Sqlite_the_write_ahead_log_stays_small()
    {
        await using SqliteStore store = Open();
        await FillAsync(store, 3, 20 << 20, "large");
        await FillAsync(store, 3000, 1000);
        Assert.InRange(new FileInfo(DatabasePath + "-wal").Length, 1, 9 << 20);
    }

    [Fact]
    public async Task Sqlite_a_value_over_either_limit_is_rejected_and_the_old_one_stays()
    {
        await using SqliteStore store = Open(options => options with { MaxBytes = MaxBytes, MaxValueBytes = 1000 });
        await store.SetAsync("a", Bytes(1000), Hour, Token);
        await FaultAsync(StoreFault.ValueTooLarge, async () => await store.SetAsync("a", Bytes(1001), Hour, Token));
        Assert.Equal(Bytes(1000), await store.GetAsync("a", Token));
        await using SqliteStore half = Open(options => options with { MaxBytes = MaxBytes });
        await half.SetAsync("b", Bytes((int)MaxBytes / 2), Hour, Token);
        byte[] tooLarge = Bytes(((int)MaxBytes / 2) + 1);
        await FaultAsync(StoreFault.ValueTooLarge, async () => await half.SetAsync("b", tooLarge, Hour, Token));

        // Written by somebody with a higher limit: nothing for the one with the lower.
        Assert.NotNull(await half.GetAsync("b", Token));
        Assert.Null(await store.GetAsync("b", Token));
    }

    [Fact]
    public async Task Sqlite_a_key_that_is_not_text_is_rejected()
    {
        await using SqliteStore store = Open();
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await store.GetAsync("a\uD83D", Token));
        await Assert.ThrowsAnyAsync<ArgumentException>(
            async () => await store.SetAsync("a\uD83D", Bytes(1), Hour, Token));
        Assert.Null(await store.GetAsync("a\uFFFD", Token));
    }

    [Fact]
    public async Task Sqlite_a_full_database_keeps_its_entries_and_goes_on_when_there_is_room()
    {
        await using (SqliteStore store = Open(options => options with { HardLimitBytes = MaxBytes }))
        {
            await AssertFullAsync(store, DatabasePath);
        }

        await using SqliteStore roomier = Open();
        await FillAsync(roomier, 100, 10_000, "more");
        Assert.NotNull(await roomier.GetAsync("key 0", Token));
    }

    [Fact]
    public async Task Sqlite_a_full_disk_keeps_its_entries_and_goes_on_when_there_is_room()
    {
        const int DiskBytes = 4 << 20;
        using MountedDirectory disk = MountedDirectory.OfBytes(DiskBytes);
        string other = Path.Combine(disk.Path, "other");
        string path = Path.Combine(disk.Path, "cache.db");
        await File.WriteAllBytesAsync(other, Bytes(DiskBytes / 2), Token);
        await using SqliteStore store = Open(options => options with { Path = path });
        int stored = await AssertFullAsync(store, path);
        File.Delete(other);
        await FillAsync(store, 10, 10_000, "more");
        Assert.Equal(stored, (await PresentAsync(store, stored)).Length);
        Assert.NotNull(await store.GetAsync("more 9", Token));
    }

    [Fact]
    public async Task Sqlite_a_disk_full_from_the_start_is_full_until_there_is_room()
    {
        const int DiskBytes = 1 << 20;
        using MountedDirectory disk = MountedDirectory.OfBytes(DiskBytes);
        string other = Path.Combine(disk.Path, "other");
        await File.WriteAllBytesAsync(other, Bytes(DiskBytes), Token);
        await using SqliteStore store = Open(options => options with { Path = Path.Combine(disk.Path, "cache.db") });
        await FaultAsync(StoreFault.Full, async () => await store.SetAsync("a", Bytes(10), Hour, Token));
        await FaultAsync(StoreFault.Full, async () => await store.GetAsync("a", Token));
        File.Delete(other);
        await store.SetAsync("a", Bytes(10), Hour, Token);
        Assert.Equal(Bytes(10), await store.GetAsync("a", Token));
        Assert.Empty(Incidents(store));
    }

    private static async Task<int> AssertFullAsync(SqliteStore store, string path)
    {
        int stored = 0;
        StoreException? fault = null;
        while (fault is null && stored < 1000)
        {
            try
            {
                await store.SetAsync($"key {stored}", Bytes(10_000, stored), Hour, Token);
                stored++;
            }
            catch (StoreException exception)
            {
                fault = exception;
            }
        }

        Assert.Equal(StoreFault.Full, fault?.Fault);
        Assert.Contains(path, fault!.Message, StringComparison.Ordinal);
        Assert.InRange(stored, 50, 500);
        Assert.Null(await store.GetAsync($"key {stored}", Token));
        for (int i = 0; i < stored; i++)
        {
            Assert.Equal(Bytes(10_000, i), await store.GetAsync($"key {i}", Token));
        }

        Assert.Empty(Incidents(store));
        return stored;
    }

    private static async Task<int[]> PresentAsync(SqliteStore store, int count, string prefix = "key")
    {
        string[] keys = [.. Enumerable.Range(0, count).Select(i => $"{prefix} {i}")];
        IReadOnlyList<byte[]?> values = await store.GetManyAsync(keys, Token);
        return [.. Enumerable.Range(0, count).Where(i => values[i] is not null)];
    }

    private long UsedBytes() =>
        (Query("PRAGMA page_count") - Query("PRAGMA freelist_count")) * Query("PRAGMA page_size");

    private long FileBytes() =>
        Directory.GetFiles(Folder, "cache.db*").Sum(file => new FileInfo(file).Length);
}
