using CacheKit.Core.Cryptography;
using Xunit;

namespace CacheKit.Core.Tests.Cryptography;

public sealed class TenantKeyDerivationTests
{
    private static readonly byte[] s_master = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    [Theory]
    [InlineData(1)]
    [InlineData(1024)]
    public void Tenants_of_1_to_1024_bytes_have_keys(int length) =>
        Assert.NotEqual(new byte[32], Derive(new string('t', length), "encryption"));

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public void A_tenant_without_a_name_is_refused(string? tenant) =>
        Assert.ThrowsAny<ArgumentException>(() => Derive(tenant!, "encryption"));

    [Fact]
    public void A_tenant_is_measured_in_bytes()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Derive(new string('t', 1025), "encryption"));
        Assert.NotEmpty(Derive(new string('ß', 512), "encryption"));
        Assert.Throws<ArgumentOutOfRangeException>(() => Derive(new string('ß', 513), "encryption"));
    }

    [Fact]
    public void A_tenant_that_is_not_well_formed_text_is_refused() =>
        Assert.ThrowsAny<ArgumentException>(() => Derive("t\uD800", "encryption"));

    [Fact]
    public void A_domain_has_1_to_255_characters()
    {
        Assert.ThrowsAny<ArgumentException>(() => Derive("t", ""));
        Assert.NotEmpty(Derive("t", new string('d', 255)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Derive("t", new string('d', 256)));
    }

    [Fact]
    public void Every_part_makes_another_key()
    {
        byte[] otherMaster = [.. s_master];
        otherMaster[31] ^= 1;
        byte[] ofOtherMaster = new byte[32];
        TenantKeyDerivation.Derive(otherMaster, "t", "encryption", ofOtherMaster);
        byte[][] keys =
        [
            Derive("t", "encryption"), Derive("t", "cache_keys"), Derive("T", "encryption"), Derive("t ", "encryption"),
            Derive("é", "encryption"), Derive("e\u0301", "encryption"), ofOtherMaster,
        ];
        Assert.Equal(keys.Length, keys.Select(Convert.ToHexString).Distinct().Count());
    }

    [Fact]
    public void The_lengths_in_the_salt_keep_domain_and_tenant_apart()
    {
        // Without them, "ab" + "c" and "a" + "bc" would share a salt; the info differs all the same.
        Assert.NotEqual(Derive("c", "ab"), Derive("bc", "a"));
        Assert.Equal(Derive("c", "ab"), Derive("c", "ab"));
    }

    [Fact]
    public void Only_the_key_is_written()
    {
        byte[] destination = new byte[40];
        TenantKeyDerivation.Derive(s_master, "t", "encryption", destination);
        Assert.Equal(Derive("t", "encryption"), destination[..32]);
        Assert.Equal(new byte[8], destination[32..]);
    }

    private static byte[] Derive(string tenant, string domain)
    {
        byte[] key = new byte[32];
        TenantKeyDerivation.Derive(s_master, tenant, domain, key);
        return key;
    }
}
