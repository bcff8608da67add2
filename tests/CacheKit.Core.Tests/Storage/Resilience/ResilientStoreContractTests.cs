using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Resilience;
using CacheKit.Core.Storage.Sqlite;
using CacheKit.Core.Tests.Support;

namespace CacheKit.Core.Tests.Storage.Resilience;

public sealed class ResilientStoreContractTests : CacheStoreContract
{
    private readonly TempDirectory _directory = new();

    protected override ICacheStore CreateStore() => new ResilientStore(
        new SqliteStore(
            new SqliteStoreOptions { Path = _directory.File("cache.db"), BusyTimeout = HangGuard.Limit }, Clock),
        new ResilienceOptions(),
        Clock);

    protected override void Clean() => _directory.Dispose();
}
