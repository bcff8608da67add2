using System.Text;
using System.Text.Json;
using CacheKit.Core.Formats;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Formats;

/// <summary>Files of the family's file back end: the published vectors, and what is none.</summary>
public sealed class FileContainerTests
{
    private static readonly JsonElement[] s_rows = [.. JsonDocument
        .Parse(File.ReadAllBytes(Fixtures.PathOf("vectors/file-backend.json"))).RootElement
        .GetProperty("vectors").EnumerateArray()];

    public static TheoryData<string> Rows => new(s_rows.Select(row => TextOf(row, "name")));

    [Fact]
    public void FileContainer_all_vectors_are_there() => Assert.Equal(5, Rows.Count);

    [Theory]
    [MemberData(nameof(Rows))]
    public void FileContainer_a_published_file_has_the_published_name(string name)
    {
        JsonElement row = Find(name);
        Assert.Equal(TextOf(row, "filename"), FileContainer.FileNameOf(TextOf(row, "key_utf8")));
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void FileContainer_a_published_file_is_read_as_published(string name)
    {
        JsonElement row = Find(name);
        byte[] file = Convert.FromHexString(TextOf(row, "file_hex"));
        DateTimeOffset now = DateTimeOffset.FromUnixTimeSeconds(row.GetProperty("reader_now_unix_seconds").GetInt64());
        FileContainerOutcome outcome = FileContainer.Read(file, now, out FileContainer? container);
        Assert.Equal(
            TextOf(row, "reader_action") switch
            {
                "return_payload" => FileContainerOutcome.Success,
                "miss_preserve" => FileContainerOutcome.Unknown,
                _ => FileContainerOutcome.Expired,
            },
            outcome);
        Assert.Equal(outcome == FileContainerOutcome.Unknown, container is null);
        Assert.Equal(TextOf(row, "payload_hex"), Convert.ToHexStringLower(file.AsSpan(FileContainer.HeaderSize)));
    }

    [Theory]
    [InlineData(999_999_999, FileContainerOutcome.Success)]
    [InlineData(1_000_000_000, FileContainerOutcome.Expired)]
    [InlineData(1_000_000_001, FileContainerOutcome.Expired)]
    public void FileContainer_a_file_is_expired_from_its_expiry_second_on(long now, FileContainerOutcome expected)
    {
        byte[] file = Convert.FromHexString(TextOf(Find("expired_entry"), "file_hex"));
        Assert.Equal(
            expected, FileContainer.Read(file, DateTimeOffset.FromUnixTimeSeconds(now), out FileContainer? container));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_000_000_000), container!.Expires);
    }

    [Fact]
    public void FileContainer_an_expiry_beyond_the_calendar_is_no_expiry()
    {
        byte[] file = Convert.FromHexString("434b01000000ffffffffffffffff");
        Assert.Equal(
            FileContainerOutcome.Success,
            FileContainer.Read(file, DateTimeOffset.MaxValue, out FileContainer? container));
        Assert.Null(container!.Expires);
    }

    [Fact]
    public void FileContainer_a_short_file_or_another_magic_is_no_container()
    {
        byte[] file = Convert.FromHexString(TextOf(Find("permanent_ascii"), "file_hex"));
        for (int length = 0; length < FileContainer.HeaderSize; length++)
        {
            Assert.Equal(
                FileContainerOutcome.NoContainer, FileContainer.Read(file.AsSpan(0, length), default, out _));
        }

        file[2] = 3;
        Assert.Equal(FileContainerOutcome.NoContainer, FileContainer.Read(file, default, out _));
    }

    [Fact]
    public void FileContainer_an_ill_formed_key_names_no_file() =>
        Assert.ThrowsAny<EncoderFallbackException>(() => FileContainer.FileNameOf("\ud800"));

    private static JsonElement Find(string name) => s_rows.Single(row => TextOf(row, "name") == name);

    private static string TextOf(JsonElement row, string name) => row.GetProperty(name).GetString()!;
}
