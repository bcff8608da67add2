using System.Net;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Http;
using CacheKit.Core.Tests.Support;
using CacheKit.Core.Tests.Support.Servers;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Http;

/// <summary>What has more time than an operation.</summary>
public sealed class HttpStoreDeadlineTests : HttpStoreTestBase
{
    [Fact]
    public async Task Http_connecting_does_not_count_toward_the_operation_timeout()
    {
        TaskCompletionSource<IPAddress[]> resolved = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource connecting = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using FaultyHttpServer server = FaultyHttpServer.Start(exchange =>
        {
            asked.TrySetResult();
            return exchange.StaySilentAsync();
        });
        HttpStoreOptions options = HttpStores.Options(new Uri($"http://localhost:{server.Port}")) with
        {
            OperationTimeout = TimeSpan.FromSeconds(1),
            ConnectTimeout = HangGuard.Limit,
            Resolve = (_, _) =>
            {
                connecting.TrySetResult();
                return resolved.Task;
            },
        };
        await using HttpStore store = new(options, Clock);
        Task work = store.GetAsync("k", Token).AsTask();
        await Task.WhenAny(connecting.Task, work);
        Clock.Advance(TimeSpan.FromSeconds(15));
        Assert.False(work.IsCompleted);
        resolved.SetResult([IPAddress.Loopback]);
        await Task.WhenAny(asked.Task, work);
        Clock.Advance(TimeSpan.FromMilliseconds(999));
        Assert.False(work.IsCompleted);
        Clock.Advance(TimeSpan.FromMilliseconds(1));
        await FaultAsync(StoreFault.TimedOut, () => work);
    }

    [Fact]
    public async Task Http_a_large_value_gets_more_time_to_be_sent()
    {
        TaskCompletionSource sent = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Serve(
            exchange =>
            {
                sent.TrySetResult();
                return exchange.StaySilentAsync();
            },
            options => options with { OperationTimeout = TimeSpan.FromSeconds(5) });
        Task work = Store.SetAsync("k", new byte[16 << 20], Hour, Token).AsTask();
        await Task.WhenAny(sent.Task, work);
        Clock.Advance(TimeSpan.FromMilliseconds(6999));
        Assert.False(work.IsCompleted);
        Clock.Advance(TimeSpan.FromMilliseconds(1));
        await FaultAsync(StoreFault.TimedOut, () => work);
    }

    [Theory]
    [InlineData("Content-Length: 26214400\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n1900000\r\n")]
    public async Task Http_a_large_value_gets_more_time_to_be_received(string announcement)
    {
        TaskCompletionSource sent = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Serve(
            async exchange =>
            {
                await exchange.SendAsync($"HTTP/1.1 200 OK\r\n{announcement}");
                // Not all of it has been read when this is over: at least 16 MiB, since nobody in between keeps more.
                await exchange.SendAsync(new byte[24 << 20]);
                sent.TrySetResult();
                await exchange.StaySilentAsync();
            },
            options => options with { OperationTimeout = TimeSpan.FromSeconds(5) });
        Task work = Store.GetAsync("k", Token).AsTask();
        await Task.WhenAny(sent.Task, work);
        Clock.Advance(TimeSpan.FromMilliseconds(6900));
        Assert.False(work.IsCompleted);
        Clock.Advance(TimeSpan.FromMilliseconds(1100));
        await FaultAsync(StoreFault.TimedOut, () => work);
    }
}
