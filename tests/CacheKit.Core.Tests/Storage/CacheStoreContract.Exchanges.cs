using CacheKit.Core.Storage;
using Xunit;

namespace CacheKit.Core.Tests.Storage;

/// <content>Exchanges.</content>
public abstract partial class CacheStoreContract
{
    private static readonly byte[] s_old = [1, 2, 3];
    private static readonly byte[] s_new = [4, 5];
    private static readonly byte[] s_other = [1, 2, 4];

    /// <summary>
    /// The expectations, of key and target: whether each is met is whether the whole happens. The target is another
    /// key, the same one, or none.
    /// </summary>
    public static TheoryData<string, string?, string?, string?, bool> ExchangeRows { get; } = new()
    {
        // kind, what Key holds, what is expected there, what is expected at the target, whether it happens
        { "move", "old", "old", null, true },
        { "move", "old", "other", null, false },
        { "move", "old", null, null, false },
        { "move", null, "old", null, false },
        { "move", null, null, null, true },
        { "move", "old", "old", "other", false },
        { "move onto", "old", "old", "other", true },
        { "move onto", "old", "old", null, false },
        { "move onto", "old", "old", "old", false },
        { "move onto", null, "old", "other", false },
        { "in place", "old", "old", null, true },
        { "in place", "old", "old", "other", true },
        { "in place", "old", "other", null, false },
        { "in place", "old", null, null, false },
        { "in place", null, null, null, true },
        { "in place", null, "old", null, false },
        { "remove", "old", "old", null, true },
        { "remove", "old", "other", null, false },
        { "remove", "old", null, null, false },
        { "remove", null, null, null, true },
        { "remove", null, "old", null, false },
    };

    [Theory]
    [MemberData(nameof(ExchangeRows))]
    public async Task Store_an_exchange_happens_when_all_is_as_expected_and_otherwise_changes_nothing(
        string kind, string? held, string? expected, string? targetExpected, bool happens)
    {
        byte[]? target = kind == "move onto" ? s_other : null;
        await PutAsync("a", Bytes(held));
        await PutAsync("b", target);
        StoreExchange exchange = new()
        {
            Key = "a",
            Expected = Bytes(expected),
            Target = kind switch { "remove" => null, "in place" => "a", _ => "b" },
            TargetExpected = Bytes(targetExpected),
            Value = s_new,
            TimeToLive = s_hour,
        };
        Assert.Equal(happens, await Store.TryExchangeAsync(exchange, Token));
        (byte[]? first, byte[]? second) = (happens, kind) switch
        {
            (false, _) => (Bytes(held), target),
            (true, "in place") => (s_new, target),
            (true, "remove") => (null, target),
            _ => (null, s_new),
        };
        Assert.Equal([first, second], await Store.GetManyAsync(["a", "b"], Token));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("b")]
    public async Task Store_an_exchange_keeps_the_remaining_time_or_sets_another(string target)
    {
        TimeSpan life = s_hour;
        await Store.SetAsync("a", s_old, life, Token);
        await LetPassAsync(life / 2);
        Assert.True(await Store.TryExchangeAsync(Move("a", s_old, target, s_new), Token));
        await LetPassAsync(life / 4);
        Assert.Equal(s_new, await Store.GetAsync(target, Token));
        await LetPassAsync((life / 4) + TimeSpan.FromSeconds(1));
        Assert.Null(await Store.GetAsync(target, Token));

        await Store.SetAsync("a", s_old, life, Token);
        Assert.True(await Store.TryExchangeAsync(
            Move("a", s_old, target, s_new) with { TimeToLive = 2 * life }, Token));
        await LetPassAsync(life + TimeSpan.FromSeconds(1));
        Assert.Equal(s_new, await Store.GetAsync(target, Token));
        await LetPassAsync(life);
        Assert.Null(await Store.GetAsync(target, Token));
    }

