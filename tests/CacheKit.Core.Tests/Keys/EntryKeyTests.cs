using System.Text;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Keys;

public sealed class EntryKeyTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("AZaz09._-")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123")]
    public void CacheKey_its_text_is_tag_namespace_and_id(string @namespace)
    {
        using TenantKeyRing ring = TestKeys.Ring("t", 1);
        EntryKey key = ring.KeysFor(@namespace, [1, 2, 3]).Current;
        string[] parts = key.ToString().Split(':');
        Assert.Equal(4, parts.Length);
        Assert.Equal("ck", parts[0]);
        Assert.Matches("^[0-9a-f]{16}$", parts[1]);
        Assert.Equal(@namespace, parts[2]);
        Assert.Matches("^[0-9a-f]{40}$", parts[3]);
        Assert.Equal(key.Id.ToString(), parts[3]);
        Assert.Equal(@namespace, key.Namespace);

        byte[] bytes = new byte[key.Size + 1];
        Assert.Equal(key.Size, key.CopyTo(bytes));
        Assert.Equal(key + "\0", Encoding.ASCII.GetString(bytes));
    }

    // Computed once with another implementation of HMAC and HKDF.
    [Theory]
    [InlineData("default", 1, "users", "",
        "ck:f8a5866b268189ad:users:35f40d7276cdb35c938c1b0132143190df249622")]
    [InlineData("default", 1, "users", "00",
        "ck:f8a5866b268189ad:users:2b93b7a0f8408cf592f932d8dc856d8f47771b04")]
    [InlineData("default", 1, "users", "616263",
        "ck:f8a5866b268189ad:users:25f02efbe660d3fef642fde81389752faf9fe185")]
    [InlineData("default", 2, "users", "616263",
        "ck:7cf55e27e515b502:users:6387ea677d70d948cb061bfa9efbce02b82df21d")]
    [InlineData("acme", 1, "users", "616263",
        "ck:a4eb77c859a53b20:users:aeadaf67048f16763953e7237d919683ee974f38")]
    [InlineData("acme", 1, "a.b-c_D9", "616263",
        "ck:a4eb77c859a53b20:a.b-c_D9:dbe01c7e06a826adba75db47444c4c5eacd39f01")]
    public void CacheKey_never_changes(string tenant, byte master, string @namespace, string identity, string expected)
    {
        using TenantKeyRing ring = TestKeys.Ring(tenant, master);
        Assert.Equal(expected, ring.KeysFor(@namespace, Convert.FromHexString(identity)).Current.ToString());
    }

    // Computed once with another implementation of SHA-256.
    [Theory]
    [InlineData("users", "", "ck:-:users:f7f7def8069459d632fc01d8b82a0cd80eff9209")]
    [InlineData("users", "616263", "ck:-:users:074f6fa4d1db18f24321fd75f93ea82eef24274d")]
    [InlineData("a.b-c_D9", "616263", "ck:-:a.b-c_D9:05e5830708477e031cf0ce9237f17b7df245ad24")]
    [InlineData(
        "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn", "00",
        "ck:-:nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn:"
        + "f66fc64e30c088cf5164d0da9b1ea219c2c266e1")]
    public void CacheKey_never_changes_for_a_plain_entry(string @namespace, string identity, string expected)
    {
        EntryKey key = EntryKey.ForPlain(@namespace, Convert.FromHexString(identity));
        Assert.Equal(expected, key.ToString());
        Assert.Equal(expected.Length, key.Size);
        Assert.Throws<InvalidOperationException>(() => key.Keys);
    }

    [Fact]
    public void CacheKey_ids_differ_by_master_key_tenant_namespace_and_identity()
    {
        (byte Master, string Tenant, string Namespace, byte[] Identity)[] places =
        [
            (1, "t", "n", [1]), (2, "t", "n", [1]), (1, "T", "n", [1]), (1, "t", "N", [1]), (1, "t", "n", [2]),
            (1, "t", "n", []), (1, "t", "n", [1, 0]), (1, "t", "n", [0, 1]),
            // The same characters with another boundary between namespace and identity.
            (1, "t", "nn", [1]), (1, "t", "n", [(byte)'n', 1]), (1, "t", "n", [1, (byte)'n']),
            (1, "t", "n", new byte[600]), (1, "t", "n", new byte[601]),
        ];
        string[] ids = [.. places.Select(place =>
        {
            using TenantKeyRing ring = TestKeys.Ring(place.Tenant, place.Master);
            return ring.KeysFor(place.Namespace, place.Identity).Current.Id.ToString();
        })];
        Assert.Equal(ids.Length, ids.Distinct().Count());
    }

    [Fact]
    public void CacheKey_the_tag_differs_only_by_tenant_and_master_key()
    {
        Assert.Equal(Tag(1, "t", "n"), Tag(1, "t", "other"));
        Assert.Equal(3, new[] { Tag(1, "t", "n"), Tag(2, "t", "n"), Tag(1, "u", "n") }.Distinct().Count());
    }

    [Fact]
    public void CacheKey_exists_for_identities_of_any_length()
    {
        using TenantKeyRing ring = TestKeys.Ring("t", 1);
        byte[] identity = new byte[1 << 20];
        HashSet<string> ids = [];
        foreach (int length in (int[])[0, 1, 508, 509, 510, 511, 512, 513, 65_536, 1 << 20])
        {
            Assert.True(ids.Add(ring.KeysFor("n", identity.AsSpan(0, length)).Current.Id.ToString()));
        }
    }

    [Fact]
    public async Task CacheKey_nothing_is_ever_hashed_under_a_zeroed_key()
    {
        using TenantKeyRing same = TestKeys.Ring("t", 1);
        string expected = same.KeysFor("n", [1]).Current.ToString();
        byte[] identity = new byte[100_000];
        string expectedLong = same.KeysFor("n", identity).Current.ToString();
        for (int round = 0; round < 50; round++)
        {
            TenantKeyRing ring = TestKeys.Ring("t", 1);
            await Threads.RunAsync(number =>
            {
                if (number == 0)
                {
                    ring.Dispose();
                    return;
                }

                try
                {
                    Assert.Equal(expected, ring.KeysFor("n", [1]).Current.ToString());
                    Assert.Equal(expectedLong, ring.KeysFor("n", identity).Current.ToString());
                }
                catch (ObjectDisposedException)
                {
                    // Too late, as it should be.
                }
            });
        }
    }

    [Fact]
    public void CacheKey_plain_and_encrypted_interop_entries_share_a_key_but_no_id()
    {
        using TenantKeyRing ring = TestKeys.Ring("default", 1);
        string text = InteropKey.Compute("users", "get_user", [0x91, 0x2A]);
        EntryKey plain = EntryKey.ForInterop(null, "users", text);
        EntryKey encrypted = EntryKey.ForInterop(ring.Current, "users", text);
        Assert.Equal(text, plain.ToString());
        Assert.Equal(text, encrypted.ToString());
        Assert.NotEqual(plain.Id, encrypted.Id);
    }

    private static string Tag(byte master, string tenant, string @namespace)
    {
        using TenantKeyRing ring = TestKeys.Ring(tenant, master);
        return ring.KeysFor(@namespace, [1]).Current.ToString().Split(':')[1];
    }
}
