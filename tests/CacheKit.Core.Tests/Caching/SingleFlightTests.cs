using CacheKit.Core.Caching;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Caching;

/// <summary>One computation a key: who leads, who waits, and what those who wait are told.</summary>
public sealed class SingleFlightTests : EntryCacheTestBase
{
    private static readonly TimeSpan s_long = TimeSpan.FromMinutes(5);

    private readonly SingleFlight _flights = new();

    protected override ICacheStore CreateStore() => new FakeStore();

    [Fact]
    public void SingleFlight_the_first_leads_and_the_second_does_not()
    {
        EntryKeys keys = Open().KeysFor(Namespace, Identity);
        using Flight first = _flights.Enter(keys, out bool isLeader);
        Assert.True(isLeader);
        Flight second = _flights.Enter(keys, out isLeader);
        Assert.False(isLeader);
        Assert.Same(first, second);
    }

    [Fact]
    public void SingleFlight_two_keys_are_two_flights()
    {
        EntryCache cache = Open();
        using Flight first = _flights.Enter(cache.KeysFor(Namespace, Identity), out _);
        using Flight second = _flights.Enter(cache.KeysFor("other", Identity), out bool isLeader);
        Assert.True(isLeader);
    }

    [Fact]
    public async Task SingleFlight_waiters_learn_the_outcome()
    {
        EntryKeys keys = Open().KeysFor(Namespace, Identity);
        Flight flight = _flights.Enter(keys, out _);
        Task<FlightResult?>[] waiting =
            [
                .. Enumerable.Range(0, 20)
                    .Select(_ => _flights.Enter(keys, out bool _).WaitAsync(s_long, Token).AsTask()),
            ];
        Assert.All(waiting, task => Assert.False(task.IsCompleted));
        flight.Complete(new FlightResult(FlightOutcome.NotCached));
        Assert.All(await Task.WhenAll(waiting), result => Assert.Equal(FlightOutcome.NotCached, result?.Outcome));
    }

    [Fact]
    public async Task SingleFlight_a_flight_left_by_its_leader_is_abandoned_and_the_next_one_leads()
    {
        EntryKeys keys = Open().KeysFor(Namespace, Identity);
        Flight flight = _flights.Enter(keys, out _);
        Task<FlightResult?> waiting = flight.WaitAsync(s_long, Token).AsTask();
        flight.Dispose();
        Assert.Equal(FlightOutcome.Abandoned, (await waiting)?.Outcome);
        using Flight next = _flights.Enter(keys, out bool isLeader);
        Assert.True(isLeader);
    }

    [Fact]
    public async Task SingleFlight_ending_twice_keeps_the_first_outcome_and_the_next_flight()
    {
        EntryKeys keys = Open().KeysFor(Namespace, Identity);
        Flight flight = _flights.Enter(keys, out _);
        flight.Complete(new FlightResult(FlightOutcome.Found));
        using Flight next = _flights.Enter(keys, out _);
        flight.Dispose();
        Assert.Equal(FlightOutcome.Found, (await flight.WaitAsync(s_long, Token))?.Outcome);
        Assert.Same(next, _flights.Enter(keys, out bool isLeader));
        Assert.False(isLeader);
    }

    [Fact]
    public async Task SingleFlight_a_wait_times_out()
    {
        using Flight flight = _flights.Enter(Open().KeysFor(Namespace, Identity), out _);
        Assert.Null(await flight.WaitAsync(TimeSpan.Zero, Token));
    }

    [Fact]
    public async Task SingleFlight_a_wait_is_cancellable()
    {
        using Flight flight = _flights.Enter(Open().KeysFor(Namespace, Identity), out _);
        using CancellationTokenSource stop = new();
        Task<FlightResult?> waiting = flight.WaitAsync(s_long, stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task SingleFlight_a_flight_belongs_to_its_leading_thread_until_it_ends()
    {
        Flight flight = _flights.Enter(Open().KeysFor(Namespace, Identity), out _);
        Assert.True(flight.IsOwn);
        bool elsewhere = await Task.Factory.StartNew(
            () => flight.IsOwn, Token, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Assert.False(elsewhere);
        flight.Dispose();
        Assert.False(flight.IsOwn);
    }
}
