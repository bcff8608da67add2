using System.Text;
using System.Text.Json;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Formats;
using CacheKit.Core.Serialization;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Serialization;

/// <summary>The family's published vectors of keys and values (PROTOCOL sections 7, 8 and 10), byte for byte.</summary>
public sealed class InteropVectorTests
{
    public static TheoryData<string> KeyRows => [.. InteropVectors.Names("key_vectors")];

    public static TheoryData<string> ValueRows => [.. InteropVectors.Names("value_vectors")];

    public static TheoryData<string> ErrorRows => [.. InteropVectors.Names("error_vectors")];

    public static TheoryData<string> AssociatedDataRows => [.. InteropVectors.Names("aad_vectors")];

    public static TheoryData<string> PythonFrames =>
    [
        .. InteropVectors.Load("python-frame.json").GetProperty("frame_vectors").EnumerateArray().Concat(
            InteropVectors.Load("python-frame.json").GetProperty("error_vectors").EnumerateArray())
            .Select(row => InteropVectors.Text(row, "frame_hex")).Distinct(),
    ];

    public static TheoryData<string> PythonKeys =>
        [
            .. InteropVectors.Load("cache-keys.json").GetProperty("vectors").EnumerateArray()
                .Select(row => row.GetRawText()),
        ];

    public static TheoryData<string, string> FileNames
    {
        get
        {
            TheoryData<string, string> rows = [];
            foreach (JsonElement row in
                InteropVectors.Load("file-backend.json").GetProperty("vectors").EnumerateArray())
            {
                rows.Add(InteropVectors.Text(row, "key_utf8"), InteropVectors.Text(row, "filename"));
            }

            return rows;
        }
    }

    [Fact]
    public void Interop_all_vectors_are_there()
    {
        Assert.Equal([33, 4, 9, 1], [KeyRows.Count, ValueRows.Count, ErrorRows.Count, AssociatedDataRows.Count]);
        Assert.Equal([6, 10, 5], [PythonFrames.Count, PythonKeys.Count, FileNames.Count]);
    }

    [Theory]
    [MemberData(nameof(KeyRows))]
    public void Interop_the_key_matches_the_vector(string name)
    {
        JsonElement row = InteropVectors.Row("key_vectors", name);
        byte[] arguments = InteropGraph.WriteArguments(InteropVectors.Arguments(row));
        Assert.Equal(InteropVectors.Text(row, "canonical_args_hex"), Convert.ToHexStringLower(arguments));
        Assert.Equal(InteropVectors.Text(row, "args_hash"), Hash(arguments, 32));
        Assert.Equal(
            InteropVectors.Text(row, "expected_key"),
            InteropKey.Compute(
                InteropVectors.Text(row, "namespace"), InteropVectors.Text(row, "operation"), arguments));
    }

    [Theory]
    [MemberData(nameof(KeyRows))]
    public void Interop_the_encoder_of_the_tests_matches_the_published_keys(string name)
    {
        JsonElement row = InteropVectors.Row("key_vectors", name);
        Assert.Equal(
            InteropVectors.Bytes(row, "canonical_args_hex"),
            CanonicalEncoder.OfArguments(InteropVectors.Arguments(row)));
    }

    [Theory]
    [MemberData(nameof(ValueRows))]
    public void Interop_the_value_is_written_and_read_as_published(string name)
    {
        JsonElement row = InteropVectors.Row("value_vectors", name);
        object? value = InteropVectors.Parse(row.GetProperty("value"));
        byte[] bytes = InteropVectors.Bytes(row, "canonical_msgpack_hex");
        Assert.Equal(bytes, InteropGraph.WriteValue(value));
        Assert.Equal(bytes, CanonicalEncoder.OfValue(value));
        Assert.Equal(
            CanonicalModel.MeaningOf(value, ordersMaps: true),
            CanonicalModel.MeaningOf(InteropGraph.Read(bytes), ordersMaps: true));
    }

    [Fact]
    public void Interop_a_time_is_written_as_the_published_map_and_read_as_a_time()
    {
        JsonElement row = InteropVectors.Row("value_vectors", "datetime_sentinel_value");
        byte[] bytes = InteropVectors.Bytes(row, "canonical_msgpack_hex");
        DateTimeOffset time = new DateTimeOffset(2024, 1, 1, 12, 30, 45, TimeSpan.Zero).AddTicks(1_234_560);
        Assert.Equal(time, InteropGraph.Read(bytes));
        Assert.Equal(bytes, InteropGraph.WriteValue(time));
        Assert.Equal(bytes, InteropGraph.WriteValue(time.UtcDateTime));
    }

