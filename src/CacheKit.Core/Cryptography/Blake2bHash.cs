using Org.BouncyCastle.Crypto.Digests;

namespace CacheKit.Core.Cryptography;

/// <summary>
/// BLAKE2b without a key or salt (RFC 7693), by Bouncy Castle, since .NET has none. Who guesses the input can tell that
/// it is the one: it names entries that several languages share (PROTOCOL sections 7.1 and 10), and protects nothing.
/// </summary>
public static class Blake2bHash
{
    /// <summary>Computes a hash.</summary>
    /// <param name="bytes">What is hashed.</param>
    /// <param name="hash">Takes the hash, whose length is a parameter of BLAKE2b: 1 to 64 bytes.</param>
    public static void Compute(ReadOnlySpan<byte> bytes, Span<byte> hash)
    {
        const int BitsOfByte = 8;
        Blake2bDigest digest = new(hash.Length * BitsOfByte);
        digest.BlockUpdate(bytes);
        digest.DoFinal(hash);
    }
}