    [Fact]
    public async Task Store_an_expired_entry_counts_as_absent_in_an_exchange()
    {
        TimeSpan life = TimeSpan.FromSeconds(2);
        await Store.SetAsync("a", s_old, life, Token);
        await Store.SetAsync("b", s_other, life, Token);
        await LetPassAsync(life);
        Assert.False(await Store.TryExchangeAsync(Move("a", s_old, "b", s_new) with { TimeToLive = s_hour }, Token));
        await Store.SetAsync("a", s_old, s_hour, Token);
        Assert.True(await Store.TryExchangeAsync(Move("a", s_old, "b", s_new), Token));
        Assert.Equal([null, s_new], await Store.GetManyAsync(["a", "b"], Token));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 1 << 20)]
    [InlineData(1 << 20, 0)]
    [InlineData(1 << 20, 1 << 20)]
    public async Task Store_values_of_any_length_are_exchanged(int length, int newLength)
    {
        byte[] value = new byte[length];
        byte[] successor = new byte[newLength];
        new Random(length).NextBytes(value);
        new Random(newLength + 1).NextBytes(successor);
        await Store.SetAsync("a", value, s_hour, Token);
        Assert.False(await Store.TryExchangeAsync(Move("a", [.. value, 1], "b", successor), Token));
        if (length > 0)
        {
            byte[] altered = [.. value];
            altered[^1] ^= 1;
            Assert.False(await Store.TryExchangeAsync(Move("a", altered, "b", successor), Token));
        }

        Assert.True(await Store.TryExchangeAsync(Move("a", value, "b", successor), Token));
        Assert.Equal([null, successor], await Store.GetManyAsync(["a", "b"], Token));
        Assert.True(await Store.TryExchangeAsync(Move("b", successor, "b", value), Token));
        Assert.Equal(value, await Store.GetAsync("b", Token));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("b")]
    [InlineData(null)]
    public async Task Store_one_of_many_exchanges_at_once_happens(string? target)
    {
        for (int round = 0; round < 10; round++)
        {
            await Store.SetAsync("a", s_old, s_hour, Token);
            bool[] results = new bool[8];
            await Parallel.ForAsync(0, results.Length, Token, async (i, token) =>
                results[i] = await Store.TryExchangeAsync(Move("a", s_old, target, [(byte)i, 9]), token));
            int winner = Array.IndexOf(results, true);
            Assert.Equal(1, results.Count(each => each));
            byte[]? found = await Store.GetAsync(target ?? "a", Token);
            Assert.Equal(target is null ? null : [(byte)winner, 9], found);
            Assert.True(target == "a" || await Store.GetAsync("a", Token) is null);
            await Store.RemoveAsync("b", Token);
        }
    }

    [Fact]
    public async Task Store_an_invalid_exchange_is_rejected()
    {
        StoreExchange sound = Move("a", s_old, "b", s_new);
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await Store.TryExchangeAsync(null!, Token));
        foreach (StoreExchange broken in (StoreExchange[])
        [
            sound with { Key = "" },
            sound with { Target = "" },
            sound with { TimeToLive = TimeSpan.Zero },
            sound with { Expected = null },
        ])
        {
            await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Store.TryExchangeAsync(broken, Token));
        }

        await Store.SetAsync("a", s_old, s_hour, Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await Store.TryExchangeAsync(sound, new CancellationToken(canceled: true)));
        Assert.Equal([s_old, null], await Store.GetManyAsync(["a", "b"], Token));
    }

    private static StoreExchange Move(string key, byte[]? expected, string? target, byte[] value) =>
        new() { Key = key, Expected = expected, Target = target, Value = value };

    private static byte[]? Bytes(string? name) => name switch
    {
        "old" => s_old,
        "other" => s_other,
        _ => null,
    };

    private async Task PutAsync(string key, byte[]? value)
    {
        if (value is not null)
        {
            await Store.SetAsync(key, value, s_hour, Token);
        }
    }
}
