using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Http;
using CacheKit.Core.Tests.Support.Servers;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Http;

/// <summary>A store, and a server that answers as a test wants.</summary>
public abstract class HttpStoreTestBase : IAsyncDisposable
{
    private HttpStore? _store;
    private FaultyHttpServer? _server;

    protected static TimeSpan Hour { get; } = TimeSpan.FromHours(1);

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero));

    protected HttpStore Store => _store!;

    private protected FaultyHttpServer Server => _server!;

    public async ValueTask DisposeAsync()
    {
        if (_store is not null)
        {
            await _store.DisposeAsync();
        }

        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Every operation of a store that asks the server.</summary>
    protected static TheoryData<string> Operations { get; } = ["get", "many", "set", "remove", "list", "lock"];

    protected async Task RunAsync(string operation)
    {
        switch (operation)
        {
            case "get":
                await Store.GetAsync("k", Token);
                break;
            case "many":
                await Store.GetManyAsync(["k", "l"], Token);
                break;
            case "set":
                await Store.SetAsync("k", new byte[] { 1 }, Hour, Token);
                break;
            case "remove":
                await Store.RemoveAsync("k", Token);
                break;
            case "list":
                await Store.AnyAsync("*", Token);
                break;
            case "lock":
                await Store.TryLockAsync("k", Hour, Token);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(operation));
        }
    }

    /// <summary>Runs what must fail; neither the exception nor any below it may show the API key.</summary>
    protected static async Task<StoreException> FaultAsync(StoreFault fault, Func<Task> operation)
    {
        StoreException exception = await Assert.ThrowsAsync<StoreException>(operation);
        Assert.Equal(fault, exception.Fault);
        Assert.DoesNotContain(HttpStores.ApiKey, exception.ToString() + exception.WayOut, StringComparison.Ordinal);
        Assert.EndsWith(".", exception.Message, StringComparison.Ordinal);
        return exception;
    }

    private protected void Serve(FaultyAnswer answer, Func<HttpStoreOptions, HttpStoreOptions>? change = null)
    {
        _server = FaultyHttpServer.Start(answer);
        HttpStoreOptions options = HttpStores.Options(_server.Address);
        _store = new HttpStore(change is null ? options : change(options), Clock);
    }
}
