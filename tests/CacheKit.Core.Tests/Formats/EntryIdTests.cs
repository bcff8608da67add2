using System.Security.Cryptography;
using System.Text;
using CacheKit.Core.Formats;
using Xunit;

namespace CacheKit.Core.Tests.Formats;

public sealed class EntryIdTests
{
    private static readonly byte[] s_bytes = [.. Enumerable.Range(0, 20).Select(i => (byte)((i * 13) + 1))];

    [Fact]
    public void Bytes_come_back_as_they_went_in()
    {
        byte[] copy = new byte[22];
        EntryId.FromBytes(s_bytes).CopyTo(copy);
        Assert.Equal(s_bytes, copy[..20]);
        Assert.Equal([0, 0], copy[20..]);
    }

    [Fact]
    public void Hex_is_that_of_the_bytes_in_their_order()
    {
        EntryId id = EntryId.FromBytes(s_bytes);
        string expected = Convert.ToHexString(s_bytes).ToLowerInvariant();
        Span<byte> utf8 = stackalloc byte[EntryId.HexLength];
        id.CopyHexTo(utf8);
        Span<char> text = stackalloc char[EntryId.HexLength];
        id.CopyHexTo(text);
        Assert.Equal(expected, id.ToString());
        Assert.Equal(expected, Encoding.ASCII.GetString(utf8));
        Assert.Equal(expected, text.ToString());
    }

    [Fact]
    public void Any_differing_bit_makes_another_id()
    {
        EntryId id = EntryId.FromBytes(s_bytes);
        for (int bit = 0; bit < 160; bit++)
        {
            byte[] other = [.. s_bytes];
            other[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.True(id != EntryId.FromBytes(other), $"bit {bit}");
            Assert.False(id.Equals((object)EntryId.FromBytes(other)));
        }

        Assert.True(id == EntryId.FromBytes(s_bytes));
        Assert.Equal(id.GetHashCode(), EntryId.FromBytes(s_bytes).GetHashCode());
    }

    [Fact]
    public void Hash_codes_of_hashed_ids_are_spread()
    {
        HashSet<int> codes = [];
        for (int i = 0; i < 10_000; i++)
        {
            codes.Add(EntryId.FromBytes(SHA256.HashData(BitConverter.GetBytes(i)).AsSpan(0, 20)).GetHashCode());
        }

        // 10,000 random 32-bit numbers collide 0.01 times.
        Assert.InRange(codes.Count, 9_995, 10_000);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(19)]
    [InlineData(21)]
    public void Other_lengths_are_refused(int length) =>
        Assert.Throws<ArgumentException>(() => EntryId.FromBytes(new byte[length]));

    [Fact]
    public void Short_destinations_are_refused()
    {
        EntryId id = EntryId.FromBytes(s_bytes);
        Assert.Throws<ArgumentException>(() => id.CopyTo(new byte[19]));
        Assert.Throws<ArgumentException>(() => id.CopyHexTo(new byte[39]));
        Assert.Throws<ArgumentException>(() => id.CopyHexTo(new char[39]));
    }
}
