using CacheKit.Core.Storage;
using Xunit;

namespace CacheKit.Core.Tests.Storage;

/// <content>Locks, listing, and callers that leave.</content>
public abstract partial class CacheStoreContract
{
    private static readonly TimeSpan s_lease = TimeSpan.FromHours(1);

    [Fact]
    public async Task Store_a_lock_has_one_holder_until_released()
    {
        IStoreLock held = await HeldAsync("a");
        Assert.Null(await Store.TryLockAsync("a", s_lease, Token));
        await using IStoreLock other = await HeldAsync("b");
        await held.DisposeAsync();
        await held.DisposeAsync();
        await using IStoreLock again = await HeldAsync("a");
        Assert.Null(await Store.TryLockAsync("b", s_lease, Token));
    }

    [Fact]
    public async Task Store_a_lock_of_a_dead_holder_is_free_when_its_lease_expires()
    {
        IStoreLock dead = await HeldAsync("a");
        await LetPassAsync(s_lease);
        await using IStoreLock next = await HeldAsync("a");

        // Who comes back from the dead does not take it from the next holder.
        await dead.DisposeAsync();
        if (Store.Capabilities.HasFlag(StoreCapabilities.LockRenewal))
        {
            Assert.False(await dead.RenewAsync(s_lease, Token));
        }

        Assert.Null(await Store.TryLockAsync("a", s_lease, Token));
    }

    [Fact]
    public async Task Store_a_renewed_lock_lasts_longer()
    {
        await using IStoreLock held = await HeldAsync("a");
        if (!Store.Capabilities.HasFlag(StoreCapabilities.LockRenewal))
        {
            Assert.True(await held.RenewAsync(s_lease, Token));
            return;
        }

        await LetPassAsync(s_lease / 2);
        Assert.True(await held.RenewAsync(s_lease, Token));
        await LetPassAsync(s_lease / 2);
        Assert.Null(await Store.TryLockAsync("a", s_lease, Token));
        Assert.True(await held.RenewAsync(s_lease, Token));
    }

    [Fact]
    public async Task Store_a_lock_and_an_entry_of_the_same_key_are_independent()
    {
        await using IStoreLock held = await HeldAsync("ck:ab:main:01");
        Assert.Null(await Store.GetAsync("ck:ab:main:01", Token));
        Assert.Empty(await ListAsync("*"));
        await Store.SetAsync("ck:ab:main:01", new byte[] { 1 }, s_hour, Token);
        Assert.Equal(["ck:ab:main:01"], await ListAsync("ck:*"));
        Assert.True(await Store.RemoveAsync("ck:ab:main:01", Token));
        Assert.Null(await Store.TryLockAsync("ck:ab:main:01", s_lease, Token));
    }

    [Fact]
    public async Task Store_one_of_many_contenders_gets_the_lock()
    {
        for (int round = 0; round < 10; round++)
        {
            string key = $"contested {round}";
            IStoreLock?[] locks = await Task.WhenAll(Enumerable.Range(0, 16)
                .Select(_ => Task.Run(async () => await Store.TryLockAsync(key, s_lease, Token))));
            await Assert.Single(locks, held => held is not null)!.DisposeAsync();
        }
    }

    [Fact]
    public async Task Store_invalid_lock_arguments_are_rejected()
    {
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.TryLockAsync("", s_lease, Token));
        foreach (TimeSpan lease in (TimeSpan[])[TimeSpan.Zero, TimeSpan.FromTicks(-1)])
        {
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
                async () => await Store.TryLockAsync("a", lease, Token));
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await Store.TryLockAsync("a", s_lease, new CancellationToken(canceled: true)));
        await (await HeldAsync("a")).DisposeAsync();
    }

    [Fact]
    public async Task Store_all_matching_keys_are_listed()
    {
        // More than a page of any store.
        string[] mine = [.. Enumerable.Range(0, 2500).Select(i => $"ck:ab:main:{i:x8}")];
        string[] others = [.. Enumerable.Range(0, 30).Select(i => $"ck:cd:main:{i:x8}")];
        await Parallel.ForEachAsync([.. mine, .. others], Token, async (key, token) =>
            await Store.SetAsync(key, new byte[] { 1 }, s_hour, token));
        Assert.Equal(mine, (await ListAsync("ck:ab:*")).Order(StringComparer.Ordinal));
        Assert.Equal(others, (await ListAsync("ck:cd:main:*")).Order(StringComparer.Ordinal));
        Assert.Equal(mine.Length + others.Length, (await ListAsync("ck:??:main:*")).Count);
        Assert.Empty(await ListAsync("ck:ef:*"));
    }

    [Fact]
    public async Task Store_a_listing_ends_when_cancelled()
    {
        for (int i = 0; i < 40; i++)
        {
            await Store.SetAsync($"a{i}", new byte[] { 1 }, s_hour, Token);
        }

        using CancellationTokenSource leaving = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (string _ in Store.ListAsync("a*", leaving.Token))
            {
                await leaving.CancelAsync();
            }
        });
        Assert.Equal(40, (await ListAsync("a*")).Count);
    }

    [Fact]
    public async Task Store_stays_sound_when_callers_are_cancelled_midway()
    {
        byte[] value = [.. Enumerable.Repeat((byte)7, 100_000)];
        await Parallel.ForAsync(0, 64, Token, async (i, _) =>
        {
            using CancellationTokenSource leaving = new();
            Task work = Task.Run(
                async () =>
                {
                    await Store.SetAsync($"a{i % 4}", value, s_hour, leaving.Token);
                    await Store.GetManyAsync(["a0", "a1", "a2", "a3"], leaving.Token);
                },
                Token);
            await leaving.CancelAsync();
            try
            {
                await work;
            }
            catch (OperationCanceledException)
            {
                // As asked for.
            }
        });
        foreach (byte[]? found in await Store.GetManyAsync(["a0", "a1", "a2", "a3"], Token))
        {
            Assert.True(found is null || found.AsSpan().SequenceEqual(value));
        }

        await Store.SetAsync("a0", new byte[] { 1 }, s_hour, Token);
        Assert.Equal([1], await Store.GetAsync("a0", Token));
    }

    private async Task<IStoreLock> HeldAsync(string key)
    {
        IStoreLock? held = await Store.TryLockAsync(key, s_lease, Token);
        Assert.NotNull(held);
        return held;
    }

    private async Task<List<string>> ListAsync(string pattern)
    {
        HashSet<string> keys = new(StringComparer.Ordinal);
        await foreach (string key in Store.ListAsync(pattern, Token))
        {
            keys.Add(key);
        }

        return [.. keys];
    }
}
