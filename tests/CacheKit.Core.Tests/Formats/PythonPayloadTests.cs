using CacheKit.Core.Cryptography;
using CacheKit.Core.Formats;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Formats;

/// <summary>What the serializers of the Python SDK put around a value.</summary>
public sealed class PythonPayloadTests
{
    private static readonly byte[] s_value = [.. "{\"a\":1}"u8];

    private static readonly PythonHeader s_default = new("default", "msgpack") { Compressed = true };
    private static readonly PythonHeader s_orjson = new("orjson", "orjson");
    private static readonly PythonHeader s_arrow = new("arrow", "arrow");

    [Fact]
    public void PythonFrame_the_default_serializer_has_an_envelope_when_the_header_says_so()
    {
        Assert.Equal(s_value, Unwrap(s_default, "k", PythonFrames.Envelope(s_value)));
        Assert.Equal(s_value, Unwrap(s_default with { Compressed = false }, "k", s_value));
        // Which of them it is, is never guessed.
        byte[] envelope = PythonFrames.Envelope(s_value);
        Assert.Equal(envelope, Unwrap(s_default with { Compressed = false }, "k", envelope));
        Assert.Equal(EnvelopeOutcome.DeserializationFailed, Fault(s_default, "k", s_value));
    }

    [Theory]
    [InlineData("f:args:00:1o", true)]
    [InlineData("f:args:00:1s", true)]
    [InlineData("f:args:00:0o", false)]
    [InlineData("f:args:00:0s", false)]
    [InlineData("f:args:00:0xab12", false)]
    [InlineData("f:args:00:0xAB12", true)]
    [InlineData("f:args:00:0oo", true)]
    [InlineData("f:args:00:0", true)]
    [InlineData("users:42", true)]
    [InlineData("0o", true)]
    [InlineData("f:0o\n", true)]
    public void PythonFrame_the_end_of_the_key_says_whether_JSON_has_a_checksum(string key, bool expected)
    {
        Assert.Equal(expected, PythonPayload.HasIntegrity(key));
        byte[] payload = expected ? PythonFrames.Checksummed(s_value) : s_value;
        Assert.Equal(s_value, Unwrap(s_orjson, key, payload));
    }

    [Theory]
    [InlineData("default", "msgpack", true)]
    [InlineData("orjson", "orjson", true)]
    [InlineData("arrow", "arrow", true)]
    // The JSON 7 is the number 55 in MessagePack.
    [InlineData("default", "orjson", false)]
    [InlineData("orjson", "msgpack", false)]
    [InlineData("arrow", "orjson", false)]
    [InlineData("msgpack", "msgpack", false)]
    public void PythonFrame_a_serializer_must_match_its_format(string serializer, string format, bool expected) =>
        Assert.Equal(expected, PythonPayload.IsOfSerializer(new PythonHeader(serializer, format)));

    [Fact]
    public void PythonFrame_a_table_has_a_checksum_whatever_the_key_says() =>
        Assert.Equal(s_value, Unwrap(s_arrow, "f:args:00:0w", PythonFrames.Checksummed(s_value)));

    [Fact]
    public void PythonFrame_a_wrong_checksum_is_reported_and_nothing_is_returned()
    {
        byte[] payload = PythonFrames.Checksummed(s_value);
        payload[^1] ^= 1;
        Assert.Equal(EnvelopeOutcome.ChecksumMismatch, Fault(s_orjson, "k", payload));
        Assert.Equal(EnvelopeOutcome.SizeValidationFailed, Fault(s_arrow, "k", [1, 2, 3]));
    }

    [Fact]
    public void PythonFrame_each_payload_fault_has_its_own_text()
    {
        string[] texts = [.. Enum.GetValues<EnvelopeOutcome>()
            .Where(outcome => outcome != EnvelopeOutcome.Success).Select(EnvelopeFaults.TextOf)];
        Assert.Equal(6, texts.Distinct().Count());
    }

    private static byte[] Unwrap(PythonHeader header, string key, byte[] payload)
    {
        using SensitiveBuffer buffer = SensitiveBuffer.Rent();
        Assert.Equal(EnvelopeOutcome.Success, PythonPayload.Unwrap(header, key, payload, buffer));
        return buffer.WrittenSpan.ToArray();
    }

    private static EnvelopeOutcome Fault(PythonHeader header, string key, byte[] payload)
    {
        using SensitiveBuffer buffer = SensitiveBuffer.Rent();
        EnvelopeOutcome outcome = PythonPayload.Unwrap(header, key, payload, buffer);
        Assert.Equal(0, buffer.Length);
        return outcome;
    }
}
