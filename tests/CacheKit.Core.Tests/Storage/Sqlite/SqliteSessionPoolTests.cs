using CacheKit.Core.Storage.Sqlite;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Sqlite;

/// <summary>Moments between two processes that the store's own surface cannot be held at.</summary>
public sealed class SqliteSessionPoolTests : SqliteStoreTestBase
{
    [Fact]
    public async Task Sqlite_a_new_file_is_not_set_aside_for_the_damage_of_its_predecessor()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows does not replace an open file.");
        await using SqliteSessionPool pool = CreatePool();
        SqliteSession session = await pool.RentAsync(Token);

        // Another process meets the same damage, is faster, and begins a new file.
        File.Move(DatabasePath, DatabasePath + ".corrupt-20300101T000000000Z");
        await using SqliteStore other = Open();
        await other.SetAsync("a", Bytes(10), Hour, Token);

        pool.Return(session, SessionState.OnDamagedFile);
        await pool.RenewAsync(Token);
        Assert.False(pool.TryTakeIncident(out _));
        await AssertReadsAsync(pool);
    }

    [Fact]
    public async Task Sqlite_a_file_that_opens_is_not_set_aside_for_one_that_did_not()
    {
        await using SqliteStore other = Open();
        await other.SetAsync("a", Bytes(10), Hour, Token);
        await using SqliteSessionPool pool = CreatePool();
        pool.AskForRenewal(isDamaged: true);
        await pool.RenewAsync(Token);
        Assert.False(pool.TryTakeIncident(out _));
        await AssertReadsAsync(pool);
    }

    [Fact]
    public async Task Sqlite_a_renewal_waits_for_the_rented_sessions()
    {
        await using SqliteSessionPool pool = CreatePool();
        SqliteSession first = await pool.RentAsync(Token);
        SqliteSession second = await pool.RentAsync(Token);
        pool.Return(first, SessionState.Moved);
        Task renewal = pool.RenewAsync(Token).AsTask();
        Assert.False(renewal.IsCompleted);
        Assert.Null(second.Get("a", now: 0));
        pool.Return(second, SessionState.Sound);
        await renewal;
        SqliteSession third = await pool.RentAsync(Token);
        Assert.NotSame(first, third);
        Assert.NotSame(second, third);
        pool.Return(third, SessionState.Sound);
    }

    [Fact]
    public async Task Sqlite_a_sound_session_is_rented_again_and_a_broken_one_is_not()
    {
        await using SqliteSessionPool pool = CreatePool();
        SqliteSession first = await pool.RentAsync(Token);
        pool.Return(first, SessionState.Sound);
        SqliteSession second = await pool.RentAsync(Token);
        Assert.Same(first, second);
        pool.Return(second, SessionState.Broken);
        SqliteSession third = await pool.RentAsync(Token);
        Assert.NotSame(second, third);
        pool.Return(third, SessionState.Sound);
    }

    private SqliteSessionPool CreatePool() => new(new SqliteStoreOptions { Path = DatabasePath }, Clock);

    private async Task AssertReadsAsync(SqliteSessionPool pool)
    {
        SqliteSession session = await pool.RentAsync(Token);
        Assert.Equal(Bytes(10), session.Get("a", Clock.GetUtcNow().ToUnixTimeMilliseconds()));
        pool.Return(session, SessionState.Sound);
    }
}
