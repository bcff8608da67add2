using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Delegates;
using Xunit;

namespace CacheKit.Core.Tests.Storage;

/// <summary>What happens between the steps of an exchange that takes several.</summary>
public sealed class StepwiseExchangeTests : IAsyncDisposable
{
    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);

    private static readonly StoreExchange s_move =
        new() { Key = "a", Expected = [1], Target = "b", Value = [7], TimeToLive = s_hour };

    private readonly Dictionary<string, byte[]> _stored = new(StringComparer.Ordinal);
    private readonly HashSet<string> _locked = new(StringComparer.Ordinal);
    private readonly DelegateStore _store;
    private Action<string> _afterSet = _ => { };

    public StepwiseExchangeTests()
    {
        DelegateStoreBlocks blocks = new()
        {
            Get = Block(arguments => _stored.TryGetValue((string)arguments[0]!, out byte[]? value) ? [value] : []),
            Set = Block(arguments =>
            {
                _stored[(string)arguments[0]!] = (byte[])arguments[1]!;
                _afterSet((string)arguments[0]!);
                return [];
            }),
            Remove = Block(arguments => [_stored.Remove((string)arguments[0]!)]),
            Lock = Block(arguments => [_locked.Add((string)arguments[0]!)]),
            Unlock = Block(arguments => [_locked.Remove((string)arguments[0]!)]),
        };
        _store = new DelegateStore("Test", blocks, TimeProvider.System);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Store_a_stepwise_exchange_keeps_a_change_in_the_middle_and_restores_the_target(
        bool isRemoved, bool isOnto)
    {
        await _store.SetAsync("a", s_move.Expected, s_hour, Token);
        byte[]? before = isOnto ? [2] : null;
        if (before is not null)
        {
            await _store.SetAsync("b", before, s_hour, Token);
        }

        _afterSet = key =>
        {
            _afterSet = _ => { };
            Assert.Equal("b", key);
            // Without an envelope, as somebody else might write.
            _ = isRemoved ? _stored.Remove("a") : (_stored["a"] = [5]).Length > 0;
        };
        Assert.False(await _store.TryExchangeAsync(s_move with { TargetExpected = before }, Token));
        Assert.Equal([isRemoved ? null : [5], before], await _store.GetManyAsync(["a", "b"], Token));
        Assert.Empty(_locked);
    }

    [Fact]
    public async Task Store_a_stepwise_exchange_leaves_a_target_that_another_wrote_meanwhile()
    {
        await _store.SetAsync("a", s_move.Expected, s_hour, Token);
        _afterSet = _ =>
        {
            _stored["a"] = [5];
            _stored["b"] = [6];
        };
        Assert.False(await _store.TryExchangeAsync(s_move, Token));
        Assert.Equal([[5], [6]], await _store.GetManyAsync(["a", "b"], Token));
    }

    [Fact]
    public async Task Store_a_stepwise_exchange_that_broke_off_is_finished_by_the_next_attempt()
    {
        await _store.SetAsync("a", s_move.Expected, s_hour, Token);
        _afterSet = _ => throw new TimeoutException("The answer was lost.");
        await Assert.ThrowsAsync<StoreException>(async () => await _store.TryExchangeAsync(s_move, Token));
        Assert.Equal([[1], [7]], await _store.GetManyAsync(["a", "b"], Token));
        Assert.True(await _store.TryExchangeAsync(s_move, Token));
        Assert.Equal([null, [7]], await _store.GetManyAsync(["a", "b"], Token));
        Assert.Empty(_locked);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("b")]
    public async Task Store_a_stepwise_exchange_changes_nothing_while_another_holds_a_lock(string key)
    {
        await _store.SetAsync("a", s_move.Expected, s_hour, Token);
        _ = _locked.Add(key);
        Assert.False(await _store.TryExchangeAsync(s_move, Token));
        Assert.Equal([key], _locked);
        Assert.Equal([[1], null], await _store.GetManyAsync(["a", "b"], Token));
    }

    [Fact]
    public async Task Store_a_stepwise_exchange_gives_a_far_expiry_to_an_entry_without_one()
    {
        _stored["a"] = [1];
        Assert.True(await _store.TryExchangeAsync(s_move with { TimeToLive = null }, Token));
        Assert.Equal([7], await _store.GetAsync("b", Token));
    }

    private static DelegateStoreBlock Block(Func<object?[], object?[]> function) =>
        (arguments, _) => new ValueTask<IReadOnlyList<object?>>(function(arguments));
}
