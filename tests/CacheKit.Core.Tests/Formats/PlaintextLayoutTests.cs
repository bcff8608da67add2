using System.Text;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Formats;
using K4os.Compression.LZ4;
using Xunit;

namespace CacheKit.Core.Tests.Formats;

public sealed class PlaintextLayoutTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("db/admin é \U0001F511")]
    [InlineData("a name that is longer than what fits into the shortest form of text")]
    public void NativeFrame_name_and_value_of_the_plaintext_round_trip(string? name)
    {
        byte[] value = [1, 2, 3];
        (byte[] plaintext, bool compressed) = Write(name, value);
        Assert.False(compressed);
        Assert.True(PlaintextLayout.TryFindValue(plaintext, out int start));
        Assert.Equal(name, PlaintextLayout.ReadName(plaintext.AsSpan(0, start)));
        Assert.Equal(value, plaintext[start..]);
    }

    [Fact]
    public void NativeFrame_after_the_digest_the_plaintext_has_nil_or_a_name_and_then_the_value()
    {
        Assert.Equal([0xC0, 7], Write(null, [7]).Plaintext);
        Assert.Equal([0xA1, (byte)'n', 7], Write("n", [7]).Plaintext);
    }

    [Fact]
    public void Compression_values_up_to_one_kibibyte_are_not_compressed()
    {
        Assert.False(Write(null, new byte[1024]).Compressed);
        (byte[] plaintext, bool compressed) = Write(null, new byte[1025]);
        Assert.True(compressed);
        Assert.InRange(plaintext.Length, 1, 100);
        Assert.Equal(new byte[1025], Decompress(plaintext[1..]));
    }

    [Fact]
    public void Compression_values_that_do_not_shrink_stay_as_they_are()
    {
        byte[] value = new byte[5000];
        new Random(1).NextBytes(value);
        (byte[] plaintext, bool compressed) = Write(null, value);
        Assert.False(compressed);
        Assert.Equal([0xC0, .. value], plaintext);
    }

    [Fact]
    public void Compression_a_compressed_value_is_always_smaller()
    {
        Random random = new(2);
        int compressedOnes = 0;
        for (int repeated = 0; repeated < 60; repeated++)
        {
            byte[] value = new byte[2000];
            random.NextBytes(value);
            value.AsSpan(0, repeated).CopyTo(value.AsSpan(1000));
            (byte[] plaintext, bool compressed) = Write(null, value);
            Assert.Equal(compressed, plaintext.Length < 1 + value.Length);
            Assert.Equal(value, compressed ? Decompress(plaintext[1..]) : plaintext[1..]);
            compressedOnes += compressed ? 1 : 0;
        }

        Assert.InRange(compressedOnes, 1, 59);
    }

    [Fact]
    public void Compression_a_value_that_shrinks_to_almost_nothing_round_trips()
    {
        byte[] value = new byte[50_000_000];
        (byte[] plaintext, bool compressed) = Write(null, value);
        Assert.True(compressed);
        Assert.True(value.AsSpan().SequenceEqual(Decompress(plaintext[1..])));
    }

    [Theory]
    [InlineData("")]
    [InlineData("01")]
    [InlineData("90")]
    [InlineData("c4")]
    [InlineData("c401")]
    [InlineData("a2")]
    [InlineData("a261")]
    [InlineData("d9")]
    [InlineData("d902ff")]
    [InlineData("dbffffffff")]
    [InlineData("db7fffffff61")]
    public void NativeFrame_a_plaintext_with_another_start_is_refused(string hex) =>
        Assert.False(PlaintextLayout.TryFindValue(Convert.FromHexString(hex), out _));

    [Theory]
    [InlineData(-1L)]
    [InlineData(0L)]
    [InlineData(1999L)]
    [InlineData(2001L)]
    [InlineData(60_000L)]
    [InlineData(512L * 1024 * 1024)]
    [InlineData((512L * 1024 * 1024) + 1)]
    [InlineData(int.MaxValue)]
    [InlineData(uint.MaxValue)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    public void Compression_a_wrong_length_is_refused_before_allocating(long declared)
    {
        byte[] block = Block(new byte[2000]);
        byte[] compressed = [.. Integer(declared), .. block];
        _ = TryDecompress(compressed, out _);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(TryDecompress(compressed, out int written));
        Assert.Equal(0, written);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000);
    }

    [Fact]
    public void Compression_a_bomb_is_refused_by_its_ratio()
    {
        // 1,001 bytes for each of the block is more than any block can give.
        byte[] block = Block(new byte[2000]);
        Assert.False(TryDecompress([.. Integer(1 + (1000L * block.Length)), .. block], out _));
        Assert.True(TryDecompress([.. Integer(2000), .. block], out int written));
        Assert.Equal(2000, written);
    }

    [Fact]
    public void Compression_every_truncation_of_a_block_is_refused_and_leaves_no_plaintext()
    {
        byte[] value = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("secret words, ", 200)));
        byte[] plaintext = Write(null, value).Plaintext;
        for (int length = 1; length < plaintext.Length; length++)
        {
            using SensitiveBuffer destination = SensitiveBuffer.Rent(10_000);
            Memory<byte> memory = destination.GetMemory(10_000);
            memory.Span.Clear();
            Assert.False(PlaintextLayout.TryDecompress(plaintext.AsSpan(1, length - 1), destination));
            Assert.Equal(-1, memory.Span.IndexOf("secret"u8));
        }
    }

    [Fact]
    public void Compression_altered_blocks_decode_to_the_declared_length_or_are_refused()
    {
        byte[] value = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("some words, ", 200)));
        byte[] plaintext = Write(null, value).Plaintext;
        Random random = new(20300106);
        int refused = 0;
        for (int i = 0; i < 10_000; i++)
        {
            byte[] changed = plaintext[1..];
            changed[random.Next(changed.Length)] = (byte)random.Next(256);
            bool decoded = TryDecompress(changed, out int written);
            refused += decoded ? 0 : 1;
            Assert.True(decoded || written == 0);
        }

        Assert.InRange(refused, 1, 9_999);
    }

    private static (byte[] Plaintext, bool Compressed) Write(string? name, byte[] value)
    {
        using SensitiveBuffer buffer = SensitiveBuffer.Rent();
        IdentityDigest digest = IdentityDigest.Compute([1]);
        bool compressed = PlaintextLayout.Write(buffer, digest, name, value);
        Assert.Equal(digest.Bytes, buffer.WrittenSpan[..IdentityDigest.Size]);
        return (buffer.WrittenSpan[IdentityDigest.Size..].ToArray(), compressed);
    }

    private static byte[] Decompress(byte[] compressed)
    {
        using SensitiveBuffer destination = SensitiveBuffer.Rent();
        Assert.True(PlaintextLayout.TryDecompress(compressed, destination));
        return destination.WrittenSpan.ToArray();
    }

    private static bool TryDecompress(byte[] compressed, out int written)
    {
        using SensitiveBuffer destination = SensitiveBuffer.Rent();
        bool decoded = PlaintextLayout.TryDecompress(compressed, destination);
        written = destination.Length;
        return decoded;
    }

    private static byte[] Block(byte[] value)
    {
        byte[] block = new byte[LZ4Codec.MaximumOutputSize(value.Length)];
        return block[..LZ4Codec.Encode(value, block)];
    }

    private static byte[] Integer(long value)
    {
        byte[] bytes = new byte[9];
        MessagePack.MessagePackPrimitives.TryWrite(bytes, value, out int written);
        return bytes[..written];
    }
}
