using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Sqlite;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Sqlite;

/// <summary>Who may read the files; files that cannot be made, are deleted or write-protected.</summary>
public sealed class SqliteStoreFileTests : SqliteStoreTestBase
{
    private const string RootIgnoresModes = "Unix modes, which root ignores.";
    private const UnixFileMode OwnersFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnersDirectory = OwnersFile | UnixFileMode.UserExecute;
    private const UnixFileMode Loose = OwnersDirectory | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    [Theory]
    [InlineData("cache.db")]
    [InlineData("relative/cache.db")]
    [InlineData("")]
    public void Sqlite_a_path_that_is_not_a_full_path_is_rejected(string path) =>
        Assert.Throws<ArgumentException>(() => Open(options => options with { Path = path }));

    [Fact]
    public void Sqlite_options_out_of_range_are_rejected()
    {
        Assert.Throws<ArgumentException>(() => Open(o => o with { Path = Folder + Path.DirectorySeparatorChar }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Open(o => o with { MaxBytes = 1000 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Open(o => o with { MaxValueBytes = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Open(o => o with { BusyTimeout = TimeSpan.FromTicks(-1) }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Open(o => o with { BusyTimeout = TimeSpan.MaxValue }));
    }

    [Fact]
    public async Task Sqlite_nothing_is_touched_before_the_first_operation()
    {
        await using SqliteStore store = Open();
        Assert.Empty(Directory.GetFiles(Folder));
        Assert.Contains(DatabasePath, store.DisplayName, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sqlite_new_files_and_directories_belong_to_their_owner_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix modes.");
        string outer = Path.Combine(Folder, "outer");
        string inner = Path.Combine(outer, "inner");
        string path = Path.Combine(inner, "cache.db");
        await using SqliteStore store = Open(options => options with { Path = path });
        await store.SetAsync("a", Bytes(10), Hour, Token);
        Assert.Equal(OwnersDirectory, UnixMode.Of(outer));
        Assert.Equal(OwnersDirectory, UnixMode.Of(inner));
        string[] files = Directory.GetFiles(inner);
        Assert.Equal(
            ["cache.db", "cache.db-shm", "cache.db-wal", "cache.db.lock"], files.Select(Path.GetFileName).Order());
        Assert.All(files, file => Assert.Equal(OwnersFile, UnixMode.Of(file)));
    }

    [Fact]
    public async Task Sqlite_an_existing_file_is_restricted_and_a_directory_only_if_it_is_our_own()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix modes.");
        await using (SqliteStore first = Open())
        {
            await first.SetAsync("a", Bytes(10), Hour, Token);
        }

        UnixMode.Set(DatabasePath, OwnersFile | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        UnixMode.Set(Folder, Loose);
        await using (SqliteStore second = Open())
        {
            Assert.Equal(Bytes(10), await second.GetAsync("a", Token));
            Assert.Equal(OwnersFile, UnixMode.Of(DatabasePath));
            Assert.Equal(Loose, UnixMode.Of(Folder));
        }

        await using SqliteStore owner = Open(options => options with { OwnsDirectory = true });
        Assert.Equal(Bytes(10), await owner.GetAsync("a", Token));
        Assert.Equal(OwnersDirectory, UnixMode.Of(Folder));
    }

    [Fact]
    public async Task Sqlite_a_path_below_a_file_is_unavailable()
    {
        string file = Path.Combine(Folder, "file");
        await File.WriteAllTextAsync(file, "not a directory", Token);
        await AssertUnusableAsync(Path.Combine(file, "cache.db"), StoreFault.Unavailable);
    }

    [Fact]
    public async Task Sqlite_a_path_that_is_a_directory_is_unavailable() =>
        await AssertUnusableAsync(Folder, StoreFault.Unavailable);

    [Fact]
    public async Task Sqlite_a_directory_that_the_system_refuses_is_unavailable()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/proc refuses even root.");
        await AssertUnusableAsync("/proc/cachekit/cache.db", StoreFault.Unavailable);
    }

    [Fact]
    public async Task Sqlite_a_directory_that_may_not_be_written_denies_access()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess, RootIgnoresModes);
        string directory = Directory.CreateDirectory(Path.Combine(Folder, "closed")).FullName;
        UnixMode.Set(directory, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await AssertUnusableAsync(Path.Combine(directory, "cache.db"), StoreFault.AccessDenied);
    }

    [Fact]
    public async Task Sqlite_a_write_protected_file_is_read_and_not_written()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess, RootIgnoresModes);
        await using (SqliteStore writer = Open())
        {
            await writer.SetAsync("a", Bytes(10), Hour, Token);
        }

        UnixMode.Set(DatabasePath, UnixFileMode.UserRead);
        await using SqliteStore store = Open();
        Assert.Equal(Bytes(10), await store.GetAsync("a", Token));
        StoreException fault = await FaultAsync(
            StoreFault.AccessDenied, async () => await store.SetAsync("b", Bytes(10), Hour, Token));
        Assert.Contains(DatabasePath, fault.Message, StringComparison.Ordinal);
        UnixMode.Set(DatabasePath, OwnersFile);
        await store.SetAsync("b", Bytes(10), Hour, Token);
    }

    [Fact]
    public async Task Sqlite_a_read_only_file_system_denies_access_until_it_is_writable_again()
    {
        using MountedDirectory directory = MountedDirectory.OfBytes(4 << 20);
        string path = Path.Combine(directory.Path, "cache.db");
        directory.MakeReadOnly();
        await AssertUnusableAsync(path, StoreFault.AccessDenied);
        await AssertUnusableAsync(Path.Combine(directory.Path, "deep", "cache.db"), StoreFault.AccessDenied);
        directory.MakeWritable();
        await using (SqliteStore writer = Open(options => options with { Path = path }))
        {
            await writer.SetAsync("a", Bytes(10), Hour, Token);
        }

        directory.MakeReadOnly();
        await using SqliteStore store = Open(options => options with { Path = path });
        await FaultAsync(StoreFault.AccessDenied, async () => await store.SetAsync("b", Bytes(10), Hour, Token));
        directory.MakeWritable();
        await store.SetAsync("b", Bytes(10), Hour, Token);
        Assert.Equal(Bytes(10), await store.GetAsync("a", Token));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Sqlite_a_file_deleted_under_the_store_is_created_again(bool withCompanions)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows does not delete an open file.");
        await using SqliteStore store = Open();
        await FillAsync(store, 50, 1000);
        DeleteDatabase(withCompanions);

        // A write is never reported as done by a file that nobody can reach.
        await store.SetAsync("new", Bytes(10), Hour, Token);
        Assert.True(File.Exists(DatabasePath));
        await using SqliteStore other = Open();
        Assert.Equal(Bytes(10), await other.GetAsync("new", Token));
        Assert.Null(await other.GetAsync("key 1", Token));
        Assert.Null(await store.GetAsync("key 1", Token));
        Assert.Equal(1, Query("SELECT count(*) FROM entries"));
        Assert.Empty(Incidents(store, other));
    }

    [Fact]
    public async Task Sqlite_a_file_deleted_under_two_stores_leaves_nothing_for_its_successor()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows does not delete an open file.");
        await using SqliteStore first = Open();
        await using SqliteStore second = Open();
        await FillAsync(first, 50, 1000);
        Assert.NotNull(await second.GetAsync("key 1", Token));
        DeleteDatabase(withCompanions: false);

        // The second one still has the old log open, under the name that the new one's will have.
        await FillAsync(first, 20, 1000, "new");
        await FillAsync(second, 20, 1000, "newer");
        Assert.Equal(40, Query("SELECT count(*) FROM entries"));
        Assert.Equal(Bytes(1000, 19), await first.GetAsync("newer 19", Token));
        Assert.Equal(Bytes(1000, 19), await second.GetAsync("new 19", Token));
        Assert.Null(await second.GetAsync("key 1", Token));
        Assert.Empty(Incidents(first, second));
    }

    [Fact]
    public async Task Sqlite_a_reader_sees_within_a_second_that_the_file_was_deleted()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows does not delete an open file.");
        await using SqliteStore store = Open();
        await FillAsync(store, 1, 1000);
        Assert.NotNull(await store.GetAsync("key 0", Token));
        DeleteDatabase(withCompanions: true);
        Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await store.GetAsync("key 0", Token));
    }

