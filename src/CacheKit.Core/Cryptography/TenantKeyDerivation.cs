using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace CacheKit.Core.Cryptography;

/// <summary>
/// Keys of a tenant: HKDF-SHA256 (RFC 5869) over the master key, with the domain as <c>info</c> and
/// <c>salt = "cachekit_v1_" || u8(len domain) || domain || u16(len tenant) || tenant</c> (PROTOCOL section 2).
/// </summary>
public static class TenantKeyDerivation
{
    /// <summary>The tenant of a script that names none; the portable default of the family (PROTOCOL section 15).
    /// </summary>
    public const string DefaultTenant = "default";

    /// <summary>The size of a derived key in bytes.</summary>
    public const int KeySize = 32;

    /// <summary>The longest tenant name, in UTF-8 bytes.</summary>
    public const int LongestTenant = 1024;

    /// <summary>The domain of the key that encrypts entries.</summary>
    public const string EncryptionDomain = "encryption";

    /// <summary>The domain of the key that hashes cache keys.</summary>
    public const string CacheKeysDomain = "cache_keys";

    /// <summary>The domain of the key that authenticates the lines of an audit log.</summary>
    public const string AuditDomain = "audit";

    /// <summary>
    /// The domain of the key that authenticates the head of an audit log. All tenants of a master key share one, that
    /// of <see cref="AuditHeadTenant"/>, since they may write into the same log.
    /// </summary>
    public const string AuditHeadDomain = "audit_head";

    /// <summary>
    /// The tenant for which the key of <see cref="AuditHeadDomain"/> is derived, whichever tenant writes.
    /// </summary>
    public const string AuditHeadTenant = "default";

    private static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, true);

    /// <summary>Derives one key.</summary>
    /// <param name="masterKey">The master key, 32 bytes.</param>
    /// <param name="tenant">The tenant: 1 to 1,024 UTF-8 bytes.</param>
    /// <param name="domain">The domain: 1 to 255 ASCII characters.</param>
    /// <param name="destination">Takes 32 bytes.</param>
    /// <exception cref="ArgumentException">
    /// The tenant or the domain is empty, too long or not well-formed text.
    /// </exception>
    public static void Derive(ReadOnlySpan<byte> masterKey, string tenant, string domain, Span<byte> destination)
    {
        ArgumentException.ThrowIfNullOrEmpty(tenant);
        ArgumentException.ThrowIfNullOrEmpty(domain);
        ReadOnlySpan<byte> prefix = "cachekit_v1_"u8;
        byte[] tenantBytes = s_strictUtf8.GetBytes(tenant);
        byte[] info = Encoding.ASCII.GetBytes(domain);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tenantBytes.Length, LongestTenant, nameof(tenant));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(info.Length, byte.MaxValue, nameof(domain));

        byte[] salt = new byte[prefix.Length + 1 + info.Length + sizeof(ushort) + tenantBytes.Length];
        prefix.CopyTo(salt);
        Span<byte> rest = salt.AsSpan(prefix.Length);
        rest[0] = (byte)info.Length;
        info.CopyTo(rest[1..]);
        rest = rest[(1 + info.Length)..];
        BinaryPrimitives.WriteUInt16BigEndian(rest, (ushort)tenantBytes.Length);
        tenantBytes.CopyTo(rest[sizeof(ushort)..]);

        HKDF.DeriveKey(HashAlgorithmName.SHA256, masterKey, destination[..KeySize], salt, info);
    }
}
