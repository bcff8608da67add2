using CacheKit.Core.Storage;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Resilience;

/// <summary>What is repeated, how often, and how long a call takes with all its attempts.</summary>
public sealed class ResilientStoreRetryTests : ResilientStoreTestBase
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    public static TheoryData<StoreFault> Lasting =>
    [
        StoreFault.AccessDenied, StoreFault.AuthenticationFailed, StoreFault.TlsFailed, StoreFault.Full,
        StoreFault.Corrupt, StoreFault.UnexpectedAnswer, StoreFault.ValueTooLarge, StoreFault.Unsupported,
    ];

    [Theory]
    [InlineData(StoreFault.Unavailable)]
    [InlineData(StoreFault.Busy)]
    public async Task Retry_a_transient_fault_is_retried_until_it_passes(StoreFault kind)
    {
        Inner.Script = (number, _) => number < 2
            ? Task.FromException(new StoreException(kind, "A moment."))
            : Task.CompletedTask;
        Assert.Null((await GetAsync()).Fault);
        Assert.Equal(3, Attempts);
    }

    [Fact]
    public async Task Retry_a_call_has_three_attempts_and_ends_with_the_fault_of_the_store()
    {
        Inner.Script = ScriptedStore.Fail(Down);
        Assert.Same(Down, (await GetAsync()).Fault);
        Assert.Equal(3, Attempts);
    }

    [Fact]
    public async Task Retry_every_call_except_locks_and_listings_is_retried()
    {
        Options = Options with { BreakerFailures = 100 };
        Inner.Script = ScriptedStore.Fail(Down);
        Inner.Keys = ["a"];
        await CallAsync(store => store.GetManyAsync(["a", "b"], Token).AsTask());
        Assert.Equal(3, Attempts);
        await CallAsync(store => store.SetAsync("a", new byte[1], s_second, Token).AsTask());
        Assert.Equal(6, Attempts);
        await CallAsync(store => store.RemoveAsync("a", Token).AsTask());
        Assert.Equal(9, Attempts);
        Assert.Same(Down, (await CallAsync(store => store.TryLockAsync("a", s_second, Token).AsTask())).Fault);
        Assert.Equal(10, Attempts);
        Assert.Same(Down, (await CallAsync(store => store.AnyAsync("*", Token).AsTask())).Fault);
        Assert.Equal(11, Attempts);
    }

    [Fact]
    public async Task Retry_pauses_grow_and_vary_from_call_to_call()
    {
        // Pauses are drawn at random. Of so many calls the ratio of the averages is 1.33, with a deviation of 0.05.
        const int Calls = 400;
        Options = Options with { BreakerFailures = 10 * Calls };

        // A new one each time: an exception that is thrown again and again drags a stack trace that grows.
        Inner.Script = (_, _) => Task.FromException(new StoreException(StoreFault.Unavailable, "No."));
        List<double> first = [];
        List<double> second = [];
        for (int i = 0; i < Calls; i++)
        {
            Inner.Attempts.Clear();
            await GetAsync();
            DateTimeOffset[] times = [.. Inner.Attempts];
            first.Add((times[1] - times[0]).TotalMilliseconds);
            second.Add((times[2] - times[1]).TotalMilliseconds);
        }

        Assert.All([.. first, .. second], pause => Assert.InRange(pause, 0, 400));
        Assert.InRange(first.Average(), 20, 110);
        Assert.InRange(second.Average() / first.Average(), 1.05, 2);
        Assert.InRange(first.Distinct().Count(), 30, Calls);
    }

    [Theory]
    [MemberData(nameof(Lasting))]
    public async Task Retry_a_permanent_fault_is_neither_retried_nor_counted(StoreFault kind)
    {
        StoreException fault = new(kind, "No.");
        Inner.Script = ScriptedStore.Fail(fault);
        for (int i = 0; i < 10; i++)
        {
            Assert.Same(fault, (await GetAsync()).Fault);
        }

        Assert.Equal(10, Attempts);
        Assert.False(Store.IsOpen);
    }

    [Fact]
    public async Task Retry_a_call_without_an_answer_times_out_after_a_second_and_is_not_retried()
    {
        await ConnectAsync();
        Inner.Script = ScriptedStore.Hang;
        (StoreException? fault, TimeSpan time) = await GetAsync();
        Assert.Equal(StoreFault.TimedOut, fault?.Fault);
        Assert.Equal("scripted store did not answer in time.", fault?.Message);
        Assert.Equal(s_second, time);
        Assert.Equal(1, Attempts);
    }

    [Fact]
    public async Task Retry_the_first_call_may_take_the_time_to_connect()
    {
        Inner.Script = ScriptedStore.Hang;
        Assert.Equal(3 * s_second, (await GetAsync()).Time);
        Assert.Equal(s_second, (await GetAsync()).Time);
        Assert.True(Store.IsOpen);
    }

    [Theory]
    [InlineData(999, 3)]
    [InlineData(1000, 1)]
    public async Task Retry_a_fault_as_late_as_the_timeout_is_not_retried(int failsAfterMs, int attempts)
    {
        Inner.Script = async (_, token) =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(failsAfterMs), Clock, token);
            throw Down;
        };
        Assert.Same(Down, (await GetAsync()).Fault);
        Assert.Equal(attempts, Attempts);
    }

    [Fact]
    public async Task Retry_a_store_that_gives_up_by_itself_is_a_timeout()
    {
        Inner.Script = (_, _) => Task.FromCanceled(new CancellationToken(canceled: true));
        Assert.Equal(StoreFault.TimedOut, (await GetAsync()).Fault?.Fault);
        Assert.Equal(1, Attempts);
    }

    [Fact]
    public async Task Retry_an_invalid_argument_is_not_a_store_fault()
    {
        Inner.Script = (_, _) => Task.FromException(new ArgumentException("Yours."));
        for (int i = 0; i < 5; i++)
        {
            await Assert.ThrowsAsync<ArgumentException>(async () => await Store.GetAsync("a", Token));
        }

        Assert.Equal(5, Attempts);
        Assert.False(Store.IsOpen);
    }

    [Fact]
    public async Task Retry_a_requested_pause_is_kept()
    {
        TimeSpan moment = TimeSpan.FromMilliseconds(700);
        StoreException busy = new(StoreFault.Busy, "A moment.") { RetryAfter = moment };
        Inner.Script = (number, _) => number == 0 ? Task.FromException(busy) : Task.CompletedTask;
        (StoreException? fault, TimeSpan time) = await GetAsync();
        Assert.Null(fault);
        Assert.Equal(moment, time);
    }

    [Fact]
    public async Task Retry_a_requested_pause_longer_than_the_call_is_not_retried()
    {
        StoreException busy = new(StoreFault.Busy, "Tomorrow.") { RetryAfter = TimeSpan.FromMinutes(1) };
        Inner.Script = ScriptedStore.Fail(busy);
        Assert.Same(busy, (await GetAsync()).Fault);
        Assert.Equal(1, Attempts);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(950)]
    [InlineData(999)]
    [InlineData(1900)]
    public async Task Retry_a_call_never_exceeds_its_time_limit(int failsAfterMs)
    {
        Options = Options with { BreakerFailures = 1000 };
        TimeSpan? bound = Options.Bound(bytes: 0);
        Assert.Equal(4 * s_second, bound);
        Inner.Script = async (_, token) =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(failsAfterMs), Clock, token);
            throw Down;
        };
        for (int i = 0; i < 20; i++)
        {
            Assert.InRange((await GetAsync()).Time, TimeSpan.Zero, bound!.Value);
        }
    }

    [Fact]
    public async Task Retry_a_large_value_gets_more_time_to_write_and_read_again()
    {
        Options = Options with { BreakerFailures = 1000 };
        await ConnectAsync();
        byte[] large = new byte[24 << 20];
        Inner.Script = ScriptedStore.Hang;
        TimeSpan time = (await CallAsync(store => store.SetAsync("a", large, s_second, Token).AsTask())).Time;
        Assert.Equal(4 * s_second, time);
        Assert.Equal(s_second, (await GetAsync()).Time);
        Inner.Script = (_, _) => Task.CompletedTask;
        await CallAsync(store => store.SetAsync("a", large, s_second, Token).AsTask());
        Inner.Script = ScriptedStore.Hang;
        Assert.Equal(4 * s_second, (await GetAsync()).Time);
    }

    [Fact]
    public async Task Retry_without_a_timeout_a_call_takes_any_time()
    {
        Options = Options with { OperationTimeout = null };
        TaskCompletionSource answer = new();
        Inner.Script = (_, _) => answer.Task;
        Task<byte[]?> call = Store.GetAsync("a", Token).AsTask();
        Assert.Null(Clock.NextDue);
        Clock.Advance(TimeSpan.FromHours(1));
        Assert.False(call.IsCompleted);
        answer.SetResult();
        Assert.NotNull(await call);
    }
}