    [Theory]
    [MemberData(nameof(ErrorRows))]
    public void Interop_every_published_error_case_fails(string name)
    {
        JsonElement row = InteropVectors.Row("error_vectors", name);
        if (row.TryGetProperty("namespace", out _))
        {
            byte[] arguments = InteropGraph.WriteArguments(InteropVectors.Arguments(row));
            Assert.Throws<ArgumentException>(() => InteropKey.Compute(
                InteropVectors.Text(row, "namespace"), InteropVectors.Text(row, "operation"), arguments));
        }
        else
        {
            Assert.Throws<NotSupportedException>(() => InteropGraph.WriteArguments(InteropVectors.Arguments(row)));
        }
    }

    [Theory]
    [MemberData(nameof(AssociatedDataRows))]
    public void Interop_the_associated_data_matches_the_vector(string name)
    {
        JsonElement row = InteropVectors.Row("aad_vectors", name);
        byte[] associatedData = AssociatedData.Build(
            InteropVectors.Text(row, "tenant_id"),
            InteropVectors.Text(row, "cache_key"),
            InteropVectors.Text(row, "format"),
            row.GetProperty("compressed").GetBoolean());
        Assert.Equal(InteropVectors.Bytes(row, "aad_hex"), associatedData);
    }

    [Theory]
    [MemberData(nameof(PythonFrames))]
    public void Interop_a_frame_private_to_Python_is_reported(string hex)
    {
        byte[] frame = Convert.FromHexString(hex);
        MalformedValueException exception = Assert.Throws<MalformedValueException>(() => InteropGraph.Read(frame));
        Assert.Contains("Python", exception.Message, StringComparison.Ordinal);
        Assert.Throws<MalformedValueException>(() => InteropValueReader.Check(frame));
    }

    [Theory]
    [InlineData("default_write_bin")]
    [InlineData("default_write_legacy")]
    public void Interop_the_content_of_a_Python_frame_is_read_as_published(string name)
    {
        JsonElement row = InteropVectors.Load("python-frame.json").GetProperty("frame_vectors").EnumerateArray()
            .Single(row => InteropVectors.Text(row, "name") == name);
        byte[] payload = InteropVectors.Bytes(row, "payload_hex");
        Assert.True(InteropVectors.Bytes(row, "frame_hex").AsSpan().EndsWith(payload));
        using SensitiveBuffer content = SensitiveBuffer.Rent();
        Assert.Equal(EnvelopeOutcome.Success, StorageEnvelope.Read(payload, content));
        Assert.Equal(
            CanonicalModel.MeaningOf(InteropVectors.Parse(row.GetProperty("value"))),
            CanonicalModel.MeaningOf(InteropGraph.Read(content.WrittenMemory)));
    }

    /// <summary>Numbers with a fraction stay such here, hence the writer of values.</summary>
    [Theory]
    [MemberData(nameof(PythonKeys))]
    public void Interop_the_hash_of_a_Python_key_matches_the_vector(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        JsonElement row = document.RootElement;
        object?[] input = [ParsePython(row.GetProperty("args")), ParsePython(row.GetProperty("kwargs"))];
        string hash = Hash(InteropGraph.WriteValue(input), 32);
        Assert.Contains($":args:{hash}:1s", InteropVectors.Text(row, "expected_key"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(FileNames))]
    public void Interop_the_file_name_matches_the_vector(string key, string name) =>
        Assert.Equal(name, Hash(Encoding.UTF8.GetBytes(key), 16));

    /// <summary>Unlike the file of interop mode, that of Python's keys has JSON numbers with a fraction.</summary>
    private static object? ParsePython(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Number when json.GetRawText().Contains('.', StringComparison.Ordinal) => json.GetDouble(),
        JsonValueKind.Array => json.EnumerateArray().Select(ParsePython).ToArray(),
        JsonValueKind.Object => CanonicalModel.Map(
            [.. json.EnumerateObject().Select(each => ((object)each.Name, ParsePython(each.Value)))]),
        _ => InteropVectors.Parse(json),
    };

    private static string Hash(byte[] bytes, int size)
    {
        byte[] hash = new byte[size];
        Blake2bHash.Compute(bytes, hash);
        return Convert.ToHexStringLower(hash);
    }
}
