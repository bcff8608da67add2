using CacheKit.Core.Cryptography;
using CacheKit.Core.Formats;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Formats;

public sealed class PlainFrameTests
{
    /// <summary>Times are read up to here, so that sums of two never overflow.</summary>
    private const long Longest = long.MaxValue / 4;

    private const string Serializer = "aa706f7765727368656c6c";

    /// <summary>What was written once is read for ever: times, name, and the value in hexadecimal digits.</summary>
    public static TheoryData<string, long, long, long, string?, string> GoldenFiles => new()
    {
        { "small", 1_893_553_445_678, 300_000, 300_000, null, "912a" },
        { "empty", 0, 0, 0, null, "" },
        { "named", 1_893_553_445_678, 60_000, 3_600_000, "Größe 鍵", "91a2c3bc" },
        { "large", 1_893_553_445_678, 300_000, 300_000, null, string.Concat(Enumerable.Repeat("a0b1c2", 1000)) },
    };

    [Theory]
    [MemberData(nameof(GoldenFiles))]
    public void Plain_a_golden_frame_is_read(
        string file, long created, long freshFor, long keepFor, string? name, string value)
    {
        byte[] frame = File.ReadAllBytes(Fixtures.PathOf($"plain-v1/{file}.bin"));
        Assert.True(TryRead(frame, out EntryHeader header, out string? readName, out byte[] readValue));
        Assert.Equal(Header(created, freshFor, keepFor), header);
        Assert.Equal(name, readName);
        Assert.Equal(value, Convert.ToHexStringLower(readValue));
    }

    [Fact]
    public void Plain_every_golden_frame_is_tested()
    {
        string[] files = Directory.GetFiles(Fixtures.PathOf("plain-v1"), "*.bin");
        Assert.Equal(
            GoldenFiles.Select(row => row.Data.Item1).Order(),
            files.Select(file => Path.GetFileNameWithoutExtension(file)).Order());
    }

    [Theory]
    [InlineData(0, 0, 0, null, 0)]
    [InlineData(127, 128, 255, "", 1)]
    [InlineData(uint.MaxValue, 1L + uint.MaxValue, 1_893_553_445_678, "name", 1024)]
    [InlineData(Longest, Longest, Longest, "鍵", 100_000)]
    public void Plain_a_written_frame_is_read_back(long created, long freshFor, long keepFor, string? name, int size)
    {
        byte[] value = new byte[size];
        new Random(size).NextBytes(value);
        byte[] frame = PlainFrame.Write(Header(created, freshFor, keepFor), name, value)!;
        Assert.True(TryRead(frame, out EntryHeader header, out string? readName, out byte[] readValue));
        Assert.Equal(Header(created, freshFor, keepFor), header);
        Assert.Equal(name, readName);
        Assert.Equal(value, readValue);
    }

    [Fact]
    public void Plain_the_bytes_of_a_frame_match_the_design()
    {
        byte[] frame = PlainFrame.Write(Header(5, 300, 70_000), "n", [0x91, 0x07])!;
        string content = "95" + "05" + "cd012c" + "ce00011170" + Serializer + "a16e" + "9107";
        Assert.Equal("434b50010100" + Convert.ToHexStringLower(Envelope(content)), Convert.ToHexStringLower(frame));
    }

    [Fact]
    public void Plain_a_value_over_the_limit_is_not_written() =>
        Assert.Null(PlainFrame.Write(Header(1, 1, 1), null, new byte[StorageEnvelope.LargestSize]));

    [Fact]
    public void Plain_another_magic_version_flag_or_reserved_byte_is_refused()
    {
        byte[] frame = PlainFrame.Write(Header(1, 1, 1), null, [0x90])!;
        for (int bit = 0; bit < 48; bit++)
        {
            byte[] changed = [.. frame];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(TryRead(changed, out _, out _, out _), $"bit {bit}");
        }
    }

