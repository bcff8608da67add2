using CacheKit.Core.Cryptography;
using Xunit;

namespace CacheKit.Core.Tests.Cryptography;

public sealed class TenantKeyDerivationTests
{
    private static readonly byte[] s_master = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    [Theory]
    [InlineData(1)]
    [InlineData(1024)]
    public void Tenant_names_of_1_to_1024_bytes_have_keys(int length) =>
        Assert.NotEqual(new byte[32], Derive(new string('t', length), "encryption"));

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public void Tenant_a_missing_name_is_rejected(string? tenant) =>
        Assert.ThrowsAny<ArgumentException>(() => Derive(tenant!, "encryption"));

    [Fact]
    public void Tenant_a_name_is_measured_in_bytes()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Derive(new string('t', 1025), "encryption"));
        Assert.NotEmpty(Derive(new string('ß', 512), "encryption"));
        Assert.Throws<ArgumentOutOfRangeException>(() => Derive(new string('ß', 513), "encryption"));
    }

    [Fact]
    public void Tenant_an_ill_formed_name_is_rejected() =>
        Assert.ThrowsAny<ArgumentException>(() => Derive("t\uD800", "encryption"));

    [Fact]
    public void Tenant_a_key_domain_has_1_to_255_characters()
    {
        Assert.ThrowsAny<ArgumentException>(() => Derive("t", ""));
        Assert.NotEmpty(Derive("t", new string('d', 255)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Derive("t", new string('d', 256)));
    }

    [Fact]
    public void Tenant_master_key_name_and_domain_each_change_the_key()
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
    public void Tenant_the_lengths_in_the_salt_separate_domain_and_name()
    {
        // Without them, "ab" + "c" and "a" + "bc" would share a salt; the info differs all the same.
        Assert.NotEqual(Derive("c", "ab"), Derive("bc", "a"));
        Assert.Equal(Derive("c", "ab"), Derive("c", "ab"));
    }

    [Fact]
    public void Tenant_deriving_writes_only_the_key()
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
