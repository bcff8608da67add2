using CacheKit.Core.Cryptography;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Cryptography;

/// <summary>The family's published vectors, byte for byte.</summary>
public sealed class EncryptionVectorTests
{
    public static TheoryData<string> Rows => new(EncryptionVectors.All.Rows.Select(row => row.Name));

    [Fact]
    public void Cipher_all_encryption_vectors_are_there() => Assert.Equal(6, EncryptionVectors.All.Rows.Count);

    [Theory]
    [MemberData(nameof(Rows))]
    public void Cipher_the_derived_key_matches_the_vector(string name)
    {
        EncryptionVectors.Row row = EncryptionVectors.Find(name);
        Assert.Equal(row.DerivedKeyHex, Hex(Derive(row)));
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Cipher_the_fingerprint_matches_the_vector(string name)
    {
        EncryptionVectors.Row row = EncryptionVectors.Find(name);
        KeyFingerprint fingerprint = KeyFingerprint.Compute(Derive(row));
        byte[] bytes = new byte[KeyFingerprint.Size];
        fingerprint.CopyTo(bytes);
        Assert.Equal(row.DerivedKeyFingerprintHex, fingerprint.ToString());
        Assert.Equal(row.DerivedKeyFingerprintHex, Hex(bytes));
        Assert.Equal(fingerprint, KeyFingerprint.FromBytes(bytes));
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Cipher_the_associated_data_matches_the_vector(string name)
    {
        EncryptionVectors.Row row = EncryptionVectors.Find(name);
        Assert.Equal(row.AadHex, Hex(AssociatedDataOf(row)));
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Cipher_the_ciphertext_of_the_vector_opens(string name)
    {
        EncryptionVectors.Row row = EncryptionVectors.Find(name);
        using EntryCipher cipher = new(Derive(row));
        Assert.Equal(row.PlaintextHex, Open(cipher, row));
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Cipher_sealing_under_the_published_nonce_gives_the_same_bytes(string name)
    {
        EncryptionVectors.Row row = EncryptionVectors.Find(name);
        using EntryCipher cipher = new(Derive(row));
        byte[] plaintext = Convert.FromHexString(row.PlaintextHex);
        byte[] sealedBytes = new byte[plaintext.Length + EntryCipher.Overhead];
        cipher.Seal(Convert.FromHexString(row.NonceHex), plaintext, AssociatedDataOf(row), sealedBytes);
        Assert.Equal(row.CiphertextHex, Hex(sealedBytes));
    }

    [Fact]
    public void Cipher_each_key_of_the_ring_opens_only_what_it_sealed()
    {
        EncryptionVectors.KeyringPair pair = EncryptionVectors.All.Keyring;
        EncryptionVectors.Row first = EncryptionVectors.Find("encrypted_with_k1");
        EncryptionVectors.Row second = EncryptionVectors.Find("encrypted_with_k2");
        using EntryCipher current = new(Derive(pair.Current, pair.TenantId));
        using EntryCipher previous = new(Derive(Assert.Single(pair.Previous), pair.TenantId));
        Assert.Equal(second.PlaintextHex, Open(current, second));
        Assert.Equal(first.PlaintextHex, Open(previous, first));
        Assert.Null(Open(current, first));
        Assert.Null(Open(previous, second));
    }

    private static byte[] AssociatedDataOf(EncryptionVectors.Row row) =>
        AssociatedData.Build(row.TenantId, row.CacheKey, row.Format, row.Compressed, row.OriginalType);

    private static string? Open(EntryCipher cipher, EncryptionVectors.Row row)
    {
        byte[] sealedBytes = Convert.FromHexString(row.CiphertextHex);
        byte[] plaintext = new byte[sealedBytes.Length - EntryCipher.Overhead];
        return cipher.TryOpen(sealedBytes, AssociatedDataOf(row), plaintext) ? Hex(plaintext) : null;
    }

    private static byte[] Derive(EncryptionVectors.Row row) => Derive(row.MasterKeyHex, row.TenantId);

    private static byte[] Derive(string masterKeyHex, string tenant)
    {
        byte[] key = new byte[TenantKeyDerivation.KeySize];
        TenantKeyDerivation.Derive(
            Convert.FromHexString(masterKeyHex), tenant, TenantKeyDerivation.EncryptionDomain, key);
        return key;
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
