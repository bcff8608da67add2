using System.Text;
using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Rotation;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Keys;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Caching.Rotation;

/// <summary>Rotations on a store that is used at the same time.</summary>
public abstract class RotationContract : RotationTestBase
{
    private const string Interop = "users";

    private readonly TenantKeys _new = KeysOf(1);
    private readonly TenantKeys _old = KeysOf(2);

    [Fact]
    public async Task Rotation_readers_with_either_key_order_miss_nothing_while_entries_move()
    {
        const int Count = 400;
        await FillAsync(Open(2), Count);
        using CancellationTokenSource done = CancellationTokenSource.CreateLinkedTokenSource(Token);
        EntryCache[] caches = [Open(1, 2), Open(2, 1)];
        // On threads of their own: a store in memory never makes its reader wait.
        Task[] readers = [.. caches.Select(cache => Task.Run(() => ReadAsync(cache, Count, done.Token), Token))];
        RotationResult result = await StepAsync(Rotator());
        await done.CancelAsync();
        await Task.WhenAll(readers);
        Assert.Equal($"Moved {Count}", Text(result.Counts));
        await AssertAllMovedAsync(Count);
    }

    [Fact]
    public async Task Rotation_two_runs_at_once_and_a_stopped_one_lose_nothing()
    {
        const int Count = 2000;
        await FillAsync(Open(2), Count);
        RotationTally tally = new();
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        int exchanges = 0;
        ObservedStore observed = new(Store)
        {
            BeforeExchange = _ =>
            {
                if (Interlocked.Increment(ref exchanges) == 500)
                {
                    stop.Cancel();
                }
            },
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Rotator(observed).StepAsync(new RotationOptions(), tally, stop.Token).AsTask());
        RotationResult[] results = await Task.WhenAll(StepAsync(Rotator()), StepAsync(Rotator()));
        RotationCounts[] counts = [tally.Snapshot(), results[0].Counts, results[1].Counts];
        Assert.All(counts, each => Assert.Equal(0, each.Left));
        // An entry that was moved when its run was stopped may not have been counted by it.
        Assert.InRange(counts.Sum(each => each[RotationOutcome.Moved]), Count - 8, Count);
        await AssertAllMovedAsync(Count);
    }

    [Fact]
    public async Task Rotation_concurrent_writes_under_either_key_order_are_read_in_the_end()
    {
        const int Keys = 16;
        const int Rounds = 40;
        await FillAsync(Open(2), Keys);
        EntryCache[] deployments = [Open(1, 2), Open(2, 1)];
        Task writing = Parallel.ForAsync(0, Keys, Token, async (i, token) =>
        {
            for (int round = 0; round < Rounds; round++)
            {
                // One moment later than the last: which of two is the later is what times tell.
                Clock.Advance(TimeSpan.FromMilliseconds(1));
                EntryCache cache = deployments[(i + round) % 2];
                byte[] value = Encoding.UTF8.GetBytes($"{i}/{round}");
                await PutAsync(cache, value, TimeSpan.FromHours(1), IdentityOf(i));
            }
        });
        while (!writing.IsCompleted)
        {
            Assert.Null((await StepAsync(Rotator())).Fault);
        }

        await writing;
        Assert.Equal(0, (await StepAsync(Rotator())).Counts.Left);
        Assert.Equal([Keys, 0], await CountAsync());
        foreach (EntryCache cache in (EntryCache[])[Open(1), Open(1, 2), Open(2, 1)])
        {
            for (int i = 0; i < Keys; i++)
            {
                byte[]? found = await StoredAsync(cache, LookupOutcome.Hit, true, IdentityOf(i));
                Assert.Equal($"{i}/{Rounds - 1}", Encoding.UTF8.GetString(found!));
            }
        }
    }

    [Fact]
    public async Task Rotation_interop_entries_are_resealed_in_place()
    {
        string moved = InteropKey("get", 'a');
        string current = InteropKey("get", 'b');
        string foreign = InteropKey("get", 'c');
        string plain = InteropKey("get", 'd');
        string[] others = ["users:get:xyz", $"users:get:{new string('e', 64)}:f", $"Users:get:{new string('a', 64)}"];
        await SetAsync(moved, SealInterop(_old, moved, Value));
        await SetAsync(current, SealInterop(_new, current, Value));
        byte[] altered = SealInterop(_old, moved, Value);
        await SetAsync(foreign, altered);
        await SetAsync(plain, [1, 2, 3]);
        foreach (string key in others)
        {
            await SetAsync(key, SealInterop(_old, key, Value));
        }

        RotationInventory inventory = await InventoryAsync(Interop);
        InteropInventory count = Assert.Single(inventory.Interop);
        Assert.Equal([1, 1], count.Entries);
        Assert.Equal(2, count.Foreign);
        Assert.Equal(1, inventory.Old);

        Assert.Empty(Text((await StepAsync(Rotator())).Counts));
        Assert.Equal(
            "Moved 1, Current 1, Malformed 1, Foreign 1", Text((await StepAsync(Rotator(), Interop)).Counts));
        byte[] sealedAgain = (await Store.GetAsync(moved, Token))!;
        Assert.Equal(Value, OpenInterop(_new, moved, sealedAgain));
        Assert.Equal(altered, await Store.GetAsync(foreign, Token));
        Assert.Equal(0, (await InventoryAsync(Interop)).Old);
        foreach (string key in others)
        {
            Assert.Equal(Value, OpenInterop(_old, key, (await Store.GetAsync(key, Token))!));
        }
    }

