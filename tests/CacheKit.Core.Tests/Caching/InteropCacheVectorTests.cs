using System.Text.Json;
using CacheKit.Core.Caching;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Keys;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Caching;

/// <summary>The family's published vector of encrypted interop entries, through the cache.</summary>
public sealed class InteropCacheVectorTests : InteropCacheTestBase
{
    public static TheoryData<string> Rows => [.. InteropVectors.Names("encryption_vectors")];

    [Fact]
    public void Interop_all_vectors_are_there() => Assert.Single(Rows);

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Interop_the_cache_opens_the_published_entry(string name)
    {
        JsonElement row = InteropVectors.Row("encryption_vectors", name);
        await AssertOpensAsync(row, RingOf(row));
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Interop_a_ring_opens_the_published_entry_with_its_second_key(string name)
    {
        JsonElement row = InteropVectors.Row("encryption_vectors", name);
        using KeyRing ring = new(TestKeys.Of(1), [MasterOf(row), TestKeys.Of(2)]);
        await AssertOpensAsync(row, ring.ForTenant(InteropVectors.Text(row, "tenant_id")));
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Interop_sealing_under_the_published_nonce_gives_the_same_bytes(string name)
    {
        JsonElement row = InteropVectors.Row("encryption_vectors", name);
        using TenantKeyRing ring = RingOf(row);
        byte[] associatedData = AssociatedData.Build(
            InteropVectors.Text(row, "tenant_id"),
            InteropVectors.Text(row, "cache_key"),
            InteropVectors.Text(row, "format"),
            row.GetProperty("compressed").GetBoolean());
        Assert.Equal(InteropVectors.Bytes(row, "aad_hex"), associatedData);
        byte[] plaintext = InteropVectors.Bytes(row, "plaintext_hex");
        byte[] sealedBytes = new byte[plaintext.Length + EntryCipher.Overhead];
        ring.Current.Cipher.Seal(InteropVectors.Bytes(row, "nonce_hex"), plaintext, associatedData, sealedBytes);
        Assert.Equal(InteropVectors.Bytes(row, "ciphertext_hex"), sealedBytes);
    }

    private async Task AssertOpensAsync(JsonElement row, TenantKeyRing keys)
    {
        Assert.Equal(Key, InteropVectors.Text(row, "cache_key"));
        await PlantAsync(InteropVectors.Bytes(row, "ciphertext_hex"));
        using LookupResult result = await GetAsync(Own(keys));
        Assert.Equal(LookupOutcome.Hit, result.Outcome);
        Assert.Equal(InteropVectors.Bytes(row, "plaintext_hex"), result.Entry.Value.ToArray());
        Assert.Equal(
            InteropVectors.Text(row, "derived_key_fingerprint_hex"), result.Entry.Fingerprint.ToString());
    }

    private static TenantKeyRing RingOf(JsonElement row)
    {
        using KeyRing ring = new(MasterOf(row), []);
        return ring.ForTenant(InteropVectors.Text(row, "tenant_id"));
    }

    private static MasterKey MasterOf(JsonElement row) =>
        MasterKey.FromBytes(InteropVectors.Bytes(row, "master_key_hex"), "a test");
}
