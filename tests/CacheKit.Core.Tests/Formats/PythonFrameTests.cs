using System.Text;
using System.Text.Json;
using CacheKit.Core.Formats;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Formats;

/// <summary>Frames of the Python SDK: the published vectors, and what is none.</summary>
public sealed class PythonFrameTests
{
    private static readonly JsonElement s_vectors =
        JsonDocument.Parse(File.ReadAllBytes(Fixtures.PathOf("vectors/python-frame.json"))).RootElement;

    public static TheoryData<string> Rows => NamesOf("frame_vectors");

    public static TheoryData<string, PythonFrameOutcome> Faults => new()
    {
        { "truncated_frame", PythonFrameOutcome.TooShort },
        { "unsupported_frame_version", PythonFrameOutcome.OtherVersion },
        { "header_overrun", PythonFrameOutcome.HeaderPastEnd },
        // What it is not is an interop entry, which its own reader finds.
        { "ck_frame_fed_to_interop_reader", PythonFrameOutcome.Success },
    };

    [Fact]
    public void PythonFrame_all_vectors_are_there()
    {
        Assert.Equal(3, Rows.Count);
        Assert.Equal(NamesOf("error_vectors").Select(row => row.Data), Faults.Select(row => row.Data.Item1));
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void PythonFrame_a_published_frame_is_read(string name)
    {
        JsonElement row = Find("frame_vectors", name);
        byte[] bytes = Convert.FromHexString(row.GetProperty("frame_hex").GetString()!);
        Assert.Equal(PythonFrameOutcome.Success, PythonFrame.Read(bytes, out PythonFrame? frame));
        JsonElement header = row.GetProperty("header");
        JsonElement metadata = header.GetProperty("m");
        Assert.Equal(header.GetProperty("s").GetString(), frame!.Header.Serializer);
        Assert.Equal(metadata.GetProperty("format").GetString(), frame.Header.Format);
        Assert.Equal(metadata.GetProperty("compressed").GetBoolean(), frame.Header.Compressed);
        Assert.Equal(
            metadata.TryGetProperty("original_type", out JsonElement type) ? type.GetString() : null,
            frame.Header.OriginalType);
        Assert.False(frame.Header.Encrypted);
        Assert.Null(frame.Header.TenantId);
        Assert.Equal(PayloadOf(row), bytes[frame.PayloadStart..]);
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void PythonFrame_a_published_frame_is_built_from_the_format_page(string name)
    {
        JsonElement row = Find("frame_vectors", name);
        byte[] bytes = Convert.FromHexString(row.GetProperty("frame_hex").GetString()!);
        // The first vector has fewer members than Python itself writes.
        string header = name == "raw_payload_frame"
            ? """{"s": "default", "m": {"format": "msgpack", "compressed": false}, "v": "2.0"}"""
            : (PythonFrames.Default with { SaysEncrypted = false }).Header();
        Assert.Equal(bytes, PythonFrames.Frame(header, PayloadOf(row)));
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void PythonFrame_each_fault_is_distinguished(string name, PythonFrameOutcome expected)
    {
        byte[] bytes = Convert.FromHexString(Find("error_vectors", name).GetProperty("frame_hex").GetString()!);
        Assert.Equal(expected, PythonFrame.Read(bytes, out PythonFrame? frame));
        Assert.Equal(expected == PythonFrameOutcome.Success, frame is not null);
    }

    [Theory]
    [InlineData("", PythonFrameOutcome.NoFrame)]
    [InlineData("C", PythonFrameOutcome.NoFrame)]
    [InlineData("CKP\u0001", PythonFrameOutcome.OtherVersion)]
    [InlineData("CK", PythonFrameOutcome.TooShort)]
    [InlineData("{", PythonFrameOutcome.Legacy)]
    [InlineData("hello", PythonFrameOutcome.NoFrame)]
    public void PythonFrame_other_beginnings_are_distinguished(string text, PythonFrameOutcome expected) =>
        Assert.Equal(expected, PythonFrame.Read(Encoding.ASCII.GetBytes(text), out _));

    [Fact]
    public void PythonFrame_all_members_of_an_encrypted_header_are_read()
    {
        byte[] bytes = (PythonFrames.Default with { Tenant = "Zoë" }).Seal("k", [1, 2, 3]);
        Assert.Equal(PythonFrameOutcome.Success, PythonFrame.Read(bytes, out PythonFrame? frame));
        PythonHeader header = frame!.Header;
        Assert.True(header.Encrypted);
        Assert.True(header.Compressed);
        Assert.Equal("utf-8", header.Encoding);
        Assert.Equal("msgpack", header.OriginalType);
        Assert.Equal("Zoë", header.TenantId);
        Assert.Equal("AES-256-GCM", header.EncryptionAlgorithm);
        Assert.Matches("^[0-9a-f]{32}$", header.KeyFingerprint);
        Assert.Equal(3 + 28, bytes.Length - frame.PayloadStart);
    }

    [Theory]
    [InlineData("std", "default")]
    [InlineData("standard", "default")]
    [InlineData("default", "default")]
    [InlineData("pythonic", "auto")]
    [InlineData("orjson", "orjson")]
    [InlineData("MySerializer", "MySerializer")]
    public void PythonFrame_serializer_aliases_are_resolved(string name, string canonical)
    {
        byte[] bytes = PythonFrames.Frame((PythonFrames.Default with { Serializer = name }).Header(), []);
        Assert.Equal(PythonFrameOutcome.Success, PythonFrame.Read(bytes, out PythonFrame? frame));
        Assert.Equal(canonical, frame!.Header.Serializer);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nothing")]
    [InlineData("[]")]
    [InlineData("42")]
    [InlineData("{}")]
    [InlineData("""{"s": "default"}""")]
    [InlineData("""{"m": {"format": "msgpack"}}""")]
    [InlineData("""{"s": 1, "m": {"format": "msgpack"}}""")]
    [InlineData("""{"s": "default", "m": []}""")]
    [InlineData("""{"s": "default", "m": {}}""")]
    [InlineData("""{"s": "default", "m": {"format": null}}""")]
    [InlineData("""{"s": "default", "m": {"format": "msgpack", "compressed": "true"}}""")]
    [InlineData("""{"s": "default", "m": {"format": "msgpack", "encrypted": 1}}""")]
    [InlineData("""{"s": "default", "m": {"format": "msgpack", "tenant_id": 7}}""")]
    [InlineData("""{"s": "default", "m": {"format": "msgpack", "tenant_id": "\ud800"}}""")]
    [InlineData("""{"s": "default", "m": {"format": "msgpack"}} more""")]
    [InlineData("""{"s": "default", "m": {"format": "msgpack"}, "x": [[[[[[[[[[]]]]]]]]]]}""")]
    public void PythonFrame_a_malformed_header_is_unreadable(string header) => Assert.Equal(
        PythonFrameOutcome.HeaderUnreadable, PythonFrame.Read(PythonFrames.Frame(header, [1]), out _));

    [Fact]
    public void PythonFrame_a_header_is_UTF_8_and_of_limited_size()
    {
        byte[] bytes = PythonFrames.Frame("""{"s": "Zo?", "m": {"format": "msgpack"}}""", []);
        bytes[bytes.AsSpan().IndexOf((byte)'?')] = 0xFF;
        Assert.Equal(PythonFrameOutcome.HeaderUnreadable, PythonFrame.Read(bytes, out _));

        string header = (PythonFrames.Default with { SaysEncrypted = false }).Header();
        string longest = header + new string(' ', PythonHeader.LongestSize - header.Length);
        Assert.Equal(PythonFrameOutcome.Success, PythonFrame.Read(PythonFrames.Frame(longest, []), out _));
        Assert.Equal(
            PythonFrameOutcome.HeaderUnreadable, PythonFrame.Read(PythonFrames.Frame(longest + " ", []), out _));
    }

    [Fact]
    public void PythonFrame_a_truncation_at_any_length_is_an_outcome()
    {
        byte[] bytes = PythonFrames.Default.Seal("k", [1]);
        for (int length = 0; length <= 64; length++)
        {
            PythonFrameOutcome expected = length switch
            {
                0 or 1 => PythonFrameOutcome.NoFrame,
                < PythonFrame.PrefixSize => PythonFrameOutcome.TooShort,
                _ => PythonFrameOutcome.HeaderPastEnd,
            };
            Assert.Equal(expected, PythonFrame.Read(bytes.AsMemory(0, length), out _));
        }
    }

    [Theory]
    [InlineData("""{"data": "AAAA", "metadata": {}, "serializer": "default"}""", true)]
    [InlineData("""{"serializer": "default", "data": ""}""", true)]
    [InlineData("""{"data": 1, "serializer": "default"}""", false)]
    [InlineData("""{"metadata": {"data": "x", "serializer": "y"}}""", false)]
    [InlineData("""{"data": "AAAA", "serializer": "default"} more""", false)]
    [InlineData("{\"data\": \"AAAA\", \"serializer\": \"default", false)]
    [InlineData("{", false)]
    [InlineData("[]", false)]
    [InlineData("", false)]
    public void PythonFrame_a_legacy_entry_is_recognized(string text, bool expected) =>
        Assert.Equal(expected, PythonLegacyEntry.IsOne(Encoding.UTF8.GetBytes(text)));

    private static byte[] PayloadOf(JsonElement row) => row.TryGetProperty("payload_hex", out JsonElement hex)
        ? Convert.FromHexString(hex.GetString()!)
        : Encoding.UTF8.GetBytes(row.GetProperty("payload_utf8").GetString()!);

    private static JsonElement Find(string list, string name) =>
        s_vectors.GetProperty(list).EnumerateArray().Single(row => row.GetProperty("name").GetString() == name);

    private static TheoryData<string> NamesOf(string list) =>
        new(s_vectors.GetProperty(list).EnumerateArray().Select(row => row.GetProperty("name").GetString()!));
}
