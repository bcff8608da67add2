using System.Globalization;
using CacheKit.Core.Storage.Redis;
using CacheKit.Core.Tests.Support;

namespace CacheKit.Core.Tests.Storage.Redis;

/// <summary>The stores of one test, disposed with it.</summary>
internal sealed class RedisTestStores : IAsyncDisposable
{
    private readonly List<RedisStore> _stores = [];

    /// <summary>
    /// How long the library may take to connect. It is told at once that nobody listens, but sometimes does not hear
    /// it, and fails at the end of this time: before anybody takes it for hanging.
    /// </summary>
    public static readonly TimeSpan ConnectTimeout = HangGuard.Limit / 5;

    /// <summary>Options that leave a busy machine time: what times out in these tests does so by a clock of theirs.
    /// </summary>
    /// <param name="connection">The URL or configuration string.</param>
    public static RedisStoreOptions Patient(string connection) => new()
    {
        Connection = connection,
        ConnectTimeout = ConnectTimeout,
        OperationTimeout = HangGuard.Limit,
    };

    /// <summary>A configuration of the library's own, as patient, for a look beside the tested store.</summary>
    /// <param name="url">The URL of the server.</param>
    public static string Beside(string url) => string.Create(
        CultureInfo.InvariantCulture,
        $"{new Uri(url).Authority},allowAdmin=true,connectTimeout={HangGuard.Milliseconds},"
        + $"asyncTimeout={HangGuard.Milliseconds}");

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
