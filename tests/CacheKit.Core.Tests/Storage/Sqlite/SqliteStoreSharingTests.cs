using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Sqlite;
using CacheKit.Core.Tests.Support;
using Microsoft.Data.Sqlite;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Sqlite;

/// <summary>Several users of one file, and the waiting for each other.</summary>
public sealed class SqliteStoreSharingTests : SqliteStoreTestBase
{
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task Sqlite_two_stores_on_one_file_see_each_others_entries()
    {
        await using SqliteStore first = Open();
        await using SqliteStore second = Open();
        await first.SetAsync("a", Bytes(10, 1), Hour, Token);
        Assert.Equal(Bytes(10, 1), await second.GetAsync("a", Token));
        await second.SetAsync("a", Bytes(10, 2), Hour, Token);
        Assert.Equal(Bytes(10, 2), await first.GetAsync("a", Token));
        Assert.True(await first.RemoveAsync("a", Token));
        Assert.False(await second.RemoveAsync("a", Token));
    }

    [Fact]
    public async Task Sqlite_many_stores_that_create_the_file_at_once_all_succeed()
    {
        SqliteStore[] stores = [.. Enumerable.Range(0, 16).Select(_ => Open())];
        await Parallel.ForAsync(0, stores.Length, Token, async (i, token) =>
            await stores[i].SetAsync($"key {i}", Bytes(100, i), Hour, token));
        for (int i = 0; i < stores.Length; i++)
        {
            Assert.Equal(Bytes(100, i), await stores[(i + 5) % 16].GetAsync($"key {i}", Token));
        }

        Assert.Empty(Incidents(stores));
        foreach (SqliteStore store in stores)
        {
            await store.DisposeAsync();
        }
    }

    [Fact]
    public async Task Sqlite_entries_survive_the_store()
    {
        await using (SqliteStore writer = Open())
        {
            await writer.SetAsync("a", Bytes(10), Hour, Token);
        }

        await using SqliteStore reader = Open();
        Assert.Equal(Bytes(10), await reader.GetAsync("a", Token));
    }

    [Fact]
    public async Task Sqlite_a_write_waits_for_another_writer_then_gives_up_while_reads_go_on()
    {
        await using SqliteStore store = Open(options => options with { BusyTimeout = s_short });
        await store.SetAsync("a", Bytes(10), Hour, Token);
        using (SqliteConnection other = OpenDatabase())
        using (other.BeginTransaction(deferred: false))
        {
            StoreException fault = await FaultAsync(
                StoreFault.Busy, async () => await store.SetAsync("b", Bytes(10), Hour, Token));
            Assert.Contains(DatabasePath, fault.Message, StringComparison.Ordinal);
            await FaultAsync(StoreFault.Busy, async () => await store.RemoveAsync("a", Token));
            Assert.Equal(Bytes(10), await store.GetAsync("a", Token));
        }

        await store.SetAsync("b", Bytes(10), Hour, Token);
        Assert.Equal(Bytes(10), await store.GetAsync("b", Token));
    }

    [Fact]
    public async Task Sqlite_a_write_goes_on_when_the_other_writer_is_done()
    {
        await using SqliteStore store = Open();
        await store.SetAsync("a", Bytes(10), Hour, Token);
        using SqliteConnection other = OpenDatabase();
        using SqliteTransaction transaction = other.BeginTransaction(deferred: false);
        Task write = Task.Run(async () => await store.SetAsync("b", Bytes(10), Hour, Token), Token);
        Assert.False(write.IsCompleted);
        transaction.Rollback();
        await write;
        Assert.Equal(Bytes(10), await store.GetAsync("b", Token));
    }

