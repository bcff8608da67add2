using CacheKit.Core.Cryptography;
using CacheKit.Core.Keys;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Keys;

public sealed class KeyRingTests
{
    private static readonly byte[] s_identity = [1, 2, 3];

    [Fact]
    public void KeyRing_it_holds_up_to_three_previous_keys_in_order()
    {
        MasterKey[] keys = [TestKeys.Of(1), TestKeys.Of(2), TestKeys.Of(3), TestKeys.Of(4), TestKeys.Of(5)];
        using KeyRing ring = new(keys[0], keys[1], keys[2], keys[3]);
        Assert.Equal(keys[..4], ring.Keys);
        Assert.Throws<ArgumentOutOfRangeException>(() => new KeyRing(keys[0], keys[1], keys[2], keys[3], keys[4]));
        keys[4].Dispose();
    }

    [Fact]
    public void KeyRing_a_key_is_in_it_once_whatever_its_letter_case()
    {
        string hex = TestKeys.HexOf(TestKeys.Of(0xAB));
        MasterKey lower = MasterKey.FromHex(hex, "x");
        MasterKey upper = MasterKey.FromHex(hex.ToUpperInvariant(), "x");
        Assert.Throws<ArgumentException>(() => new KeyRing(lower, upper));
        Assert.Throws<ArgumentException>(() => new KeyRing(TestKeys.Of(1), lower, upper));
        Assert.Throws<ArgumentException>(
            () => new KeyRing(TestKeys.Of(1), TestKeys.Of(2), TestKeys.Of(3), TestKeys.Of(1)));
        Assert.Throws<ArgumentNullException>(() => new KeyRing(null!));
    }

    [Fact]
    public void KeyRing_disposing_it_disposes_its_keys()
    {
        MasterKey current = TestKeys.Of(1);
        MasterKey previous = TestKeys.Of(2);
        new KeyRing(current, previous).Dispose();
        Assert.Throws<ObjectDisposedException>(() => current.Bytes.ToArray());
        Assert.Throws<ObjectDisposedException>(() => previous.Bytes.ToArray());
    }

    [Fact]
    public void KeyRing_the_ring_of_a_tenant_outlives_that_of_master_keys()
    {
        using TenantKeyRing keys = TestKeys.Ring("t", 1, 2);
        Assert.Equal(3 + 16 + 1 + 2 + 1 + 40, keys.KeysFor("ns", s_identity).Current.ToString().Length);
    }

    [Fact]
    public void KeyRing_an_entry_has_another_key_under_every_master_key()
    {
        using TenantKeyRing ring = TestKeys.Ring("t", 1, 2, 3);
        EntryKeys keys = ring.KeysFor("ns", s_identity);
        Assert.Equal(PhysicalKey("t", 1), keys.Current.ToString());
        Assert.Equal([PhysicalKey("t", 2), PhysicalKey("t", 3)], keys.Previous.Select(key => key.ToString()));
    }

    [Fact]
    public void KeyRing_a_ring_of_one_key_has_no_previous_entry_keys()
    {
        using TenantKeyRing ring = TestKeys.Ring("t", 1);
        Assert.Empty(ring.KeysFor("ns", s_identity).Previous);
    }

    [Fact]
    public void KeyRing_the_first_key_encrypts()
    {
        using TenantKeyRing ring = TestKeys.Ring("t", 1, 2);
        byte[] derived = new byte[32];
        using MasterKey first = TestKeys.Of(1);
        TenantKeyDerivation.Derive(first.Bytes, "t", "encryption", derived);
        Assert.Equal(KeyFingerprint.Compute(derived), ring.Current.Fingerprint);
        Assert.Equal(ring.Current.Fingerprint.ToString(), ring.Current.ToString());
    }

    [Fact]
    public void KeyRing_a_disposed_ring_computes_nothing()
    {
        TenantKeyRing ring = TestKeys.Ring("t", 1, 2);
        ring.Dispose();
        ring.Dispose();
        Assert.Throws<ObjectDisposedException>(() => ring.KeysFor("ns", s_identity));
    }

    [Fact]
    public void KeyRing_an_invalid_tenant_is_rejected()
    {
        using KeyRing ring = new(TestKeys.Of(1));
        Assert.ThrowsAny<ArgumentException>(() => ring.ForTenant(""));
        Assert.ThrowsAny<ArgumentException>(() => ring.ForTenant(new string('t', 1025)));
    }

    [Fact]
    public void KeyRing_rings_are_equal_when_keys_and_order_are()
    {
        using KeyRing ring = new(TestKeys.Of(1), TestKeys.Of(2), TestKeys.Of(3));
        using KeyRing same = new(TestKeys.Of(1), TestKeys.Of(2), TestKeys.Of(3));
        using KeyRing turned = new(TestKeys.Of(1), TestKeys.Of(3), TestKeys.Of(2));
        using KeyRing shorter = new(TestKeys.Of(1), TestKeys.Of(2));
        using KeyRing other = new(TestKeys.Of(4), TestKeys.Of(2), TestKeys.Of(3));
        Assert.True(ring.HasSameKeys(same));
        Assert.All((KeyRing[])[turned, shorter, other], ring2 => Assert.False(ring.HasSameKeys(ring2)));
        Assert.False(shorter.HasSameKeys(ring));
    }

    [Fact]
    public void KeyRing_a_copy_outlives_the_original()
    {
        using KeyRing expected = new(TestKeys.Of(1), TestKeys.Of(2));
        KeyRing ring = new(TestKeys.Of(1), TestKeys.Of(2));
        using KeyRing copy = ring.Clone();
        ring.Dispose();
        Assert.True(copy.HasSameKeys(expected));
        Assert.Throws<ObjectDisposedException>(() => ring.HasSameKeys(copy));
    }

    [Fact]
    public void KeyRing_its_text_is_redacted()
    {
        using KeyRing ring = new(TestKeys.Of(1), TestKeys.Of(2));
        Assert.Equal("ring of 2 (redacted)", ring.ToString());
    }

    [Fact]
    public void KeyRing_its_lines_are_those_of_a_key_file()
    {
        using KeyRing ring = new(TestKeys.Of(1), TestKeys.Of(0xAB));
        byte[] lines = new byte[2 * KeyRing.LineSize];
        ring.WriteLines(lines);
        Assert.Equal(
            $"{string.Concat(Enumerable.Repeat("01", 32))}\n{string.Concat(Enumerable.Repeat("ab", 32))}\n",
            System.Text.Encoding.ASCII.GetString(lines));
    }

    private static string PhysicalKey(string tenant, byte fill)
    {
        using TenantKeyRing ring = TestKeys.Ring(tenant, fill);
        return ring.KeysFor("ns", s_identity).Current.ToString();
    }
}
