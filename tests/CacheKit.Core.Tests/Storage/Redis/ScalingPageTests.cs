using CacheKit.Core.Storage.Redis;
using CacheKit.Core.Tests.Support;
using CacheKit.Core.Tests.Support.Servers;
using StackExchange.Redis;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Redis;

/// <summary>The user that docs/scaling.md recommends can do all that the cache needs.</summary>
public sealed class ScalingPageTests : IAsyncDisposable
{
    private readonly RedisTestStores _stores = new();

    [Fact]
    public async Task Docs_the_Redis_user_of_the_scaling_page_can_do_everything()
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        string page = await File.ReadAllTextAsync(RepositoryRoot.File("docs", "scaling.md"), token);
        string[] command = page.Split('\n').Single(line => line.StartsWith("ACL SETUSER", StringComparison.Ordinal))
            .Split(' ');
        using RedisProcess server = RedisProcess.StartServer();
        await using (ConnectionMultiplexer administrator =
            await ConnectionMultiplexer.ConnectAsync(RedisTestStores.Beside(server.Url)))
        {
            await administrator.GetDatabase().ExecuteAsync(command[0], [.. command[1..]]);
        }

        RedisStore store = _stores.Make(RedisTestStores.Patient($"redis://cachekit:password@127.0.0.1:{server.Port}"));
        RedisDescription rights = await store.DescribeAsync(token);
        Assert.Equal(
            (true, true, true, true),
            (rights.CanRead, rights.CanWrite, rights.CanLock, rights.CanList));
        Assert.Null(rights.Version);
    }

    public ValueTask DisposeAsync() => _stores.DisposeAsync();
}
