using CacheKit.Core.Storage;
using CacheKit.Core.Tests.Support.Servers;
using Xunit;

namespace CacheKit.Core.Tests.Faults;

public sealed class RedisFaultTests : FaultSuite, IAsyncLifetime
{
    public static TheoryData<string> Rows => [.. RedisFaultRows.All.Select(row => row.Name)];

    /// <summary>Loads the client, which takes its time on a busy machine and would count as connecting.</summary>
    public async ValueTask InitializeAsync()
    {
        await using RedisStore store = new(new RedisStoreOptions { Connection = $"redis://127.0.0.1:{FreePort.Take()}" });
        await Record.ExceptionAsync(async () => await store.GetAsync("a", CancellationToken.None));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [MemberData(nameof(Rows))]
    public Task A_fault_of_redis_is_bounded_told_once_and_passes(string name) =>
        RunAsync(RedisFaultRows.All.Single(row => row.Name == name));
}
