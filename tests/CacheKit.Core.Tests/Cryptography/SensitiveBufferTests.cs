using System.Runtime.InteropServices;
using System.Text;
using CacheKit.Core.Cryptography;
using Xunit;

namespace CacheKit.Core.Tests.Cryptography;

public sealed class SensitiveBufferTests
{
    private static readonly byte[] s_secret = Encoding.UTF8.GetBytes("correct horse battery staple");

    [Fact]
    public void Buffer_written_bytes_are_there_in_order()
    {
        using SensitiveBuffer buffer = SensitiveBuffer.Rent();
        buffer.Write([1, 2]);
        buffer.Write(3);
        buffer.GetSpan(2)[0] = 4;
        buffer.Advance(1);
        buffer.GetMemory(1).Span[0] = 5;
        buffer.Advance(1);
        Assert.Equal([1, 2, 3, 4, 5], buffer.WrittenSpan.ToArray());
        Assert.Equal([1, 2, 3, 4, 5], buffer.WrittenMemory.ToArray());
        Assert.Equal(5, buffer.Length);
    }

    [Fact]
    public void Buffer_it_grows_as_needed()
    {
        byte[] expected = new byte[200_000];
        new Random(1).NextBytes(expected);
        using SensitiveBuffer buffer = SensitiveBuffer.Rent(10);
        for (int i = 0; i < expected.Length; i += 1000)
        {
            buffer.Write(expected.AsSpan(i, 1000));
        }

        Assert.True(expected.AsSpan().SequenceEqual(buffer.WrittenSpan));
    }

    [Fact]
    public void Buffer_its_memory_is_zeroed_on_return()
    {
        SensitiveBuffer buffer = SensitiveBuffer.Rent();
        buffer.Write(s_secret);
        byte[] memory = MemoryOf(buffer);
        Assert.Equal(0, memory.AsSpan().IndexOf(s_secret));
        buffer.Dispose();
        Assert.Equal(-1, memory.AsSpan(0, s_secret.Length).IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public void Buffer_the_memory_it_outgrows_is_zeroed()
    {
        using SensitiveBuffer buffer = SensitiveBuffer.Rent();
        buffer.Write(s_secret);
        byte[] small = MemoryOf(buffer);
        buffer.Write(new byte[small.Length]);
        Assert.NotSame(small, MemoryOf(buffer));
        Assert.Equal(-1, small.AsSpan(0, s_secret.Length).IndexOfAnyExcept((byte)0));
        Assert.Equal(s_secret, buffer.WrittenSpan[..s_secret.Length].ToArray());
    }

    [Fact]
    public void Buffer_large_memory_is_zeroed_too_and_not_kept()
    {
        SensitiveBuffer large = SensitiveBuffer.Rent(100_000);
        large.Write(s_secret);
        byte[] memory = MemoryOf(large);
        large.Dispose();
        Assert.Equal(-1, memory.AsSpan(0, s_secret.Length).IndexOfAnyExcept((byte)0));
        using SensitiveBuffer next = SensitiveBuffer.Rent();
        Assert.NotSame(memory, MemoryOf(next));
    }

    [Fact]
    public void Buffer_the_next_caller_gets_the_same_memory_empty()
    {
        byte[] memory;
        using (SensitiveBuffer first = SensitiveBuffer.Rent())
        {
            first.Write(s_secret);
            memory = MemoryOf(first);
        }

        using SensitiveBuffer second = SensitiveBuffer.Rent();
        Assert.Same(memory, MemoryOf(second));
        Assert.Equal(0, second.Length);
    }

    [Fact]
    public void Buffer_no_two_callers_share_one_at_once()
    {
        for (int round = 0; round < 3; round++)
        {
            SensitiveBuffer[] buffers = [.. Enumerable.Range(0, 4).Select(_ => SensitiveBuffer.Rent())];
            Assert.Equal(4, buffers.Distinct(ReferenceEqualityComparer.Instance).Count());
            foreach (SensitiveBuffer buffer in buffers)
            {
                buffer.Dispose();
            }
        }
    }

    [Fact]
    public void Buffer_disposing_twice_is_harmless()
    {
        SensitiveBuffer buffer = SensitiveBuffer.Rent();
        buffer.Dispose();
        buffer.Dispose();
        using SensitiveBuffer one = SensitiveBuffer.Rent();
        using SensitiveBuffer two = SensitiveBuffer.Rent();
        Assert.NotSame(one, two);
    }

    [Fact]
    public void Buffer_renting_again_allocates_nothing()
    {
        RentOften();
        long before = GC.GetAllocatedBytesForCurrentThread();
        RentOften();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        static void RentOften()
        {
            for (int i = 0; i < 100; i++)
            {
                using SensitiveBuffer buffer = SensitiveBuffer.Rent(500);
                buffer.Write(s_secret);
            }
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public void Buffer_it_advances_only_within_its_memory(int count)
    {
        using SensitiveBuffer buffer = SensitiveBuffer.Rent();
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Advance(count));
    }

    private static byte[] MemoryOf(SensitiveBuffer buffer)
    {
        Assert.True(MemoryMarshal.TryGetArray(buffer.WrittenMemory, out ArraySegment<byte> segment));
        return segment.Array!;
    }
}
