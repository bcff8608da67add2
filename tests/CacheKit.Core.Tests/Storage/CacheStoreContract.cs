using CacheKit.Core.Storage;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CacheKit.Core.Tests.Storage;

/// <summary>What every store must do. A test class per store derives from it.</summary>
public abstract partial class CacheStoreContract : IAsyncDisposable
{
    // What must be alive lives for so long that no machine is busy for the rest of it: some stores have a real clock.
    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);

    // Some tests ask for it from many threads at once.
    private readonly Lazy<ICacheStore> _store;

    protected CacheStoreContract()
    {
        _store = new Lazy<ICacheStore>(CreateStore);
    }

    /// <summary>The clock of the stores that can be given one.</summary>
    protected FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2030, 1, 2, 3, 4, 5, 678, TimeSpan.Zero));

    /// <summary>Whether the store expires by <see cref="Clock"/>, so that its boundary can be tested exactly.</summary>
    protected virtual bool HasExactClock => true;

    /// <summary>The largest value that the store takes, of those that are tested.</summary>
    protected virtual int LargestValue => 100 << 20;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ICacheStore Store => _store.Value;

    [Fact]
    public async Task Store_a_key_never_stored_is_absent()
    {
        Assert.Null(await Store.GetAsync("a", Token));
        Assert.False(await Store.RemoveAsync("a", Token));
        Assert.Equal([null, null], await Store.GetManyAsync(["a", "b"], Token));
        Assert.Empty(await Store.GetManyAsync([], Token));
    }

    [Fact]
    public async Task Store_a_stored_value_is_there_until_removed()
    {
        await Store.SetAsync("a", new byte[] { 1, 2 }, s_hour, Token);
        await Store.SetAsync("b", new byte[] { 3 }, s_hour, Token);
        Assert.Equal([1, 2], await Store.GetAsync("a", Token));
        Assert.True(await Store.RemoveAsync("a", Token));
        Assert.Null(await Store.GetAsync("a", Token));
        Assert.False(await Store.RemoveAsync("a", Token));
        Assert.Equal([3], await Store.GetAsync("b", Token));
    }

    [Fact]
    public async Task Store_a_new_value_replaces_the_old_one_and_its_lifetime()
    {
        await Store.SetAsync("a", new byte[1000], TimeSpan.FromSeconds(2), Token);
        await Store.SetAsync("a", new byte[] { 7 }, s_hour, Token);
        await LetPassAsync(TimeSpan.FromSeconds(3));
        Assert.Equal([7], await Store.GetAsync("a", Token));
    }

    [Fact]
    public async Task Store_a_batch_returns_values_in_the_order_of_its_keys()
    {
        string[] stored = [.. Enumerable.Range(0, 300).Select(i => $"key {i}")];
        foreach (string key in stored)
        {
            await Store.SetAsync(key, System.Text.Encoding.UTF8.GetBytes(key), s_hour, Token);
        }

        string[] asked = ["none", .. stored.Reverse(), "key 7", "also none", "key 7"];
        IReadOnlyList<byte[]?> found = await Store.GetManyAsync(asked, Token);
        Assert.Equal(
            asked.Select(key => key.Contains("none", StringComparison.Ordinal) ? null : key),
            found.Select(value => value is null ? null : System.Text.Encoding.UTF8.GetString(value)));
    }

    [Fact]
    public async Task Store_an_entry_expires()
    {
        await Store.SetAsync("a", new byte[] { 1 }, s_hour, Token);
        Assert.NotNull(await Store.GetAsync("a", Token));
        await LetPassAsync(s_hour);
        Assert.Null(await Store.GetAsync("a", Token));
        Assert.Equal([null], await Store.GetManyAsync(["a"], Token));
        Assert.False(await Store.RemoveAsync("a", Token));
    }

    [Fact]
    public async Task Store_an_entry_expires_at_the_exact_millisecond()
    {
        Assert.SkipUnless(HasExactClock, "The store has a clock of its own.");
        await Store.SetAsync("a", new byte[] { 1 }, TimeSpan.FromMilliseconds(5000), Token);
        Clock.Advance(TimeSpan.FromMilliseconds(4999));
        Assert.NotNull(await Store.GetAsync("a", Token));
        Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null(await Store.GetAsync("a", Token));
    }

    [Fact]
    public async Task Store_the_longest_time_to_live_is_accepted()
    {
        await Store.SetAsync("a", new byte[] { 1 }, TimeSpan.FromDays(3650), Token);
        Assert.NotNull(await Store.GetAsync("a", Token));
    }

    [Fact]
    public async Task Store_values_of_any_bytes_and_length_round_trip()
    {
        byte[] allBytes = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        await Store.SetAsync("all", allBytes, s_hour, Token);
        Assert.Equal(allBytes, await Store.GetAsync("all", Token));
        foreach (int length in (int[])[0, 1, 255, 4096, 65_537, 1 << 20, 100 << 20])
        {
            if (length <= LargestValue)
            {
                byte[] value = new byte[length];
                new Random(length).NextBytes(value.AsSpan(0, Math.Min(length, 1 << 20)));
                await Store.SetAsync("value", value, s_hour, Token);
                byte[]? found = await Store.GetAsync("value", Token);
                Assert.NotNull(found);
                Assert.True(value.AsSpan().SequenceEqual(found), $"{length} bytes");
            }
        }
    }

    [Fact]
    public async Task Store_only_the_given_part_of_a_buffer_is_stored()
    {
        byte[] buffer = [9, 1, 2, 3, 9];
        await Store.SetAsync("a", buffer.AsMemory(1, 3), s_hour, Token);
        buffer.AsSpan().Clear();
        Assert.Equal([1, 2, 3], await Store.GetAsync("a", Token));
    }

    [Fact]
    public async Task Store_the_returned_bytes_belong_to_the_caller()
    {
        await Store.SetAsync("a", new byte[] { 1 }, s_hour, Token);
        byte[]? first = await Store.GetAsync("a", Token);
        first![0] = 2;
        Assert.Equal([1], await Store.GetAsync("a", Token));
    }

    [Fact]
    public async Task Store_keys_with_unusual_characters_are_distinct()
    {
        string[] keys =
        [
            "ck:0123456789abcdef:ns:0123456789abcdef0123456789abcdef01234567", "a", "A", "a ", " a", "a\0", "a\0b", "'",
            "\"", "%", "_", "a/b", "..", "é", "e\u0301", "ключ", "鍵", "\U0001F511", "\u200B", "\r\n",
            "?1", "--", "null",
            new string('k', 2000),
        ];
        keys = [.. keys.Where(key => !Refuses(key))];
        for (int i = 0; i < keys.Length; i++)
        {
            await Store.SetAsync(keys[i], new[] { (byte)i }, s_hour, Token);
        }

        IReadOnlyList<byte[]?> found = await Store.GetManyAsync(keys, Token);
        Assert.Equal(Enumerable.Range(0, keys.Length), found.Select(value => (int)value![0]));
    }

    [Theory]
    [InlineData("ck:ab:main:01", true)]
    [InlineData("ck:*:main:*", true)]
    [InlineData("ck:*:main:?1", true)]
    [InlineData("ck:??:main:01", true)]
    [InlineData("*", true)]
    [InlineData("ck:*", true)]
    [InlineData("?k:*", true)]
    [InlineData("*:01", true)]
    [InlineData("ck:ab:鍵:*", true)]
    [InlineData("ck:ab:?:*", true)]
    [InlineData("ck:ab:main:0", false)]
    [InlineData("ck:ab:main:01?", false)]
    [InlineData("ck:*:mai:*", false)]
    [InlineData("ck:*:MAIN:*", false)]
    [InlineData("ck:-:*", false)]
    [InlineData("ck:?:main:01", false)]
    [InlineData("ab:main:01", false)]
    [InlineData("z*", false)]
    public async Task Store_a_matching_key_is_found(string pattern, bool expected)
    {
        Assert.False(await Store.AnyAsync(pattern, Token));
        await Store.SetAsync("ck:ab:main:01", new byte[] { 1 }, s_hour, Token);
        await Store.SetAsync("ck:ab:鍵:02", new byte[] { 1 }, s_hour, Token);
        Assert.Equal(expected, await Store.AnyAsync(pattern, Token));
    }

    [Fact]
    public async Task Store_an_expired_key_does_not_match()
    {
        await Store.SetAsync("a1", new byte[] { 1 }, s_hour, Token);
        await Store.SetAsync("b1", new byte[] { 1 }, 2 * s_hour, Token);
        Assert.True(await Store.AnyAsync("a*", Token));
        await LetPassAsync(s_hour);
        Assert.False(await Store.AnyAsync("a*", Token));
        Assert.True(await Store.AnyAsync("b*", Token));
        Assert.True(await Store.RemoveAsync("b1", Token));
        Assert.False(await Store.AnyAsync("*", Token));
    }

    [Fact]
    public async Task Store_a_cancelled_call_returns_and_changes_nothing()
    {
        await Store.SetAsync("a", new byte[] { 1 }, s_hour, Token);
        CancellationToken cancelled = new(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.GetAsync("a", cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await Store.GetManyAsync(["a", "b"], cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await Store.SetAsync("a", new byte[] { 2 }, s_hour, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.RemoveAsync("a", cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.AnyAsync("a", cancelled));
        Assert.Equal([1], await Store.GetAsync("a", Token));
    }

    [Fact]
    public async Task Store_invalid_arguments_are_rejected()
    {
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await Store.GetAsync(null!, Token));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.GetAsync("", Token));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.GetManyAsync(["a", ""], Token));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.RemoveAsync("", Token));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.AnyAsync("", Token));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.AnyAsync("[ab]*", Token));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.AnyAsync("a\\*", Token));
        foreach (TimeSpan life in (TimeSpan[])[TimeSpan.Zero, TimeSpan.FromTicks(-1)])
        {
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
                async () => await Store.SetAsync("a", new byte[1], life, Token));
        }
    }

    [Fact]
    public async Task Store_many_threads_never_see_a_torn_value()
    {
        // Each value is one byte repeated a number of times that follows from it.
        static byte[] Value(int n) => [.. Enumerable.Repeat((byte)n, (n * 97) + 1)];
        string[] keys = [.. Enumerable.Range(0, 8).Select(i => $"shared {i}")];
        await Parallel.ForAsync(0, 16, Token, async (worker, token) =>
        {
            Random random = new(worker);
            for (int i = 0; i < 150; i++)
            {
                string key = keys[random.Next(keys.Length)];
                if (worker % 2 == 0)
                {
                    await Store.SetAsync(key, Value(random.Next(256)), s_hour, token);
                    continue;
                }

                foreach (byte[]? found in await Store.GetManyAsync(keys, token))
                {
                    Assert.True(found is null || found.AsSpan().SequenceEqual(Value(found[0])));
                }
            }
        });
    }

    [Fact]
    public async Task Store_disposing_twice_is_harmless_and_closes_it()
    {
        await Store.SetAsync("a", new byte[] { 1 }, s_hour, Token);
        await Store.DisposeAsync();
        await Store.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await Store.GetAsync("a", Token));
    }

    [Fact]
    public void Store_has_a_display_name() => Assert.NotEmpty(Store.DisplayName);

    public async ValueTask DisposeAsync()
    {
        if (_store.IsValueCreated)
        {
            await _store.Value.DisposeAsync();
        }

        Clean();
        GC.SuppressFinalize(this);
    }

    /// <summary>Makes the test's own, empty store.</summary>
    protected abstract ICacheStore CreateStore();

    /// <summary>Whether the store, by its protocol, has no place for a key. No physical key is one of these.</summary>
    protected virtual bool Refuses(string key) => false;

    /// <summary>Removes what the store leaves behind.</summary>
    protected virtual void Clean()
    {
    }

    /// <summary>Lets time pass for the store. One with a clock of its own has to be waited for.</summary>
    protected virtual Task LetPassAsync(TimeSpan time)
    {
        Clock.Advance(time);
        return Task.CompletedTask;
    }
}
