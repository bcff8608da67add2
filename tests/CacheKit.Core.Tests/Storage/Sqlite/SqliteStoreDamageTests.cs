using System.Globalization;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Sqlite;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Sqlite;

/// <summary>Damaged files: set aside, reported once, and the cache goes on.</summary>
public sealed class SqliteStoreDamageTests : SqliteStoreTestBase
{
    [Theory]
    [InlineData(2)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(100)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(4096)]
    [InlineData(100_000)]
    public async Task Sqlite_garbage_is_set_aside(int length)
    {
        await File.WriteAllBytesAsync(DatabasePath, Bytes(length), Token);
        await AssertBeginsAnewAsync(Bytes(length));
    }

    [Theory]
    [InlineData(16)]
    [InlineData(99)]
    [InlineData(100)]
    [InlineData(101)]
    [InlineData(512)]
    [InlineData(1024)]
    [InlineData(4095)]
    [InlineData(4096)]
    [InlineData(8192)]
    [InlineData(20_000)]
    [InlineData(100_000)]
    public async Task Sqlite_a_truncated_file_is_set_aside(int length)
    {
        byte[] part = (await SoundFileAsync())[..length];
        await File.WriteAllBytesAsync(DatabasePath, part, Token);
        await AssertBeginsAnewAsync(part);
    }

    [Fact]
    public async Task Sqlite_an_empty_file_is_a_new_database()
    {
        await File.WriteAllBytesAsync(DatabasePath, [], Token);
        await using SqliteStore store = Open();
        await store.SetAsync("a", Bytes(10), Hour, Token);
        Assert.Equal(Bytes(10), await store.GetAsync("a", Token));
        Assert.Empty(Incidents(store));
        Assert.Empty(SetAsideFiles);
    }

    [Fact]
    public async Task Sqlite_a_file_without_its_table_is_set_aside()
    {
        _ = await SoundFileAsync();
        _ = Query("DROP TABLE entries");
        await using SqliteStore store = Open();
        Assert.Null(await store.GetAsync("key 1", Token));
        _ = Assert.Single(Incidents(store));
    }

    [Fact]
    public async Task Sqlite_damage_inside_the_file_is_found_by_its_reader()
    {
        _ = await SoundFileAsync();
        await DamageAsync();
        await using SqliteStore store = Open();
        for (int i = 0; i < 300; i++)
        {
            _ = await store.GetAsync($"key {i}", Token);
        }

        StoreIncident incident = Assert.Single(Incidents(store));
        Assert.Contains(Assert.Single(SetAsideFiles), incident.Message, StringComparison.Ordinal);
        await AssertWorksAsync(store);
    }

