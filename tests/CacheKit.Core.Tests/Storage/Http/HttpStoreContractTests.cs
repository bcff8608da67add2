using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Http;
using CacheKit.StoreServer;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Http;

/// <summary>The contract over plain HTTP/1.1, on the server that others may host.</summary>
public class HttpStoreContractTests : CacheStoreContract, IAsyncLifetime
{
    private const int MaxValueBytes = 100 << 20;

    private HttpStoreServer? _server;

    public async ValueTask InitializeAsync() => _server = await HttpStoreServer.StartAsync(
        Configure(HttpStores.ServerOptions with { Clock = Clock, MaxValueBytes = MaxValueBytes }));

    protected override ICacheStore CreateStore() => new HttpStore(
        Configure(HttpStores.Options(_server!.Address) with { MaxValueBytes = MaxValueBytes }), TimeProvider.System);

    // A zero byte has its place in the protocol, but the server behind this one refuses every address that has one.
    protected override bool Refuses(string key) =>
        HttpStore.Refuses(key) || key.Contains('\0', StringComparison.Ordinal);

    protected override void Clean() => _server!.DisposeAsync().AsTask().GetAwaiter().GetResult();

    private protected virtual HttpStoreServerOptions Configure(HttpStoreServerOptions options) => options;

    private protected virtual HttpStoreOptions Configure(HttpStoreOptions options) => options;
}