    [Fact]
    public async Task Sqlite_a_file_that_replaced_the_open_one_is_used()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows does not replace an open file.");
        await using SqliteStore store = Open();
        await FillAsync(store, 10, 100, "old");
        string spare = Path.Combine(Folder, "spare.db");
        await using (SqliteStore other = Open(options => options with { Path = spare }))
        {
            await FillAsync(other, 10, 100, "new");
        }

        DeleteDatabase(withCompanions: true);
        File.Move(spare, DatabasePath);
        Assert.True(await store.RemoveAsync("new 3", Token));
        Assert.NotNull(await store.GetAsync("new 4", Token));
        Assert.Null(await store.GetAsync("old 4", Token));
    }

    [Fact]
    public async Task Sqlite_a_deleted_directory_is_created_again()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows does not delete an open file.");
        string directory = Path.Combine(Folder, "deep");
        await using SqliteStore store = Open(o => o with { Path = Path.Combine(directory, "cache.db") });
        await store.SetAsync("a", Bytes(10), Hour, Token);
        Directory.Delete(directory, recursive: true);
        await store.SetAsync("b", Bytes(10), Hour, Token);
        Assert.Null(await store.GetAsync("a", Token));
        Assert.Equal(OwnersDirectory, UnixMode.Of(directory));
    }

    [Fact]
    public async Task Sqlite_a_newer_schema_is_left_alone()
    {
        await using (SqliteStore writer = Open())
        {
            await writer.SetAsync("a", Bytes(10), Hour, Token);
        }

        _ = Query("PRAGMA user_version = 2");
        byte[] before = await File.ReadAllBytesAsync(DatabasePath, Token);
        StoreException fault = await AssertUnusableAsync(DatabasePath, StoreFault.Unavailable);
        Assert.Contains("version 2", fault.Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(DatabasePath, Token));
        Assert.Empty(SetAsideFiles);
    }

    [Theory]
    [InlineData("CREATE TABLE entries (id INTEGER)")]
    [InlineData("PRAGMA user_version = 1")]
    [InlineData("PRAGMA application_id = 7")]
    public async Task Sqlite_a_database_of_another_program_is_left_alone(string sql)
    {
        _ = Query(sql);
        byte[] before = await File.ReadAllBytesAsync(DatabasePath, Token);
        StoreException fault = await AssertUnusableAsync(DatabasePath, StoreFault.Unavailable);
        Assert.Contains("another program", fault.Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(DatabasePath, Token));
    }

    private void DeleteDatabase(bool withCompanions)
    {
        File.Delete(DatabasePath);
        if (withCompanions)
        {
            File.Delete(DatabasePath + "-wal");
            File.Delete(DatabasePath + "-shm");
        }
    }

    private async Task<StoreException> AssertUnusableAsync(string path, StoreFault fault)
    {
        await using SqliteStore store = Open(options => options with { Path = path });
        _ = await FaultAsync(fault, async () => await store.GetAsync("a", Token));
        _ = await FaultAsync(fault, async () => await store.RemoveAsync("a", Token));
        StoreException exception = await FaultAsync(
            fault, async () => await store.SetAsync("a", Bytes(10), Hour, Token));
        Assert.Contains(path, exception.Message, StringComparison.Ordinal);
        Assert.Empty(Incidents(store));
        return exception;
    }
}
