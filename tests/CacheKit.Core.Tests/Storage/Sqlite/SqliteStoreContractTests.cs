using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Sqlite;
using CacheKit.Core.Tests.Support;

namespace CacheKit.Core.Tests.Storage.Sqlite;

public sealed class SqliteStoreContractTests : CacheStoreContract
{
    private readonly TempDirectory _directory = new();

    protected override ICacheStore CreateStore() =>
        new SqliteStore(
            new SqliteStoreOptions { Path = _directory.File("cache.db"), BusyTimeout = HangGuard.Limit }, Clock);

    protected override void Clean() => _directory.Dispose();
}
