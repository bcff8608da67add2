using System.Net;
using CacheKit.Core.Storage;
using StackExchange.Redis;

namespace CacheKit.Core.Tests.Storage.Redis;

/// <summary>
/// The contract over a server that the tests of a class share. Each test begins with an empty database; its time passes
/// by taking it from the time that the keys have left.
/// </summary>
public abstract class RedisStoreContract : CacheStoreContract
{
    private readonly object _lock = new();

    private ConnectionMultiplexer? _admin;
    private RedisStore? _store;

    protected override bool HasExactClock => false;

    /// <summary>The URL of the server.</summary>
    protected abstract string Url { get; }

    protected override ICacheStore CreateStore()
    {
        // Threads may ask at the same time: the second must not empty the database of the first.
        lock (_lock)
        {
            if (_store is null)
            {
                _admin = ConnectionMultiplexer.Connect(
                    $"{new Uri(Url).Authority},allowAdmin=true,connectTimeout=30000,syncTimeout=30000");
                _admin.GetServer(_admin.GetEndPoints()[0]).FlushDatabase();
                _store = MakeStore();
            }

            return _store;
        }
    }

    protected override void Clean() => _admin?.Dispose();

    protected override async Task LetPassAsync(TimeSpan time)
    {
        EndPoint server = _admin!.GetEndPoints()[0];
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

    private RedisStore MakeStore() => new(new RedisStoreOptions
    {
        Connection = Url,
        ConnectTimeout = TimeSpan.FromSeconds(30),
        OperationTimeout = TimeSpan.FromSeconds(30),
    });
}
