using System.Security.Cryptography;

namespace CacheKit.Core.Cryptography;

/// <summary>
/// HMAC-SHA256 (RFC 2104) under one key. The primitive is the platform's; keeping its instances spares the setting up
/// of the key, which costs more than hashing a few hundred bytes. Safe for concurrent use.
/// </summary>
internal sealed class KeyedHash : IDisposable
{
    /// <summary>The size of a hash in bytes.</summary>
    public const int HashSize = HMACSHA256.HashSizeInBytes;

    private readonly byte[] _key;
    private readonly InstancePool<IncrementalHash> _instances;

    /// <summary>Makes a hash.</summary>
    /// <param name="key">The key, which this owns from then on; pinned.</param>
    public KeyedHash(byte[] key)
    {
        _key = key;
        _instances = new InstancePool<IncrementalHash>(
            () => IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key));
    }

    /// <summary>Hashes the parts of a message, one after the other.</summary>
    /// <param name="first">The first part.</param>
    /// <param name="second">The second part.</param>
    /// <param name="destination">Takes <see cref="HashSize"/> bytes.</param>
    /// <exception cref="ObjectDisposedException">The key is zeroed.</exception>
    public void Compute(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> destination)
    {
        IncrementalHash hash = _instances.Borrow();
        hash.AppendData(first);
        hash.AppendData(second);
        hash.GetHashAndReset(destination);
        _instances.Return(hash);
    }

    /// <summary>Zeroes the key.</summary>
    public void Dispose()
    {
        _instances.Close();
        CryptographicOperations.ZeroMemory(_key);
        _instances.Dispose();
    }
}
