using System.Security.Cryptography;

namespace CacheKit.Core.Cryptography;

/// <summary>
/// Names a tenant's encryption key without telling it: the first 16 bytes of
/// <c>SHA256("key_fingerprint_v1" || derived key)</c> (PROTOCOL section 2). It may be shown.
/// </summary>
public readonly record struct KeyFingerprint
{
    /// <summary>The size of a fingerprint in bytes.</summary>
    public const int Size = 16;

    private readonly UInt128 _value;

    private KeyFingerprint(ReadOnlySpan<byte> bytes)
    {
        _value = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    /// <summary>Computes the fingerprint of a derived encryption key.</summary>
    /// <param name="derivedKey">The tenant's key, 32 bytes; never the master key.</param>
    public static KeyFingerprint Compute(ReadOnlySpan<byte> derivedKey)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("key_fingerprint_v1"u8);
        hash.AppendData(derivedKey);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        return new KeyFingerprint(digest);
    }

    /// <summary>Reads a fingerprint.</summary>
    /// <param name="bytes">16 bytes or more; the first 16 count.</param>
    public static KeyFingerprint FromBytes(ReadOnlySpan<byte> bytes) => new(bytes);

    /// <summary>Writes the fingerprint.</summary>
    /// <param name="destination">Takes 16 bytes.</param>
    public void CopyTo(Span<byte> destination) =>
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(destination, _value);

    /// <summary>32 lower-case hexadecimal digits.</summary>
    public override string ToString() =>
        _value.ToString("x32", System.Globalization.CultureInfo.InvariantCulture);
}