    [Fact]
    public async Task Sqlite_damage_under_an_open_store_loses_no_later_write()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "A damaged file that others have open cannot be renamed there.");
        await using SqliteStore first = Open();
        await using SqliteStore second = Open();
        await FillAsync(first, 3000, 2000);
        Assert.NotNull(await second.GetAsync("key 1", Token));
        await DamageAsync();

        // One of them meets the damage and begins a new file.
        for (int i = 0; i < 3000; i++)
        {
            _ = await first.GetAsync($"key {i}", Token);
        }

        await first.SetAsync("after", Bytes(10), Hour, Token);

        // The other still has the damaged file open. It comes over and leaves the new one where it is.
        for (int i = 0; i < 3000; i++)
        {
            _ = await second.GetAsync($"key {i}", Token);
        }

        await second.SetAsync("after that", Bytes(11), Hour, Token);
        Assert.Equal(Bytes(10), await second.GetAsync("after", Token));
        Assert.Equal(Bytes(11), await first.GetAsync("after that", Token));
        _ = Assert.Single(Incidents(first, second));
        _ = Assert.Single(SetAsideFiles);
    }

    [Fact]
    public async Task Sqlite_damage_found_by_many_at_once_is_set_aside_once()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "A damaged file that others have open cannot be renamed there.");
        SqliteStore[] stores = [Open(), Open(), Open()];
        await FillAsync(stores[0], 3000, 2000);
        foreach (SqliteStore store in stores)
        {
            Assert.NotNull(await store.GetAsync("key 1", Token));
        }

        await DamageAsync();
        await Parallel.ForAsync(0, 12, Token, async (worker, token) =>
        {
            SqliteStore store = stores[worker % stores.Length];
            for (int i = 0; i < 1000; i++)
            {
                _ = await store.GetAsync($"key {(i * 7) % 3000}", token);
                string key = $"new {worker} {i}";
                await store.SetAsync(key, Bytes(20), Hour, token);
            }
        });

        _ = Assert.Single(Incidents(stores));
        _ = Assert.Single(SetAsideFiles);
        foreach (SqliteStore store in stores)
        {
            // Whatever was written after the new file was begun is there, whoever wrote it.
            Assert.Equal(Bytes(20), await store.GetAsync("new 11 999", Token));
            Assert.Equal(Bytes(20), await store.GetAsync("new 0 999", Token));
            await store.DisposeAsync();
        }
    }

    [Fact]
    public async Task Sqlite_a_damaged_file_that_several_open_is_set_aside_once()
    {
        await File.WriteAllBytesAsync(DatabasePath, Bytes(10_000), Token);
        SqliteStore[] stores = [.. Enumerable.Range(0, 6).Select(_ => Open())];
        await Parallel.ForEachAsync(
            stores, Token, async (store, token) => await store.SetAsync("a", Bytes(10), Hour, token));
        _ = Assert.Single(SetAsideFiles);
        _ = Assert.Single(Incidents(stores));
        foreach (SqliteStore store in stores)
        {
            Assert.Equal(Bytes(10), await store.GetAsync("a", Token));
            await store.DisposeAsync();
        }
    }

    [Fact]
    public async Task Sqlite_only_the_last_three_damaged_files_are_kept_by_time_of_discovery()
    {
        List<string> expected = [];
        for (int i = 0; i < 5; i++)
        {
            Clock.Advance(TimeSpan.FromMinutes(1));
            expected.Add(DatabasePath + ".corrupt-" + Clock.GetUtcNow().UtcDateTime.ToString(
                "yyyyMMdd'T'HHmmssfff'Z'", CultureInfo.InvariantCulture));
            await File.WriteAllBytesAsync(DatabasePath, Bytes(1000, i), Token);
            await using SqliteStore store = Open();
            await store.SetAsync("a", Bytes(10), Hour, Token);
            Assert.Contains(expected[^1], Assert.Single(Incidents(store)).Message, StringComparison.Ordinal);
        }

        Assert.Equal(expected[2..], SetAsideFiles);
        Assert.EndsWith(".corrupt-20300102T030905678Z", SetAsideFiles[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sqlite_two_damaged_files_of_the_same_millisecond_are_both_kept()
    {
        for (int i = 0; i < 2; i++)
        {
            await File.WriteAllBytesAsync(DatabasePath, Bytes(1000, i), Token);
            await using SqliteStore store = Open();
            Assert.Null(await store.GetAsync("a", Token));
        }

        Assert.Equal(2, SetAsideFiles.Length);
    }

    private async Task<byte[]> SoundFileAsync()
    {
        await using (SqliteStore store = Open())
        {
            await FillAsync(store, 300, 1000);
        }

        return await File.ReadAllBytesAsync(DatabasePath, Token);
    }

    // From another process: closing a handle of this one would drop SQLite's locks.
    private async Task DamageAsync()
    {
        // Into the file itself, past the write-ahead log.
        _ = Query("PRAGMA wal_checkpoint(PASSIVE)");
        await StoreWorkerProcess.RunAsync("damage", DatabasePath, "20480", "204800");
    }

    private async Task AssertBeginsAnewAsync(byte[] damaged)
    {
        await using SqliteStore store = Open();
        Assert.Null(await store.GetAsync("key 1", Token));
        StoreIncident incident = Assert.Single(Incidents(store));
        string file = Assert.Single(SetAsideFiles);
        Assert.Contains(file, incident.Message, StringComparison.Ordinal);
        Assert.Contains(DatabasePath, incident.Message, StringComparison.Ordinal);
        Assert.Equal(Clock.GetUtcNow(), incident.Time);
        Assert.Equal(damaged, await File.ReadAllBytesAsync(file, Token));
        await AssertWorksAsync(store);
        Assert.Empty(Incidents(store));
    }

    private static async Task AssertWorksAsync(SqliteStore store)
    {
        await FillAsync(store, 10, 100, "again");
        Assert.Equal(Bytes(100, 7), await store.GetAsync("again 7", Token));
    }
}
