using System.Globalization;
using System.Net;
using System.Net.Sockets;
using CacheKit.Core.Storage;
using CacheKit.Core.Tests.Support;
using CacheKit.Core.Tests.Support.Servers;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Http;

/// <summary>Servers, and networks, that do not do what they should.</summary>
public sealed class HttpStoreFaultTests : HttpStoreTestBase
{
    private const long MaxValueBytes = 1 << 20;

    public static TheoryData<string> All { get; } = Operations;

    public static TheoryData<string, StoreFault> Answers { get; } = new()
    {
        { nameof(FaultyAnswers.Html), StoreFault.UnexpectedAnswer },
        { nameof(FaultyAnswers.NotHttp), StoreFault.UnexpectedAnswer },
        { nameof(FaultyAnswers.Truncated), StoreFault.Unavailable },
        { nameof(FaultyAnswers.TruncatedChunks), StoreFault.Unavailable },
        { nameof(FaultyAnswers.HangUp), StoreFault.Unavailable },
        { nameof(FaultyAnswers.Gibibyte), StoreFault.UnexpectedAnswer },
        { nameof(FaultyAnswers.GibibyteInChunks), StoreFault.UnexpectedAnswer },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Http_a_bad_answer_is_a_fault_and_the_next_good_one_is_not(string name, StoreFault fault)
    {
        Serve(Answer(name));
        StoreException first = await FaultAsync(fault, () => RunAsync("get"));
        StoreException second = await FaultAsync(fault, () => RunAsync("many"));
        Assert.Equal(first.Message, second.Message);
        Server.Answer = FaultyAnswers.Ok("good");
        Assert.Equal("good"u8.ToArray(), await Store.GetAsync("k", Token));
    }

    [Theory]
    [InlineData(nameof(FaultyAnswers.Gibibyte))]
    [InlineData(nameof(FaultyAnswers.GibibyteInChunks))]
    public async Task Http_an_answer_that_is_too_long_is_cut_off(string name)
    {
        Serve(Answer(name), options => options with { MaxValueBytes = MaxValueBytes });
        await FaultAsync(StoreFault.UnexpectedAnswer, () => RunAsync("get"));

        // What nobody reads is never sent: beside the limit, only what the sockets of both sides hold.
        await Store.DisposeAsync();
        await Server.DisposeAsync();
        Assert.All(Server.Exchanges, exchange => Assert.InRange(exchange.BytesSent, 0, 32 << 20));
    }

    [Theory]
    [InlineData("text/html", null)]
    [InlineData("text/plain", null)]
    [InlineData("application/json", null)]
    [InlineData("application/octet-stream", "gzip")]
    [InlineData("application/octet-stream", "br, identity")]
    public async Task Http_an_answer_of_another_content_type_is_not_a_value(string type, string? encoding)
    {
        Serve(exchange => exchange.SendAsync(
            "200 OK", "v", $"Content-Type: {type}", encoding is null
                ? "X-Nothing: 1"
                : $"Content-Encoding: {encoding}"));
        await FaultAsync(StoreFault.UnexpectedAnswer, () => RunAsync("get"));
    }

    [Fact]
    public async Task Http_a_value_without_a_content_type_is_a_value()
    {
        Serve(exchange => exchange.SendAsync("200 OK", "v"));
        Assert.Equal("v"u8.ToArray(), await Store.GetAsync("k", Token));
    }

    [Fact]
    public async Task Http_endless_headers_are_cut_off()
    {
        Serve(exchange => exchange.SendAsync("200 OK", "v", "X-Long: " + new string('x', 100_000)));
        await FaultAsync(StoreFault.UnexpectedAnswer, () => RunAsync("get"));
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task Http_a_redirect_is_not_followed_so_that_the_key_goes_nowhere_else(int status)
    {
        await using FaultyHttpServer elsewhere = FaultyHttpServer.Start(FaultyAnswers.Ok("v"));
        Serve(FaultyAnswers.Redirect(status, elsewhere.Address));
        foreach (string operation in (string[])["get", "many", "set", "remove", "list", "lock"])
        {
            StoreException exception = await FaultAsync(StoreFault.UnexpectedAnswer, () => RunAsync(operation));
            Assert.Contains("redirect", exception.Message, StringComparison.Ordinal);
        }

        Assert.Empty(elsewhere.Exchanges);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Http_a_silent_server_times_out_at_the_operation_timeout(string operation)
    {
        // Two keys are two requests, each on a connection of its own. While one connects, the time that it may take for
        // that is added: the clock moves when all have asked.
        int missing = operation == "many" ? 2 : 1;
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Serve(
            exchange =>
            {
                if (Interlocked.Decrement(ref missing) == 0)
                {
                    asked.TrySetResult();
                }

                return exchange.StaySilentAsync();
            },
            options => options with { OperationTimeout = TimeSpan.FromSeconds(5) });
        Task work = RunAsync(operation);
        await asked.Task;
        Clock.Advance(TimeSpan.FromMilliseconds(4999));
        Assert.False(work.IsCompleted);
        Clock.Advance(TimeSpan.FromMilliseconds(1));
        StoreException exception = await FaultAsync(StoreFault.TimedOut, () => work);
        Assert.Equal($"The HTTP store http://127.0.0.1:{Server.Port} did not answer in time.", exception.Message);
    }

    [Fact]
    public async Task Http_a_stalled_value_times_out()
    {
        TaskCompletionSource stalled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Serve(exchange =>
        {
            Task answer = FaultyAnswers.Stalled(exchange);
            stalled.TrySetResult();
            return answer;
        });
        Task work = RunAsync("get");
        await stalled.Task;
        Clock.Advance(HttpStores.Options(Server.Address).OperationTimeout);
        await FaultAsync(StoreFault.TimedOut, () => work);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Http_a_cancelled_caller_does_not_wait(string operation)
    {
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Serve(exchange =>
        {
            asked.TrySetResult();
            return exchange.StaySilentAsync();
        });
        using CancellationTokenSource leaving = new();
        Task work = operation switch
        {
            "get" => Store.GetAsync("k", leaving.Token).AsTask(),
            "many" => Store.GetManyAsync(["k", "l"], leaving.Token).AsTask(),
            "set" => Store.SetAsync("k", new byte[] { 1 }, Hour, leaving.Token).AsTask(),
            "remove" => Store.RemoveAsync("k", leaving.Token).AsTask(),
            "list" => Store.AnyAsync("*", leaving.Token).AsTask(),
            _ => Store.TryLockAsync("k", Hour, leaving.Token).AsTask(),
        };
        await asked.Task;
        await leaving.CancelAsync();
        OperationCanceledException exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => work);
        Assert.Equal(leaving.Token, exception.CancellationToken);
    }

    [Fact]
    public async Task Http_closing_the_store_ends_running_operations()
    {
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Serve(exchange =>
        {
            asked.TrySetResult();
            return exchange.StaySilentAsync();
        });
        Task work = RunAsync("get");
        await asked.Task;
        await Store.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => work);
    }

    [Fact]
    public async Task Http_a_closed_port_is_an_unavailable_store()
    {
        Serve(FaultyAnswers.Ok("v"));
        await Server.DisposeAsync();
        StoreException exception = await FaultAsync(StoreFault.Unavailable, () => RunAsync("get"));
        Assert.Contains("nobody listens", exception.Message, StringComparison.Ordinal);
        Assert.IsType<SocketException>(exception.InnerException);
    }

    [Theory]
    [InlineData(SocketError.HostNotFound)]
    [InlineData(SocketError.TryAgain)]
    [InlineData(SocketError.NoData)]
    public async Task Http_a_name_that_does_not_resolve_is_reported(SocketError error)
    {
        Serve(FaultyAnswers.Ok("v"), options => options with
        {
            BaseAddress = new Uri("https://nowhere.example.com"),
            Resolve = (_, _) => Task.FromException<IPAddress[]>(new SocketException((int)error)),
        });
        StoreException exception = await FaultAsync(StoreFault.Unavailable, () => RunAsync("get"));
        Assert.Contains("does not resolve", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Http_connecting_has_its_own_timeout()
    {
        Serve(FaultyAnswers.Ok("v"), options => options with
        {
            BaseAddress = new Uri("https://slow.example.com"),
            ConnectTimeout = TimeSpan.FromMilliseconds(50),
            Resolve = async (_, token) =>
            {
                await Task.Delay(Timeout.Infinite, token);
                return [];
            },
        });
        await FaultAsync(StoreFault.TimedOut, () => RunAsync("get"));
    }

    [Fact]
    public async Task Http_one_fault_ends_a_batch()
    {
        // What is asked for long after the fault is not answered: it ends by the fault, or never.
        Serve(exchange => int.Parse(exchange.Target.Split("/k")[^1], CultureInfo.InvariantCulture) switch
        {
            50 => exchange.SendAsync("500 Error", string.Empty),
            > 100 => exchange.StaySilentAsync(),
            _ => exchange.SendAsync("404 Not Found", string.Empty),
        });
        string[] keys = [.. Enumerable.Range(0, 200).Select(i => $"k{i}")];
        await FaultAsync(
            StoreFault.Unavailable, () => Store.GetManyAsync(keys, Token).AsTask().WaitAsync(HangGuard.Limit, Token));
        Assert.InRange(Server.Exchanges.Count, 1, 150);
    }

    private static FaultyAnswer Answer(string name) =>
        (FaultyAnswer)typeof(FaultyAnswers).GetProperty(name)!.GetValue(null)!;
}
