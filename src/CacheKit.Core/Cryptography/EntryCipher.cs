using System.Security.Cryptography;

namespace CacheKit.Core.Cryptography;

/// <summary>
/// AES-256-GCM under one derived key: <c>nonce (12) || ciphertext || tag (16)</c> (PROTOCOL section 3.1,
/// NIST SP 800-38D). The primitive is the platform's.
/// </summary>
/// <remarks>
/// Safe for concurrent use: an <see cref="AesGcm"/> is not, so each operation borrows one from a small pool.
/// </remarks>
public sealed class EntryCipher : IDisposable
{
    /// <summary>The size of a key in bytes.</summary>
    public const int KeySize = 32;

    /// <summary>The size of an authentication tag in bytes.</summary>
    public const int TagSize = 16;

    /// <summary>What sealing adds to the clear text: nonce and tag, 28 bytes.</summary>
    public const int Overhead = NonceSequence.NonceSize + TagSize;

    private readonly byte[] _key;
    private readonly NonceSequence _nonces;
    private readonly InstancePool<AesGcm> _instances;

    /// <summary>Makes a cipher; it keeps its own copy of the key.</summary>
    /// <param name="key">32 bytes.</param>
    public EntryCipher(ReadOnlySpan<byte> key)
        : this(key, new NonceSequence())
    {
    }

    internal EntryCipher(ReadOnlySpan<byte> key, NonceSequence nonces)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeySize);
        _key = GC.AllocateUninitializedArray<byte>(KeySize, pinned: true);
        key.CopyTo(_key);
        _nonces = nonces;
        _instances = new InstancePool<AesGcm>(() => new AesGcm(_key, TagSize));
    }

    /// <summary>Encrypts and authenticates under a nonce that was never used before.</summary>
    /// <param name="plaintext">The clear text.</param>
    /// <param name="associatedData">What is authenticated beside it.</param>
    /// <param name="destination">Takes the length of the clear text plus <see cref="Overhead"/> bytes.</param>
    public void Seal(ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> associatedData, Span<byte> destination)
    {
        Span<byte> nonce = stackalloc byte[NonceSequence.NonceSize];
        _nonces.Next(nonce);
        Seal(nonce, plaintext, associatedData, destination);
    }

    /// <summary>Seals under a given nonce: for the published vectors alone.</summary>
    internal void Seal(
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> plaintext,
        ReadOnlySpan<byte> associatedData,
        Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(destination.Length, plaintext.Length + Overhead);
        nonce.CopyTo(destination);
        Span<byte> ciphertext = destination.Slice(NonceSequence.NonceSize, plaintext.Length);
        AesGcm aes = _instances.Borrow();
        aes.Encrypt(nonce, plaintext, ciphertext, destination[^TagSize..], associatedData);
        _instances.Return(aes);
    }

    /// <summary>Opens sealed bytes. False says that they are not authentic, never why.</summary>
    /// <param name="sealedBytes">At least <see cref="Overhead"/> bytes; fewer are not authentic.</param>
    /// <param name="associatedData">What was authenticated beside the clear text.</param>
    /// <param name="plaintext">Takes the clear text: the sealed length less <see cref="Overhead"/>.</param>
    public bool TryOpen(ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> associatedData, Span<byte> plaintext)
    {
        if (sealedBytes.Length < Overhead)
        {
            return false;
        }

        AesGcm aes = _instances.Borrow();
        try
        {
            aes.Decrypt(
                sealedBytes[..NonceSequence.NonceSize],
                sealedBytes[NonceSequence.NonceSize..^TagSize],
                sealedBytes[^TagSize..],
                plaintext,
                associatedData);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            CryptographicOperations.ZeroMemory(plaintext);
            return false;
        }
        finally
        {
            _instances.Return(aes);
        }
    }

    /// <summary>
    /// Zeroes the key. Operations that are under way finish, or are told that the cipher is disposed.
    /// </summary>
    public void Dispose()
    {
        // Whoever reads a zeroed key must find the pool closed.
        _instances.Close();
        CryptographicOperations.ZeroMemory(_key);
        _instances.Dispose();
    }
}
