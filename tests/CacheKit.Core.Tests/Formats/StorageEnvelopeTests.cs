using System.Text.Json;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Formats;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Formats;

/// <summary>PROTOCOL section 5, with the published rows of tests/fixtures/vectors/wire-format.json.</summary>
public sealed class StorageEnvelopeTests
{
    private const string Block5 = "c406" + "5068656c6c6f";

    // XXH3-64 of "hello": 9555e8555c62dcfd.
    private const string Sum5 = "98cc9555cce855" + "5c62ccdcccfd";

    private const string Format = "a76d73677061636b";

    public static TheoryData<string> Vectors
    {
        get
        {
            using JsonDocument document = Load();
            return [.. document.RootElement.GetProperty("vectors").EnumerateArray().Select(
                row => row.GetProperty("name").GetString()!)];
        }
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Envelope_a_published_row_is_read(string name)
    {
        using JsonDocument document = Load();
        JsonElement row = document.RootElement.GetProperty("vectors").EnumerateArray()
            .Single(row => row.GetProperty("name").GetString() == name);
        byte[] envelope = Convert.FromHexString(row.GetProperty("envelope_hex").GetString()!);
        byte[] input = Convert.FromHexString(row.GetProperty("input_hex").GetString()!);
        Assert.Equal(row.GetProperty("envelope_size").GetInt32(), envelope.Length);
        Assert.Equal(row.GetProperty("input_size").GetInt32(), input.Length);
        Assert.Equal(EnvelopeOutcome.Success, Read(envelope, out byte[] content));
        Assert.Equal(input, content);

        byte[] written = Write(input);
        Assert.Equal(EnvelopeOutcome.Success, Read(written, out content));
        Assert.Equal(input, content);
    }

    [Fact]
    public void Envelope_every_published_row_is_tested()
    {
        using JsonDocument document = Load();
        Assert.Equal(12, document.RootElement.GetProperty("vectors").GetArrayLength());
        Assert.Equal(12, Vectors.Count);
        JsonElement limits = document.RootElement.GetProperty("limits");
        Assert.Equal(StorageEnvelope.LargestSize, limits.GetProperty("max_compressed_size").GetInt32());
        Assert.Equal(StorageEnvelope.LargestSize, limits.GetProperty("max_uncompressed_size").GetInt32());
        Assert.Equal(1000, limits.GetProperty("max_compression_ratio").GetInt32());
    }

    [Theory]
    [InlineData("", "94c4010098" + "2d06cc800538ccd3cc94ccc2" + "00" + Format)]
    [InlineData("68656c6c6f", "94" + Block5 + Sum5 + "05" + Format)]
    public void Envelope_short_contents_match_known_bytes(string content, string expected) =>
        Assert.Equal(expected, Convert.ToHexStringLower(Write(Convert.FromHexString(content))));

    [Fact]
    public void Envelope_the_checksum_matches_the_published_one()
    {
        byte[] envelope = Write("cachekit-kat"u8.ToArray());
        // XXH3-64 of it: d123cc9bbe9da4b1; bytes over 7f take two.
        Assert.Contains(
            "98ccd123cccccc9bccbecc9dcca4ccb1", Convert.ToHexStringLower(envelope), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(1 << 20)]
    public void Envelope_a_written_content_is_read_back_appended_to_the_buffer(int size)
    {
        Random random = new(size);
        byte[] content = new byte[size];
        random.NextBytes(content.AsSpan(size / 2));
        using SensitiveBuffer buffer = SensitiveBuffer.Rent();
        buffer.Write(7);
        Assert.Equal(EnvelopeOutcome.Success, StorageEnvelope.Read(Write(content), buffer));
        Assert.Equal(size + 1, buffer.Length);
        Assert.True(buffer.WrittenSpan[1..].SequenceEqual(content));
    }

    [Theory]
    [InlineData("94" + Block5 + Sum5 + "d20000" + "0005" + Format)]
    [InlineData("94" + Block5 + Sum5 + "cf0000000000000005" + Format)]
    [InlineData("94" + "c500065068656c6c6f" + Sum5 + "05" + Format)]
    [InlineData("94" + "c6000000065068656c6c6f" + Sum5 + "05" + Format)]
    [InlineData("94" + "9650cc68656ccd006c6f" + Sum5 + "05" + Format)]
    [InlineData("94" + "dd000000065068656c6c6f" + Sum5 + "05" + Format)]
    [InlineData("94" + Block5 + "dc0008cc95cc55cce855cd005c62ccdcccfd" + "05" + Format)]
    [InlineData("94" + Block5 + Sum5 + "05" + "a0")]
    public void Envelope_other_encodings_of_the_same_content_are_read(string envelope)
    {
        Assert.Equal(EnvelopeOutcome.Success, Read(Convert.FromHexString(envelope), out byte[] content));
        Assert.Equal("hello"u8.ToArray(), content);
    }

    [Theory]
    [InlineData("", EnvelopeOutcome.DeserializationFailed)]
    [InlineData("93" + Block5 + Sum5 + "05", EnvelopeOutcome.DeserializationFailed)]
    [InlineData("95" + Block5 + Sum5 + "05" + Format + "00", EnvelopeOutcome.DeserializationFailed)]
    [InlineData("94" + Block5 + Sum5 + "05" + Format + "00", EnvelopeOutcome.DeserializationFailed)]
    [InlineData("94" + "a65068656c6c6f" + Sum5 + "05" + Format, EnvelopeOutcome.DeserializationFailed)]
    [InlineData("94" + "c6ffffffff" + Sum5 + "05" + Format, EnvelopeOutcome.DeserializationFailed)]
    [InlineData("94" + "ddffffffff" + Sum5 + "05" + Format, EnvelopeOutcome.DeserializationFailed)]
    [InlineData("94" + "9650cd010065" + "6c6c6f" + Sum5 + "05" + Format, EnvelopeOutcome.DeserializationFailed)]
    [InlineData("94" + "9650ff656c6c6f" + Sum5 + "05" + Format, EnvelopeOutcome.DeserializationFailed)]
    [InlineData("94" + Block5 + "c4089555e8555c62dcfd" + "05" + Format, EnvelopeOutcome.DeserializationFailed)]
    [InlineData("94" + Block5 + "9701020304050607" + "05" + Format, EnvelopeOutcome.DeserializationFailed)]
    [InlineData("94" + Block5 + Sum5 + "ff" + Format, EnvelopeOutcome.DeserializationFailed)]
    [InlineData("94" + Block5 + Sum5 + "ca40a00000" + Format, EnvelopeOutcome.DeserializationFailed)]
    [InlineData("94" + Block5 + Sum5 + "05" + "a76d73677061636", EnvelopeOutcome.DeserializationFailed)]
    [InlineData("94" + Block5 + Sum5 + "05" + "a1ff", EnvelopeOutcome.DeserializationFailed)]
    [InlineData("94" + Block5 + Sum5 + "05" + "c4076d73677061636b", EnvelopeOutcome.DeserializationFailed)]
    [InlineData("94" + Block5 + Sum5 + "ce20000001" + Format, EnvelopeOutcome.InputTooLarge)]
    [InlineData("94" + Block5 + Sum5 + "cfffffffffffffffff" + Format, EnvelopeOutcome.InputTooLarge)]
    [InlineData("94" + "c400" + Sum5 + "ce20000001" + Format, EnvelopeOutcome.InputTooLarge)]
    [InlineData("94" + "c400" + Sum5 + "00" + Format, EnvelopeOutcome.DecompressionBomb)]
    [InlineData("94" + "90" + Sum5 + "00" + Format, EnvelopeOutcome.DecompressionBomb)]
    [InlineData("94" + Block5 + Sum5 + "cd1771" + Format, EnvelopeOutcome.DecompressionBomb)]
    [InlineData("94" + Block5 + Sum5 + "cd1770" + Format, EnvelopeOutcome.SizeValidationFailed)]
    [InlineData("94" + Block5 + Sum5 + "06" + Format, EnvelopeOutcome.SizeValidationFailed)]
    [InlineData("94" + Block5 + Sum5 + "04" + Format, EnvelopeOutcome.DecompressionFailed)]
    [InlineData("94" + Block5 + Sum5 + "00" + Format, EnvelopeOutcome.DecompressionFailed)]
    [InlineData("94" + "c4066068656c6c6f" + Sum5 + "05" + Format, EnvelopeOutcome.DecompressionFailed)]
    [InlineData("94" + "c4065068656c6c70" + Sum5 + "05" + Format, EnvelopeOutcome.ChecksumMismatch)]
    [InlineData("94" + "c4065068656c6c70" + Sum5 + "06" + Format, EnvelopeOutcome.ChecksumMismatch)]
    [InlineData("94" + "c40100" + Sum5 + "00" + Format, EnvelopeOutcome.ChecksumMismatch)]
    [InlineData("94c40100982d06cc800538ccd3cc94ccc2" + "05" + Format, EnvelopeOutcome.SizeValidationFailed)]
    public void Envelope_damage_is_reported_in_the_order_of_the_protocol(string envelope, EnvelopeOutcome expected)
    {
        byte[] bytes = Convert.FromHexString(envelope.Length % 2 == 0 ? envelope : envelope[..^1]);
        Assert.Equal(expected, Read(bytes, out byte[] content));
        Assert.Empty(content);
    }

    [Fact]
    public void Envelope_a_size_over_the_limit_is_too_large() => Assert.Equal(
        EnvelopeOutcome.InputTooLarge, Read(new byte[StorageEnvelope.LargestSize + 1], out _));

    [Fact]
    public void Envelope_a_content_over_the_limit_is_not_written()
    {
        using SensitiveBuffer buffer = SensitiveBuffer.Rent();
        Assert.False(StorageEnvelope.TryWrite(new byte[StorageEnvelope.LargestSize + 1], buffer));
        Assert.Equal(0, buffer.Length);
    }

    [Fact]
    public void Envelope_the_ratio_is_computed_without_overflow()
    {
        byte[] zeros = new byte[4_278_184];
        byte[] envelope =
        [
            .. Convert.FromHexString("94c600418938f0"), .. Enumerable.Repeat((byte)0xFF, 16_777), 0x27,
            .. Convert.FromHexString("c6004147a8"), .. zeros,
            .. Convert.FromHexString("9879ccefccc35a35ccd8cca31cce004147ada76d73677061636b"),
        ];
        Assert.Equal(EnvelopeOutcome.Success, Read(envelope, out byte[] content));
        Assert.True(content.AsSpan().SequenceEqual((byte[])[.. Convert.FromHexString("c6004147a8"), .. zeros]));
    }

    [Theory]
    [InlineData("dc07d0", 2048)]
    [InlineData("dd0000157c", 1100)]
    [InlineData("92dc0000", 1)]
    [InlineData("94dd00ffffff", 1)]
    [InlineData("94c61fffffff", 1)]
    public void Envelope_declaring_more_than_there_is_allocates_nothing(string part, int count)
    {
        byte[] bytes = [.. Enumerable.Repeat(Convert.FromHexString(part), count).SelectMany(static item => item)];
        using SensitiveBuffer buffer = SensitiveBuffer.Rent();
        long before = GC.GetAllocatedBytesForCurrentThread();
        EnvelopeOutcome outcome = StorageEnvelope.Read(bytes, buffer);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(EnvelopeOutcome.DeserializationFailed, outcome);
    }

    [Fact]
    public void Envelope_any_flipped_bit_is_found_and_never_throws()
    {
        byte[] content = [.. Enumerable.Range(0, 300).Select(i => (byte)(i / 7))];
        byte[] envelope = Write(content);
        int formatStart = envelope.Length - 7;
        for (int bit = 0; bit < envelope.Length * 8; bit++)
        {
            byte[] changed = [.. envelope];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            EnvelopeOutcome outcome = Read(changed, out byte[] read);
            // What the format is called is not looked at, and an LZ4 block has more than one form.
            Assert.True(
                outcome != EnvelopeOutcome.Success || bit / 8 >= formatStart || read.SequenceEqual(content),
                $"bit {bit}");
        }

        for (int length = 0; length < envelope.Length; length++)
        {
            Assert.Equal(EnvelopeOutcome.DeserializationFailed, Read(envelope[..length], out _));
        }
    }

    private static JsonDocument Load() =>
        JsonDocument.Parse(File.ReadAllBytes(Fixtures.PathOf("vectors/wire-format.json")));

    private static byte[] Write(byte[] content)
    {
        using SensitiveBuffer buffer = SensitiveBuffer.Rent();
        Assert.True(StorageEnvelope.TryWrite(content, buffer));
        return buffer.WrittenSpan.ToArray();
    }

    private static EnvelopeOutcome Read(byte[] envelope, out byte[] content)
    {
        using SensitiveBuffer buffer = SensitiveBuffer.Rent();
        EnvelopeOutcome outcome = StorageEnvelope.Read(envelope, buffer);
        content = buffer.WrittenSpan.ToArray();
        return outcome;
    }
}
