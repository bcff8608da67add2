using System.Net;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Redis;
using StackExchange.Redis;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Redis;

/// <summary>
/// The contract over a server that the tests of a class share. Each test begins with an empty database; its time passes
/// by taking it from the time that the keys have left.
/// </summary>
public abstract class RedisStoreContract : CacheStoreContract, IAsyncLifetime
{
    private ConnectionMultiplexer _admin = null!;
    private RedisStore _store = null!;

    protected override bool HasExactClock => false;

    /// <summary>The URL of the server.</summary>
    protected abstract string Url { get; }

    public async ValueTask InitializeAsync()
    {
        _admin = await ConnectionMultiplexer.ConnectAsync(RedisTestStores.Beside(Url));
        await _admin.GetServer(_admin.GetEndPoints()[0]).FlushDatabaseAsync();
        _store = new RedisStore(RedisTestStores.Patient(Url));
    }

    // The one store, although threads may ask for it at the same time.
    protected override ICacheStore CreateStore() => _store;

    protected override void Clean() => _admin.Dispose();

    protected override async Task LetPassAsync(TimeSpan time)
    {
        EndPoint server = _admin.GetEndPoints()[0];
        IDatabase database = _admin.GetDatabase();
        await foreach (RedisKey key in _admin.GetServer(server).KeysAsync())
        {
            TimeSpan? left = await database.KeyTimeToLiveAsync(key);
            if (left is not null)
            {
                _ = await database.KeyExpireAsync(key, left > time ? left - time : TimeSpan.Zero);
            }
        }
    }
}
