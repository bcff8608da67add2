using CacheKit.Core.Cryptography;
using CacheKit.Core.Formats;
using Xunit;

namespace CacheKit.Core.Tests.Formats;

public sealed class NativeFrameTests
{
    private const string FingerprintHex = "000102030405060708090a0b0c0d0e0f";

    private const string Name = "aa706f7765727368656c6c";

    /// <summary>Times are read up to here, so that sums of two never overflow.</summary>
    private const long Longest = long.MaxValue / 4;

    private static readonly KeyFingerprint s_fingerprint = KeyFingerprint.FromBytes(
        Convert.FromHexString(FingerprintHex));

    [Theory]
    [InlineData(0, 0, 0, false)]
    [InlineData(127, 128, 255, true)]
    [InlineData(256, 65_535, 65_536, false)]
    [InlineData(uint.MaxValue, 1L + uint.MaxValue, 1_893_553_445_678, true)]
    [InlineData(Longest, Longest, Longest, true)]
    public void NativeFrame_a_written_header_is_read_back(long created, long freshFor, long keepFor, bool compressed)
    {
        EntryHeader header =
            new(
                s_fingerprint,
                created,
                freshFor,
                keepFor,
                SerializerKind.PowerShell,
                compressed,
                HasDigest: compressed);
        byte[] frame = Frame(header);
        Assert.True(NativeFrame.TryReadStart(frame, out EntryHeader read, out int start));
        Assert.Equal(header, read);
        Assert.Equal(frame.Length - EntryCipher.Overhead, start);
        Assert.InRange(start, NativeFrame.PrefixSize, NativeFrame.PrefixSize + NativeFrame.LongestHeader);
    }

    [Fact]
    public void NativeFrame_the_bytes_match_the_design()
    {
        byte[] frame = Frame(new EntryHeader(s_fingerprint, 5, 300, 70_000, SerializerKind.PowerShell, true));
        string expected = "434b5001" + "00" + "00" + "0028"
            + "96" + "c410" + FingerprintHex + "05" + "cd012c" + "ce00011170" + "aa706f7765727368656c6c" + "c3";
        Assert.Equal(expected, Convert.ToHexStringLower(frame[..^EntryCipher.Overhead]));
    }

    [Fact]
    public void NativeFrame_another_magic_version_flag_or_reserved_byte_is_refused()
    {
        byte[] frame = Frame(Sample());
        for (int bit = 0; bit < 48; bit++)
        {
            byte[] changed = [.. frame];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            bool isDigestFlag = bit == 33;
            Assert.Equal(isDigestFlag, NativeFrame.TryReadStart(changed, out EntryHeader header, out _));
            Assert.Equal(isDigestFlag, header.HasDigest);
        }
    }

    [Fact]
    public void NativeFrame_any_other_header_length_is_refused()
    {
        byte[] frame = Frame(Sample());
        int right = frame[7];
        for (int length = 0; length <= ushort.MaxValue; length++)
        {
            frame[6] = (byte)(length >> 8);
            frame[7] = (byte)(length & 0xFF);
            Assert.Equal(length == right, NativeFrame.TryReadStart(frame, out _, out _));
        }
    }

    [Fact]
    public void NativeFrame_every_truncation_is_refused()
    {
        byte[] frame = Frame(Sample());
        for (int length = 0; length < frame.Length; length++)
        {
            Assert.False(NativeFrame.TryReadStart(frame.AsSpan(0, length), out _, out _), $"{length} bytes");
        }
    }

    [Theory]
    [InlineData("", "no header")]
    [InlineData("c0", "no array")]
    [InlineData("96c410F05050505" + Name + "c2", "a time too many")]
    [InlineData("95c410F0505" + Name + "c2", "a time too few")]
    [InlineData("97c410F050505" + Name + "c2", "an item too few")]
    [InlineData("ddffffffffc410F050505" + Name + "c2", "4 G items")]
    [InlineData("96c40f000102030405060708090a0b0c0d0e050505" + Name + "c2", "a short fingerprint")]
    [InlineData("96c411F10050505" + Name + "c2", "a long fingerprint")]
    [InlineData("96b0F050505" + Name + "c2", "a fingerprint that is text")]
    [InlineData("96c6ffffffffF050505" + Name + "c2", "a fingerprint of 4 GiB")]
    [InlineData("96c410Fff0505" + Name + "c2", "a creation before 1970")]
    [InlineData("96c410F05ff05" + Name + "c2", "a negative life")]
    [InlineData("96c410F0505d38000000000000000" + Name + "c2", "the most negative life")]
    [InlineData("96c410Fcf80000000000000000505" + Name + "c2", "a creation beyond all time")]
    [InlineData("96c410F05cfffffffffffffffff05" + Name + "c2", "a life beyond all time")]
    [InlineData("96c410F0505cf2000000000000000" + Name + "c2", "a life that overflows a sum")]
    [InlineData("96c410Fca3f8000000505" + Name + "c2", "a creation that is no integer")]
    [InlineData("96c410F050505a0c2", "no serializer")]
    [InlineData("96c410F050505aa506f7765727368656c6cc2", "another serializer")]
    [InlineData("96c410F050505a9706f7765727368656cc2", "half a serializer")]
    [InlineData("96c410F050505dbffffffffc2", "a serializer of 4 GiB")]
    [InlineData("96c410F050505" + Name + "c0", "neither compressed nor not")]
    [InlineData("96c410F050505" + Name + "01", "a flag that is a number")]
    [InlineData("96c410F050505" + Name + "c2c2", "a flag too many")]
    public void NativeFrame_malformed_headers_are_refused(string header, string what) =>
        Assert.False(TryRead(header.Replace("F", FingerprintHex, StringComparison.Ordinal)), what);

    [Theory]
    [InlineData("96c410F050505" + Name + "c2")]
    [InlineData("96c410F050505" + Name + "c3")]
    [InlineData("96c410F05d3000000000000000505" + Name + "c2")]
    public void NativeFrame_valid_headers_are_read(string header) =>
        Assert.True(TryRead(header.Replace("F", FingerprintHex, StringComparison.Ordinal)));

    [Fact]
    public void NativeFrame_random_headers_are_read_or_refused_and_never_throw()
    {
        Random random = new(20300105);
        byte[] good = Frame(Sample());
        int read = 0;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] frame = [.. good];
            for (int change = random.Next(1, 4); change > 0; change--)
            {
                frame[random.Next(NativeFrame.PrefixSize, frame.Length - EntryCipher.Overhead)] =
                    (byte)random.Next(256);
            }

            read += NativeFrame.TryReadStart(frame, out _, out _) ? 1 : 0;
        }

        Assert.InRange(read, 1, 19_999);
    }

    private static EntryHeader Sample() =>
        new(s_fingerprint, 1_893_553_445_678, 300_000, 600_000, SerializerKind.PowerShell, Compressed: false);

    private static bool TryRead(string headerHex)
    {
        byte[] header = Convert.FromHexString(headerHex);
        byte[] frame =
        [
            .. Convert.FromHexString("434b50010000"), (byte)(header.Length >> 8), (byte)header.Length, .. header,
            .. new byte[EntryCipher.Overhead],
        ];
        return NativeFrame.TryReadStart(frame, out _, out _);
    }

    private static byte[] Frame(EntryHeader header)
    {
        byte[] frame = new byte[NativeFrame.PrefixSize + NativeFrame.LongestHeader];
        int start = NativeFrame.WriteStart(header, frame);
        return [.. frame[..start], .. new byte[EntryCipher.Overhead]];
    }
}
