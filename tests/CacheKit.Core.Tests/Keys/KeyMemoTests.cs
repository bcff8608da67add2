using CacheKit.Core.Keys;
using Xunit;

namespace CacheKit.Core.Tests.Keys;

/// <summary>The memo of recent calls is exact, bounded and zeroed.</summary>
public sealed class KeyMemoTests
{
    private static readonly byte[] s_identity = [1, 2, 3, 4, 5];

    [Fact]
    public void It_finds_what_was_added_and_nothing_that_differs_in_a_byte()
    {
        using KeyMemo memo = new();
        EntryKeys keys = Keys();
        memo.Add("main", s_identity, keys);

        Assert.Same(keys, memo.Find("main", s_identity));
        Assert.Null(memo.Find("other", s_identity));
        Assert.Null(memo.Find("main", s_identity.AsSpan(0, 4)));
        for (int i = 0; i < s_identity.Length; i++)
        {
            byte[] changed = [.. s_identity];
            changed[i] ^= 1;
            Assert.Null(memo.Find("main", changed));
        }
    }

    [Fact]
    public void It_keeps_a_copy()
    {
        using KeyMemo memo = new();
        byte[] identity = [.. s_identity];
        EntryKeys keys = Keys();
        memo.Add("main", identity, keys);
        identity.AsSpan().Clear();

        Assert.Same(keys, memo.Find("main", s_identity));
    }

    [Fact]
    public void Long_identities_are_not_kept()
    {
        using KeyMemo memo = new();
        memo.Add("main", new byte[513], Keys());

        Assert.Null(memo.Find("main", new byte[513]));
    }

    [Fact]
    public void Nothing_is_left_after_disposal_nor_kept_later()
    {
        KeyMemo memo = new();
        memo.Add("main", s_identity, Keys());
        memo.Dispose();
        Assert.Null(memo.Find("main", s_identity));

        memo.Add("main", s_identity, Keys());
        Assert.Null(memo.Find("main", s_identity));
    }

    [Fact]
    public void A_ring_computes_the_same_place_with_and_without_it()
    {
        using KeyRing ring = new(MasterKey.FromHex(new string('7', MasterKey.HexSize), "test"));
        using TenantKeyRing keys = ring.ForTenant("default");

        EntryKeys computed = keys.KeysFor("main", s_identity, holdsSecret: true);
        EntryKeys first = keys.KeysFor("main", s_identity);
        EntryKeys again = keys.KeysFor("main", s_identity);

        Assert.Same(first, again);
        Assert.Equal(computed.Current.ToString(), again.Current.ToString());
        Assert.NotSame(first, keys.KeysFor("main", s_identity, holdsSecret: true));
    }

    [Fact]
    public void Eight_threads_never_find_the_place_of_another_call()
    {
        using KeyRing ring = new(MasterKey.FromHex(new string('7', MasterKey.HexSize), "test"));
        using TenantKeyRing keys = ring.ForTenant("default");
        string[] expected = [.. Enumerable.Range(0, 200).Select(i => keys.KeysFor("main", BitConverter.GetBytes(i), true).Current.ToString())];

        Parallel.For(0, 8 * 2_000, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
            Assert.Equal(expected[i % 200], keys.KeysFor("main", BitConverter.GetBytes(i % 200)).Current.ToString()));
    }

    private static EntryKeys Keys()
    {
        using KeyRing ring = new(MasterKey.Generate());
        using TenantKeyRing keys = ring.ForTenant("default");
        return keys.KeysFor("main", s_identity, holdsSecret: true);
    }
}
