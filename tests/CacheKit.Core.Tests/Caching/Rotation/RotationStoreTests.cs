using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Memory;
using CacheKit.Core.Storage.Redis;
using CacheKit.Core.Storage.Sqlite;
using CacheKit.Core.Tests.Storage.Redis;
using CacheKit.Core.Tests.Support;
using CacheKit.Core.Tests.Support.Servers;
using StackExchange.Redis;
using Xunit;

namespace CacheKit.Core.Tests.Caching.Rotation;

public sealed class MemoryRotationTests : RotationContract
{
    protected override ICacheStore CreateStore() => new MemoryStore(Clock);
}

public sealed class SqliteRotationTests : RotationContract
{
    private readonly TempDirectory _directory = new();

    protected override ICacheStore CreateStore() =>
        new SqliteStore(
            new SqliteStoreOptions { Path = _directory.File("cache.db"), BusyTimeout = HangGuard.Limit }, Clock);

    protected override void CleanUp()
    {
        base.CleanUp();
        _directory.Dispose();
    }
}

/// <summary>On servers that the tests of a class share: each begins with an empty database.</summary>
public abstract class RedisRotationContract : RotationContract, IAsyncLifetime
{
    protected abstract string Url { get; }

    public async ValueTask InitializeAsync()
    {
        await using ConnectionMultiplexer admin =
            await ConnectionMultiplexer.ConnectAsync(RedisTestStores.Beside(Url));
        await admin.GetServer(admin.GetEndPoints()[0]).FlushDatabaseAsync();
    }

    protected override ICacheStore CreateStore() => new RedisStore(RedisTestStores.Patient(Url));
}

public sealed class RedisRotationTests(RedisServerFixture fixture)
    : RedisRotationContract, IClassFixture<RedisServerFixture>
{
    protected override string Url => fixture.Server.Url;
}

public sealed class GarnetRotationTests(GarnetServerFixture server)
    : RedisRotationContract, IClassFixture<GarnetServerFixture>
{
    protected override string Url => server.Url;
}
