using System.Security.Cryptography;
using System.Text;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Formats;

namespace CacheKit.Core.Keys;

/// <summary>
/// What one tenant holds under one master key: the cipher of its entries and the key that turns names into cache
/// keys. Derived once, zeroed on disposal.
/// </summary>
public sealed class TenantKeys : IDisposable
{
    private readonly KeyedHash _cacheKeysHash;
    private readonly byte[] _associatedDataStart;
    private readonly byte[] _tag;

    /// <summary>Derives the keys.</summary>
    /// <param name="masterKey">The master key; not kept.</param>
    /// <param name="tenant">The tenant: 1 to 1,024 UTF-8 bytes.</param>
    public TenantKeys(MasterKey masterKey, string tenant)
    {
        ReadOnlySpan<byte> master = masterKey.Bytes;
        Span<byte> derived = stackalloc byte[TenantKeyDerivation.KeySize];
        TenantKeyDerivation.Derive(master, tenant, TenantKeyDerivation.EncryptionDomain, derived);
        Fingerprint = KeyFingerprint.Compute(derived);
        Cipher = new EntryCipher(derived);
        CryptographicOperations.ZeroMemory(derived);
        _cacheKeysHash = DeriveHash(master, tenant, TenantKeyDerivation.CacheKeysDomain);
        AuditHash = DeriveHash(master, tenant, TenantKeyDerivation.AuditDomain);
        AuditHeadHash = DeriveHash(
            master, TenantKeyDerivation.AuditHeadTenant, TenantKeyDerivation.AuditHeadDomain);
        Ring = [this];

        byte[] tenantBytes = Encoding.UTF8.GetBytes(tenant);
        _associatedDataStart = new byte[1 + AssociatedData.ComponentSize(tenantBytes.Length)];
        _associatedDataStart[0] = AssociatedData.Version;
        AssociatedData.WriteComponent(_associatedDataStart.AsSpan(1), tenantBytes);

        Span<byte> mac = stackalloc byte[KeyedHash.HashSize];
        _cacheKeysHash.Compute("cachekit_tenant_tag_v1"u8, [], mac);
        _tag = new byte[PhysicalKey.TagHexSize];
        LowerHex.Encode(mac[..(PhysicalKey.TagHexSize / 2)], _tag);
    }

    /// <summary>Names the encryption key without telling it.</summary>
    public KeyFingerprint Fingerprint { get; }

    /// <summary>Authenticates this tenant's lines of an audit log.</summary>
    internal KeyedHash AuditHash { get; }

    /// <summary>Authenticates the head of an audit log; the same for all tenants of the master key.</summary>
    internal KeyedHash AuditHeadHash { get; }

    /// <summary>
    /// The tenant's keys under all master keys of the ring that these belong to, the encrypting one first.
    /// </summary>
    internal IReadOnlyList<TenantKeys> Ring { get; set; }

    /// <summary>Seals and opens this tenant's entries.</summary>
    internal EntryCipher Cipher { get; }

    /// <summary>The start of every associated data of this tenant: version and tenant component.</summary>
    internal ReadOnlySpan<byte> AssociatedDataStart => _associatedDataStart;

    /// <summary>16 hexadecimal digits that stand for the tenant in physical keys.</summary>
    internal ReadOnlySpan<byte> Tag => _tag;

    /// <summary>
    /// Computes where an entry lies: the first 160 bits of HMAC-SHA256 under the tenant's <c>cache_keys</c> key over
    /// <c>u8(len namespace) || namespace || digest</c> (DESIGN section 8). Keyed, since an unkeyed hash of a
    /// guessable name tells the name.
    /// </summary>
    /// <param name="namespace">The namespace: 1 to 64 ASCII characters.</param>
    /// <param name="digest">The digest of what identifies the entry inside it.</param>
    public EntryKey KeyFor(string @namespace, in IdentityDigest digest)
    {
        Span<byte> start = stackalloc byte[1 + PhysicalKey.LongestNamespace];
        start = start[..EntryKey.WriteNamespace(@namespace, start)];
        Span<byte> mac = stackalloc byte[KeyedHash.HashSize];
        _cacheKeysHash.Compute(start, digest.Bytes, mac);
        return new EntryKey(this, @namespace, EntryId.FromBytes(mac[..EntryId.ByteLength]));
    }

    /// <summary>Zeroes the keys.</summary>
    public void Dispose()
    {
        Cipher.Dispose();
        _cacheKeysHash.Dispose();
        AuditHash.Dispose();
        AuditHeadHash.Dispose();
    }

    /// <summary>Never a key.</summary>
    public override string ToString() => Fingerprint.ToString();

    private static KeyedHash DeriveHash(ReadOnlySpan<byte> master, string tenant, string domain)
    {
        byte[] key = GC.AllocateArray<byte>(TenantKeyDerivation.KeySize, pinned: true);
        TenantKeyDerivation.Derive(master, tenant, domain, key);
        return new KeyedHash(key);
    }
}