    [Fact]
    public async Task Sqlite_a_waiting_writer_and_those_behind_it_stop_at_once_when_cancelled()
    {
        // Whose patience is at its end is told so by a fault, and no sooner than the guard.
        await using SqliteStore store = Open(options => options with { BusyTimeout = 2 * HangGuard.Limit });
        await store.SetAsync("a", Bytes(10), Hour, Token);
        using SqliteConnection other = OpenDatabase();
        using SqliteTransaction transaction = other.BeginTransaction(deferred: false);
        using CancellationTokenSource stop = new();
        SleepingCall[] writes = [.. Enumerable.Range(0, 4).Select(i => new SleepingCall(
            () => store.SetAsync($"b {i}", Bytes(10), Hour, stop.Token).AsTask().GetAwaiter().GetResult()))];
        foreach (SleepingCall write in writes)
        {
            await write.UntilAsleepAsync(Token);
        }

        await stop.CancelAsync();
        foreach (SleepingCall write in writes)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write.End.WaitAsync(HangGuard.Limit, Token));
        }

        transaction.Rollback();
        await store.SetAsync("c", Bytes(10), Hour, Token);
        Assert.Null(await store.GetAsync("b 0", Token));
    }

    [Fact]
    public async Task Sqlite_opening_waits_for_the_lock_file_then_gives_up()
    {
        await using SqliteStore store = Open(options => options with { BusyTimeout = s_short });
        using (new FileStream(DatabasePath + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
        {
            await FaultAsync(StoreFault.Busy, async () => await store.GetAsync("a", Token));
            Assert.False(File.Exists(DatabasePath));
        }

        Assert.Null(await store.GetAsync("a", Token));
    }

    [Fact]
    public async Task Sqlite_a_batch_reads_its_keys_as_of_one_moment()
    {
        await using SqliteStore writer = Open();
        await using SqliteStore reader = Open();
        string[] keys = ["first", "second"];
        using CancellationTokenSource done = new();
        Task writing = Task.Run(
            async () =>
            {
                // The second is never older than the first.
                for (int i = 1; i < 2000; i++)
                {
                    await writer.SetAsync("second", BitConverter.GetBytes(i), Hour, Token);
                    await writer.SetAsync("first", BitConverter.GetBytes(i), Hour, Token);
                }
            },
            Token);
        while (!writing.IsCompleted)
        {
            IReadOnlyList<byte[]?> found = await reader.GetManyAsync(keys, Token);
            int first = found[0] is null ? 0 : BitConverter.ToInt32(found[0]);
            int second = found[1] is null ? 0 : BitConverter.ToInt32(found[1]);
            Assert.InRange(second - first, 0, 1);
        }

        await writing;
    }

    [Fact]
    public async Task Sqlite_disposing_waits_for_running_operations_and_closes_all_files()
    {
        SqliteStore store = Open();
        Task[] work = [.. Enumerable.Range(0, 8).Select(worker => Task.Run(
            async () =>
            {
                for (int i = 0; ; i++)
                {
                    await store.SetAsync($"key {worker} {i}", Bytes(100), Hour, Token);
                    _ = await store.GetAsync($"key {worker} {i}", Token);
                }
            },
            Token))];
        while (await store.GetAsync("key 3 20", Token) is null)
        {
            Assert.DoesNotContain(work, task => task.IsFaulted);
        }

        await store.DisposeAsync();
        foreach (Task task in work)
        {
            await Assert.ThrowsAsync<ObjectDisposedException>(() => task);
        }

        // The last connection to a file takes its log along when it is closed.
        Assert.Equal(["cache.db", "cache.db.lock"], Directory.GetFiles(Folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task Sqlite_locks_of_dead_processes_leave_no_rows()
    {
        await using (SqliteStore dead = Open())
        {
            for (int i = 0; i < 20; i++)
            {
                Assert.NotNull(await dead.TryLockAsync($"key {i}", TimeSpan.FromSeconds(10), Token));
            }
        }

        Clock.Advance(TimeSpan.FromSeconds(10));
        await using SqliteStore next = Open();
        await using IStoreLock? held = await next.TryLockAsync("another", TimeSpan.FromSeconds(10), Token);
        using SqliteConnection database = OpenDatabase();
        using SqliteCommand count = database.CreateCommand();
        count.CommandText = "SELECT count(*) FROM locks";
        Assert.Equal(1L, count.ExecuteScalar());
    }
}