    [Fact]
    public void Plain_an_entry_is_never_taken_for_an_encrypted_one()
    {
        byte[] plain = PlainFrame.Write(Header(1, 1, 1), null, new byte[4000])!;
        Assert.False(NativeFrame.TryReadStart(plain, out _, out _));

        byte[] native = new byte[NativeFrame.PrefixSize + NativeFrame.LongestHeader + EntryCipher.Overhead];
        NativeFrame.WriteStart(Header(1, 1, 1), native);
        native = native[..(NativeFrame.PrefixSize + native[7] + EntryCipher.Overhead)];
        Assert.True(NativeFrame.TryReadStart(native, out _, out _));
        native[4] = PlainFrame.PlainFlag;
        Assert.False(NativeFrame.TryReadStart(native, out _, out _));
        Assert.False(TryRead(native, out _, out _, out _));
    }

    [Fact]
    public void Plain_every_truncation_and_flipped_bit_is_refused_or_reads_the_same()
    {
        byte[] frame = PlainFrame.Write(Header(1, 2, 3), "n", [0x91, 0x07])!;
        for (int length = 0; length < frame.Length; length++)
        {
            Assert.False(TryRead(frame[..length], out _, out _, out _), $"{length} bytes");
        }

        for (int bit = 0; bit < frame.Length * 8; bit++)
        {
            byte[] changed = [.. frame];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.True(
                !TryRead(changed, out EntryHeader header, out string? name, out byte[] value)
                || (header == Header(1, 2, 3) && name == "n" && value.SequenceEqual((byte[])[0x91, 0x07])),
                $"bit {bit}");
        }
    }

    [Theory]
    [InlineData("", "no content")]
    [InlineData("c0", "no array")]
    [InlineData("94050505" + Serializer, "an item too few")]
    [InlineData("96050505" + Serializer + "c0c0", "an item too many")]
    [InlineData("95ff0505" + Serializer + "c0", "a creation before 1970")]
    [InlineData("9505ff05" + Serializer + "c0", "a negative life")]
    [InlineData("950505cf2000000000000000" + Serializer + "c0", "a life that overflows a sum")]
    [InlineData("95cfffffffffffffffff0505" + Serializer + "c0", "a creation beyond all time")]
    [InlineData("95050505a3666f6fc0", "another serializer")]
    [InlineData("95050505" + Serializer, "no name")]
    [InlineData("95050505" + Serializer + "01", "a name that is a number")]
    [InlineData("95050505" + Serializer + "dbffffffff", "a name of 4 GiB")]
    [InlineData("95050505" + Serializer + "a1ff", "a name that is no text")]
    public void Plain_malformed_contents_are_refused(string content, string what) =>
        Assert.False(TryRead(FrameOf(content), out _, out _, out _), what);

    [Fact]
    public void Plain_a_wider_form_of_a_time_is_read()
    {
        Assert.True(
            TryRead(
                FrameOf("95d30000000000000005" + "0505" + Serializer + "c090"), out EntryHeader header, out _, out _));
        Assert.Equal(Header(5, 5, 5), header);
    }

    private static EntryHeader Header(long created, long freshFor, long keepFor) =>
        new(default, created, freshFor, keepFor, SerializerKind.PowerShell, Compressed: true);

    private static byte[] FrameOf(string content) => [.. Convert.FromHexString("434b50010100"), .. Envelope(content)];

    private static byte[] Envelope(string content)
    {
        using SensitiveBuffer buffer = SensitiveBuffer.Rent();
        Assert.True(StorageEnvelope.TryWrite(Convert.FromHexString(content), buffer));
        return buffer.WrittenSpan.ToArray();
    }

    private static bool TryRead(byte[] frame, out EntryHeader header, out string? name, out byte[] value)
    {
        using SensitiveBuffer content = SensitiveBuffer.Rent();
        bool success = PlainFrame.TryRead(frame, content, out header, out int nameStart, out int valueStart);
        ReadOnlySpan<byte> bytes = content.WrittenSpan;
        name = success ? PlaintextLayout.ReadName(bytes[nameStart..valueStart]) : null;
        value = success ? bytes[valueStart..].ToArray() : [];
        return success;
    }
}
