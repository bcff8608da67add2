using CacheKit.Core.Storage;

namespace CacheKit.Core.Tests.Storage.Redis;

/// <summary>The stores of one test, disposed with it.</summary>
internal sealed class RedisTestStores : IAsyncDisposable
{
    private readonly List<RedisStore> _stores = [];

    /// <summary>Options that leave a busy machine time.</summary>
    /// <param name="connection">The URL or configuration string.</param>
    public static RedisStoreOptions Patient(string connection) => new()
    {
        Connection = connection,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        OperationTimeout = TimeSpan.FromSeconds(5),
    };

    public RedisStore Make(string connection) => Make(Patient(connection));

    public RedisStore Make(RedisStoreOptions options)
    {
        RedisStore store = new(options);
        _stores.Add(store);
        return store;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (RedisStore store in _stores)
        {
            await store.DisposeAsync();
        }
    }
}
