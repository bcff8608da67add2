using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Inspection;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Redis;
using CacheKit.Core.Storage.Sqlite;
using CacheKit.Core.Tests.Support;
using CacheKit.Core.Tests.Support.Servers;
using Xunit;

namespace CacheKit.Core.Tests.Caching.Inspection;

public sealed class StoreInspectionTests : IAsyncDisposable
{
    private readonly FakeStore _inner = new();
    private readonly ObservedStore _store;

    public StoreInspectionTests()
    {
        _store = new ObservedStore(_inner);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _inner.DisposeAsync();
    }

    [Fact]
    public async Task Inspection_a_working_store_passes_and_keeps_no_probe()
    {
        IReadOnlyList<StoreCheck> checks = await InspectAsync();
        Assert.Equal(["Store", "Connection", "ReadWrite", "Lock", "Listing"], checks.Select(check => check.Check));
        Assert.All(checks, check => Assert.Equal(StoreCheckStatus.Passed, check.Status));
        Assert.All(checks, check => Assert.Null(check.Advice));
        Assert.Equal("fake store, chosen by -Backend", checks[0].Detail);
        Assert.Empty(_inner.Entries);
        Assert.Empty(_inner.Locked);
        Assert.True(_store.IsDisposed);
        Assert.All(_store.Writes, write => Assert.StartsWith("ck:-:health:", write.Key, StringComparison.Ordinal));
        Assert.All(_store.Writes, write => Assert.InRange(write.TimeToLive, TimeSpan.Zero, TimeSpan.FromMinutes(1)));
    }

    [Theory]
    [InlineData(StoreFault.Unavailable, "Connection")]
    [InlineData(StoreFault.TimedOut, "Connection")]
    [InlineData(StoreFault.Busy, "Connection")]
    [InlineData(StoreFault.UnexpectedAnswer, "Connection")]
    [InlineData(StoreFault.AuthenticationFailed, "Authentication")]
    [InlineData(StoreFault.TlsFailed, "Encryption")]
    public async Task Inspection_an_unreadable_store_fails(StoreFault fault, string check)
    {
        _store.ReadFault = new StoreException(fault, "It is broken.");
        IReadOnlyList<StoreCheck> checks = await InspectAsync();
        Assert.Equal(["Store", check, "ReadWrite", "Lock", "Listing"], checks.Select(found => found.Check));
        Assert.Equal(StoreCheckStatus.Failed, checks[1].Status);
        Assert.Equal("It is broken.", checks[1].Detail);
        Assert.NotNull(checks[1].Advice);
        Assert.All(checks.Skip(2), found => Assert.Equal(StoreCheckStatus.Skipped, found.Status));
        Assert.Empty(_store.Writes);
    }