    [Fact]
    public async Task Rotation_an_inventory_counts_each_key_and_what_cannot_move()
    {
        await FillAsync(Open(2), 1200);
        await PutAsync(Open(1), Value, identity: [1]);
        EntryKeys altered = await PutAsync(Open(3), Value, TimeSpan.FromHours(1), [2]);
        byte[] frame = await FrameAsync(altered.Current);
        frame[^1] ^= 1;
        await PlantAsync(altered.Current, frame);
        List<RotationInventory> inventories = [];
        await foreach (RotationInventory each in Census(1, 2, 3).CountAsync([], readsEntries: true, Token))
        {
            inventories.Add(each);
        }

        Assert.Equal([.. Enumerable.Repeat(false, inventories.Count - 1), true], inventories.Select(i => i.IsComplete));
        Assert.True(inventories.Count >= 2);
        RotationInventory last = inventories[^1];
        Assert.Equal(
            [(true, 1L, 0L), (false, 1200L, 0L), (false, 1L, 1L)],
            last.Keys.Select(key => (key.IsCurrent, key.Entries, key.Fixed)));
        Assert.Equal(_old.Fingerprint, last.Keys[1].Fingerprint);
        Assert.Equal(1201, last.Old);
        Assert.Empty(last.Interop);
    }

    [Theory]
    [InlineData("ns")]
    [InlineData("nsapi")]
    [InlineData("a*")]
    [InlineData("")]
    [InlineData("A")]
    [InlineData("a..b")]
    public async Task Rotation_an_invalid_interop_namespace_is_rejected(string name)
    {
        await Assert.ThrowsAsync<ArgumentException>(() => StepAsync(Rotator(), name));
        await Assert.ThrowsAsync<ArgumentException>(() => InventoryAsync(name));
    }

    protected override void CleanUp()
    {
        base.CleanUp();
        _new.Dispose();
        _old.Dispose();
    }

    private static TenantKeys KeysOf(byte master)
    {
        using MasterKey key = TestKeys.Of(master);
        return new TenantKeys(key, Tenant);
    }

    private static string InteropKey(string operation, char digit) => $"{Interop}:{operation}:{new string(digit, 64)}";

    private static byte[] SealInterop(TenantKeys keys, string key, byte[] value)
    {
        byte[] sealedBytes = new byte[value.Length + EntryCipher.Overhead];
        keys.Cipher.Seal(value, AssociatedData.Build(Tenant, key, "msgpack", compressed: false), sealedBytes);
        return sealedBytes;
    }

    private static byte[]? OpenInterop(TenantKeys keys, string key, byte[] sealedBytes)
    {
        byte[] value = new byte[sealedBytes.Length - EntryCipher.Overhead];
        byte[] associatedData = AssociatedData.Build(Tenant, key, "msgpack", compressed: false);
        return keys.Cipher.TryOpen(sealedBytes, associatedData, value) ? value : null;
    }

    private static async Task ReadAsync(EntryCache cache, int count, CancellationToken done)
    {
        Random random = new(count);
        while (!done.IsCancellationRequested)
        {
            int i = random.Next(count);
            EntryKeys keys = cache.KeysFor(Namespace, IdentityOf(i));
            using LookupResult found = await cache.GetAsync(keys, keepEvidence: true, Token);
            Assert.Equal(LookupOutcome.Hit, found.Outcome);
            Assert.Equal(ValueOf(i), found.Entry.Value.ToArray());
        }
    }

    private async Task<RotationInventory> InventoryAsync(params string[] namespaces)
    {
        RotationInventory? last = null;
        await foreach (RotationInventory each in Census(1, 2).CountAsync(namespaces, readsEntries: false, Token))
        {
            last = each;
        }

        return last!;
    }

    private ValueTask SetAsync(string key, byte[] value) => Store.SetAsync(key, value, TimeSpan.FromHours(1), Token);
}
