using System.Security.Cryptography;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Cryptography;

public sealed class NonceSequenceTests
{
    private static readonly UInt128 s_range = UInt128.One << 96;

    [Fact]
    public void Nonce_it_counts_up_by_one_from_its_start()
    {
        NonceSequence sequence = new(1000, 0);
        Assert.Equal([1001, 1002, 1003], Take(sequence, 3));
    }

    [Fact]
    public void Nonce_a_new_sequence_counts_up_by_one()
    {
        UInt128[] nonces = Take(new NonceSequence(), 1000);
        for (int i = 1; i < nonces.Length; i++)
        {
            Assert.Equal((nonces[i - 1] + 1) % s_range, nonces[i]);
        }
    }

    [Fact]
    public void Nonce_it_is_big_endian()
    {
        byte[] nonce = new byte[12];
        new NonceSequence(new UInt128(0x01020304, 0x05060708090A0B0B), 0).Next(nonce);
        Assert.Equal("0102030405060708090a0b0c", Convert.ToHexStringLower(nonce));
    }

    [Fact]
    public void Nonce_it_wraps_at_96_bits_without_repeating()
    {
        UInt128[] nonces = Take(new NonceSequence(s_range - 3, 0), 6);
        Assert.Equal([s_range - 2, s_range - 1, 0, 1, 2, 3], nonces);
    }

    [Fact]
    public void Nonce_the_carry_goes_from_the_low_64_bits_into_the_high_32()
    {
        UInt128[] nonces = Take(new NonceSequence(ulong.MaxValue - 1, 0), 2);
        Assert.Equal([ulong.MaxValue, UInt128.One << 64], nonces);
    }

    [Fact]
    public void Nonce_an_exhausted_sequence_fails_for_ever()
    {
        NonceSequence sequence = new(0, long.MaxValue - 1);
        Assert.Equal([(UInt128)long.MaxValue], Take(sequence, 1));
        for (int i = 0; i < 3; i++)
        {
            byte[] nonce = new byte[12];
            Assert.Throws<CryptographicException>(() => sequence.Next(nonce));
            Assert.Equal(new byte[12], nonce);
        }
    }

    [Fact]
    public void Nonce_two_sequences_start_at_different_values()
    {
        UInt128[] starts = [.. Enumerable.Range(0, 100).Select(_ => Take(new NonceSequence(), 1)[0])];
        Assert.Equal(100, starts.Distinct().Count());
        // All 96 bits vary, the top ones too: 100 random ones leave a bit unset with a chance of 2^-100.
        Assert.Equal(s_range - 1, starts.Aggregate((all, start) => all | start));
    }

    [Fact]
    public async Task Nonce_eight_threads_get_each_once()
    {
        const int Each = 50_000;
        NonceSequence sequence = new(0, 0);
        UInt128[][] taken = new UInt128[Threads.Count][];
        await Threads.RunAsync(number => taken[number] = Take(sequence, Each));
        UInt128[] all = [.. taken.SelectMany(nonces => nonces).Order()];
        Assert.Equal(Threads.Count * Each, all.Length);
        for (int i = 0; i < all.Length; i++)
        {
            Assert.Equal((UInt128)(i + 1), all[i]);
        }
    }

    private static UInt128[] Take(NonceSequence sequence, int count)
    {
        UInt128[] nonces = new UInt128[count];
        byte[] bytes = new byte[16];
        for (int i = 0; i < count; i++)
        {
            sequence.Next(bytes.AsSpan(4));
            nonces[i] = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
        }

        return nonces;
    }
}
