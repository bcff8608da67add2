using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Memory;
using CacheKit.Core.Storage.Redis;
using CacheKit.Core.Storage.Sqlite;
using CacheKit.Core.Tests.Storage.Redis;
using CacheKit.Core.Tests.Support;
using CacheKit.Core.Tests.Support.Servers;
using Xunit;

namespace CacheKit.Core.Tests.Caching.Inspection;

public sealed class EntryListingInMemoryTests : EntryListingContract
{
    protected override ICacheStore CreateStore() => new MemoryStore(Clock);
}

public sealed class EntryListingInSqliteTests : EntryListingContract
{
    private readonly TempDirectory _directory = new();

    protected override ICacheStore CreateStore() =>
        new SqliteStore(
            new SqliteStoreOptions { Path = _directory.File("cache.db"), BusyTimeout = HangGuard.Limit }, Clock);

    protected override void CleanUp() => _directory.Dispose();
}

public sealed class EntryListingInRedisTests(GarnetServerFixture server)
    : EntryListingContract, IClassFixture<GarnetServerFixture>
{
    protected override ICacheStore CreateStore() => new RedisStore(RedisTestStores.Patient(server.Url));
}