    [Fact]
    public async Task Inspection_the_advice_for_an_unreachable_store_fits_it()
    {
        _store.ReadFault = new StoreException(StoreFault.Unavailable, "It is broken.");
        Assert.Contains("block", (await InspectAsync())[1].Advice, StringComparison.Ordinal);
        StoreChoice redis = StoreChoice.Redis(
            new RedisStoreOptions { Connection = $"redis://127.0.0.1:{FreePort.Take()}" }, "-Redis");
        Assert.Contains("rediss://", (await InspectAsync(redis))[1].Advice, StringComparison.Ordinal);
        using TempDirectory directory = new();
        await File.WriteAllTextAsync(directory.File("taken"), "", TestContext.Current.CancellationToken);
        StoreChoice database = StoreChoice.Sqlite(
            new SqliteStoreOptions { Path = directory.File("taken/c.db") }, "-Path");
        Assert.Contains("path", (await InspectAsync(database))[1].Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inspection_the_recommended_action_of_a_fault_is_the_advice()
    {
        _store.ReadFault = new StoreException(StoreFault.Unavailable, "It is broken.") { WayOut = "Mend it." };
        Assert.Equal("Mend it.", (await InspectAsync())[1].Advice);
    }

    [Fact]
    public async Task Inspection_a_read_only_store_fails()
    {
        _store.SetFault = new StoreException(StoreFault.AccessDenied, "It may not be written.");
        Dictionary<string, StoreCheck> checks = await ByNameAsync();
        Assert.Equal(StoreCheckStatus.Passed, checks["Connection"].Status);
        Assert.Equal("It may not be written.", checks["ReadWrite"].Detail);
        Assert.Equal(StoreCheckStatus.Failed, checks["ReadWrite"].Status);
        Assert.Equal(StoreCheckStatus.Passed, checks["Lock"].Status);
        Assert.Equal(StoreCheckStatus.Failed, checks["Listing"].Status);
    }

    [Fact]
    public async Task Inspection_a_store_that_loses_writes_fails()
    {
        _store.AfterRead = _inner.Entries.Clear;
        StoreCheck check = (await ByNameAsync())["ReadWrite"];
        Assert.Equal(StoreCheckStatus.Failed, check.Status);
        Assert.Contains("gone", check.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inspection_missing_locks_are_a_warning_and_missing_listing_is_not()
    {
        _store.Hidden = StoreCapabilities.Locking | StoreCapabilities.Listing;
        Dictionary<string, StoreCheck> checks = await ByNameAsync();
        Assert.Equal(StoreCheckStatus.Warning, checks["Lock"].Status);
        Assert.Equal(StoreCheckStatus.Skipped, checks["Listing"].Status);
    }

    [Fact]
    public async Task Inspection_a_lock_fault_fails()
    {
        _store.LockFault = new StoreException(StoreFault.AccessDenied, "No locks for you.");
        Assert.Equal("No locks for you.", (await ByNameAsync())["Lock"].Detail);
    }

    [Fact]
    public async Task Inspection_a_store_incident_is_a_warning()
    {
        _store.Incident = new StoreIncident(DateTimeOffset.UnixEpoch, "The file was damaged.");
        StoreCheck check = (await ByNameAsync())["Incident"];
        Assert.Equal(StoreCheckStatus.Warning, check.Status);
        Assert.Equal("The file was damaged.", check.Detail);
    }

    [Fact]
    public async Task Inspection_permissions_of_a_database_are_checked()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Modes of files.");
        using TempDirectory directory = new();
        StoreChoice choice = StoreChoice.Sqlite(new SqliteStoreOptions { Path = directory.File("own/c.db") }, "-Path");
        StoreCheck check = Assert.Single(await InspectAsync(choice), found => found.Check == "Permissions");
        Assert.Equal(StoreCheckStatus.Passed, check.Status);
        Assert.Equal("file 0600, directory 0700", check.Detail);
        UnixMode.Set(directory.File("own"), UnixMode.Of(directory.File("own")) | UnixFileMode.GroupWrite);
        check = Assert.Single(await InspectAsync(choice), found => found.Check == "Permissions");
        Assert.Equal(StoreCheckStatus.Warning, check.Status);
        UnixMode.Set(directory.File("own"), UnixMode.Of(directory.File("own")) | UnixFileMode.StickyBit);
        check = Assert.Single(await InspectAsync(choice), found => found.Check == "Permissions");
        Assert.Equal(StoreCheckStatus.Passed, check.Status);
    }

    [Fact]
    public async Task Inspection_cancellation_ends_it()
    {
        using CancellationTokenSource stop = new();
        await stop.CancelAsync();
        StoreChoice choice = StoreChoice.Memory(1 << 20, "-Memory");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await new StoreInspection(choice, TimeProvider.System).RunAsync(stop.Token));
    }

    private ValueTask<IReadOnlyList<StoreCheck>> InspectAsync() =>
        InspectAsync(StoreChoice.Custom(_ => _store, "-Backend", canShare: false));

    private static ValueTask<IReadOnlyList<StoreCheck>> InspectAsync(StoreChoice choice) =>
        new StoreInspection(choice, TimeProvider.System).RunAsync(TestContext.Current.CancellationToken);

    private async Task<Dictionary<string, StoreCheck>> ByNameAsync() =>
        (await InspectAsync()).ToDictionary(check => check.Check);
}
