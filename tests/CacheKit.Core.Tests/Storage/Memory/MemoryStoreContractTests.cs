using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Memory;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Memory;

public sealed class MemoryStoreContractTests : CacheStoreContract
{
    [Fact]
    public async Task Memory_the_store_rejects_a_value_over_a_quarter_of_its_size_and_keeps_the_others()
    {
        await using MemoryStore store = new(Clock, maxBytes: 4096);
        CancellationToken token = TestContext.Current.CancellationToken;
        await store.SetAsync("a", new byte[100], TimeSpan.FromHours(1), token);
        StoreException fault = await Assert.ThrowsAsync<StoreException>(
            async () => await store.SetAsync("b", new byte[1024], TimeSpan.FromHours(1), token));
        Assert.Equal(StoreFault.ValueTooLarge, fault.Fault);
        Assert.NotNull(await store.GetAsync("a", token));
    }

    protected override ICacheStore CreateStore() => new MemoryStore(Clock, maxBytes: 1L << 30);
}
