using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Resilience;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Resilience;

/// <summary>Exchanges whose answers are lost.</summary>
public sealed class ResilientStoreExchangeTests : IAsyncDisposable
{
    private static readonly StoreException s_lost = new(StoreFault.Unavailable, "The connection broke.");

    private readonly FakeStore _fake = new();
    private readonly ObservedStore _observed;
    private readonly ResilientStore _store;

    public ResilientStoreExchangeTests()
    {
        _observed = new ObservedStore(_fake);
        // A second attempt is made only while there is time for it.
        ResilienceOptions options = new()
        {
            OperationTimeout = HangGuard.Limit,
            RetryDelay = TimeSpan.FromMilliseconds(1),
            BreakerFailures = 100,
        };
        _store = new ResilientStore(_observed, options, TimeProvider.System);
        _fake.Entries["a"] = [1];
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Theory]
    [InlineData("a")]
    [InlineData("b")]
    [InlineData(null)]
    public async Task Retry_an_exchange_whose_answer_was_lost_has_happened(string? target)
    {
        _observed.AfterExchange = _ => LoseOnce();
        Assert.True(await _store.TryExchangeAsync(Exchange(target), Token));
        Assert.Equal(2, _observed.Exchanges.Count);
        Assert.Equal(target is null ? [] : [target], _fake.Entries.Keys);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("b")]
    [InlineData(null)]
    public async Task Retry_an_exchange_that_did_not_reach_the_store_happens_at_the_next_attempt(string? target)
    {
        _observed.BeforeExchange = _ => LoseOnce();
        Assert.True(await _store.TryExchangeAsync(Exchange(target), Token));
        Assert.Equal(target is null ? [] : [target], _fake.Entries.Keys);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("b")]
    [InlineData(null)]
    public async Task Retry_a_foreign_change_is_not_taken_for_our_own_exchange(string? target)
    {
        _observed.BeforeExchange = _ =>
        {
            if (_observed.BeforeExchange is not null)
            {
                _fake.Entries["a"] = [5];
                LoseOnce();
            }
        };
        Assert.False(await _store.TryExchangeAsync(Exchange(target), Token));
        Assert.Equal([5], _fake.Entries["a"]);
        Assert.Single(_fake.Entries);
    }

    [Fact]
    public async Task Retry_an_answered_exchange_is_not_checked_again()
    {
        Assert.False(await _store.TryExchangeAsync(Exchange("b") with { Expected = [2] }, Token));
        Assert.Single(_observed.Exchanges);
        Assert.Equal(0, _observed.Reads);
    }

    private static StoreExchange Exchange(string? target) => new()
    {
        Key = "a",
        Expected = [1],
        Target = target,
        Value = [7, 7],
        TimeToLive = TimeSpan.FromHours(1),
    };

    private void LoseOnce()
    {
        _observed.BeforeExchange = null;
        _observed.AfterExchange = null;
        throw s_lost;
    }
}
