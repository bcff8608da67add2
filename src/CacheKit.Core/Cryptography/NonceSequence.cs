using System.Buffers.Binary;
using System.Security.Cryptography;

namespace CacheKit.Core.Cryptography;

/// <summary>
/// The nonces of one encryptor: 96 bits that start at a random value and count up by one (DESIGN section 8).
/// </summary>
/// <remarks>
/// Inside a process no nonce repeats, because the count is 64 bits wide and ends in an error instead of starting
/// again. Across P processes of M messages each, two ranges overlap with a probability of about P²·M/2^96; readers
/// never look at nonces. NIST SP 800-38D section 8.2 asks for uniqueness, which is all that AES-GCM needs.
/// </remarks>
public sealed class NonceSequence
{
    /// <summary>The size of a nonce in bytes.</summary>
    public const int NonceSize = 12;

    private static readonly UInt128 s_mask = (UInt128.One << 96) - 1;

    private readonly UInt128 _start;
    private long _count;

    /// <summary>Starts a sequence at a random value.</summary>
    public NonceSequence()
        : this(RandomStart(), 0)
    {
    }

    /// <summary>Starts a sequence at a given value and count; for tests of its edges.</summary>
    internal NonceSequence(UInt128 start, long count)
    {
        _start = start & s_mask;
        _count = count;
    }

    /// <summary>Writes the next nonce, big-endian.</summary>
    /// <param name="destination">Takes 12 bytes.</param>
    /// <exception cref="CryptographicException">The sequence is used up (after 2^63 - 1 nonces).</exception>
    public void Next(Span<byte> destination)
    {
        long count = Interlocked.Increment(ref _count);
        if (count <= 0)
        {
            Interlocked.Exchange(ref _count, long.MaxValue);
            throw new CryptographicException("The nonces of this key are used up in this process.");
        }

        UInt128 nonce = (_start + (ulong)count) & s_mask;
        BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)(nonce >> 64));
        BinaryPrimitives.WriteUInt64BigEndian(destination[4..], (ulong)(nonce & ulong.MaxValue));
    }

    private static UInt128 RandomStart()
    {
        Span<byte> random = stackalloc byte[16];
        RandomNumberGenerator.Fill(random);
        return BinaryPrimitives.ReadUInt128BigEndian(random);
    }
}
