using System.Security.Cryptography;
using System.Text;
using CacheKit.Core.Formats;
using Xunit;

namespace CacheKit.Core.Tests.Formats;

public sealed class EntryIdTests
{
    private static readonly byte[] s_bytes = [.. Enumerable.Range(0, 20).Select(i => (byte)((i * 13) + 1))];

    [Fact]
    public void CacheKey_hex_of_an_id_follows_its_bytes()
    {
        EntryId id = EntryId.FromBytes(s_bytes);
        string expected = Convert.ToHexString(s_bytes).ToLowerInvariant();
        byte[] digits = new byte[EntryId.HexLength + 2];
        id.CopyHexTo(digits);
        Assert.Equal(expected, id.ToString());
        Assert.Equal(expected + "\0\0", Encoding.ASCII.GetString(digits));
    }

    [Fact]
    public void CacheKey_any_different_bit_makes_another_id()
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
    public void CacheKey_hash_codes_of_ids_are_spread()
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
    public void CacheKey_an_id_of_another_length_is_rejected(int length) =>
        Assert.Throws<ArgumentException>(() => EntryId.FromBytes(new byte[length]));

    [Fact]
    public void CacheKey_a_short_destination_is_rejected() =>
        Assert.Throws<ArgumentException>(() => EntryId.FromBytes(s_bytes).CopyHexTo(new byte[39]));
}
