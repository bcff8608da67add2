using CacheKit.Core.Keys;
using Xunit;

namespace CacheKit.Core.Tests.Keys;

/// <summary>The memo of recent calls is exact, bounded and zeroed.</summary>
public sealed class KeyMemoTests
{
    private static readonly byte[] s_identity = [1, 2, 3, 4, 5];

    [Fact]
    public void CacheKey_the_memo_finds_exactly_what_was_added()
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
    public void CacheKey_the_memo_keeps_a_copy()
    {
        using KeyMemo memo = new();
        byte[] identity = [.. s_identity];
        EntryKeys keys = Keys();
        memo.Add("main", identity, keys);
        identity.AsSpan().Clear();

        Assert.Same(keys, memo.Find("main", s_identity));
    }

    [Fact]
    public void CacheKey_the_memo_skips_long_identities()
    {
        using KeyMemo memo = new();
        memo.Add("main", new byte[513], Keys());

        Assert.Null(memo.Find("main", new byte[513]));
    }

    [Fact]
    public void CacheKey_a_disposed_memo_is_empty_and_stays_so()
    {
        KeyMemo memo = new();
        memo.Add("main", s_identity, Keys());
        memo.Dispose();
        Assert.Null(memo.Find("main", s_identity));

        memo.Add("main", s_identity, Keys());
        Assert.Null(memo.Find("main", s_identity));
    }

    [Fact]
    public void CacheKey_a_ring_computes_the_same_key_with_and_without_the_memo()
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
    public void CacheKey_eight_threads_never_get_the_key_of_another_call()
    {
        using KeyRing ring = new(MasterKey.FromHex(new string('7', MasterKey.HexSize), "test"));
        using TenantKeyRing keys = ring.ForTenant("default");
        string[] expected =
            [
                .. Enumerable.Range(0, 200)
                    .Select(i => keys.KeysFor("main", BitConverter.GetBytes(i), true).Current.ToString()),
            ];

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
