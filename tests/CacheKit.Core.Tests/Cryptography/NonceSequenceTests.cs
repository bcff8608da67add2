using System.Security.Cryptography;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Cryptography;

public sealed class NonceSequenceTests
{
    private static readonly UInt128 s_range = UInt128.One << 96;

    [Fact]
    public void Nonces_count_up_by_one_from_where_they_start()
    {
        NonceSequence sequence = new(1000, 0);
        Assert.Equal([1001, 1002, 1003], Take(sequence, 3));
    }

    [Fact]
    public void A_sequence_of_its_own_counts_up_by_one_too()
    {
        UInt128[] nonces = Take(new NonceSequence(), 1000);
        for (int i = 1; i < nonces.Length; i++)
        {
            Assert.Equal((nonces[i - 1] + 1) % s_range, nonces[i]);
        }
    }

    [Fact]
    public void The_nonce_is_big_endian()
    {
        byte[] nonce = new byte[12];
        new NonceSequence(new UInt128(0x01020304, 0x05060708090A0B0B), 0).Next(nonce);
        Assert.Equal("0102030405060708090a0b0c", Convert.ToHexStringLower(nonce));
    }

    [Fact]
    public void The_value_wraps_at_96_bits_without_repeating()
    {
        UInt128[] nonces = Take(new NonceSequence(s_range - 3, 0), 6);
        Assert.Equal([s_range - 2, s_range - 1, 0, 1, 2, 3], nonces);
    }

    [Fact]
    public void A_carry_goes_from_the_low_64_bits_into_the_high_32()
    {
        UInt128[] nonces = Take(new NonceSequence(ulong.MaxValue - 1, 0), 2);
        Assert.Equal([ulong.MaxValue, UInt128.One << 64], nonces);
    }

    [Fact]
    public void When_the_count_is_used_up_there_is_an_error_for_ever_and_never_a_nonce()
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
    public void Two_sequences_start_at_different_values()
    {
        UInt128[] starts = [.. Enumerable.Range(0, 100).Select(_ => Take(new NonceSequence(), 1)[0])];
        Assert.Equal(100, starts.Distinct().Count());
        // All 96 bits vary, the top ones too: 100 random ones leave a bit unset with a chance of 2^-100.
        Assert.Equal(s_range - 1, starts.Aggregate((all, start) => all | start));
    }

    [Fact]
    public async Task Eight_threads_get_every_nonce_once()
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
