using System.Text;
using CacheKit.Core.Caching.Inspection;
using CacheKit.Core.Formats;
using CacheKit.Core.Storage;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Caching.Inspection;

/// <summary>What stored bytes look like, without a key.</summary>
public sealed class StoredFormTests : EntryCacheTestBase
{
    private static readonly byte[] s_container = Convert.FromHexString("434b010000000000000000000000");

    [Fact]
    public async Task Inspection_native_and_plain_entries_are_recognized()
    {
        byte[] frame = await FrameAsync((await PutAsync(Open(), Value)).Current);
        StoredForm form = Recognize(frame);
        Assert.Equal(StoredFormKind.Native, form.Kind);
        Assert.Equal(Clock.GetUtcNow().ToUnixTimeMilliseconds(), form.Native!.Value.CreatedUnixMs);
        Assert.StartsWith(
            "Encrypted entry of this module, serializer powershell, under the key ",
            form.Description,
            StringComparison.Ordinal);

        byte[] plain = PlainFrame.Write(Header(), "name", Value)!;
        form = Recognize(plain);
        Assert.Equal(StoredFormKind.NativePlain, form.Kind);
        Assert.Equal("Plain entry of this module, serializer powershell, not encrypted.", form.Description);
        plain[^12] ^= 1;
        Assert.Equal(StoredFormKind.Opaque, Recognize(plain).Kind);
    }

    [Fact]
    public void Inspection_a_Python_frame_is_described_from_its_header()
    {
        StoredForm form = Recognize(PythonFrames.Default.Seal("k", Value));
        Assert.Equal(StoredFormKind.PythonFrame, form.Kind);
        Assert.Equal(
            "Python auto-mode entry, serializer default, encrypted for the tenant 'acme' under the key "
            + form.Python!.KeyFingerprint![..12] + "...",
            form.Description);
        form = Recognize((PythonFrames.Default with { Tenant = "acme", NamesKey = false }).Seal("k", Value));
        Assert.EndsWith("'acme' under a key that it does not name.", form.Description, StringComparison.Ordinal);
        form = Recognize(PythonFrames.Frame((PythonFrames.Default with { Tenant = null }).Header(), Value));
        Assert.Contains("for a tenant that it does not name", form.Description, StringComparison.Ordinal);
        form = Recognize(PythonFrames.Frame((PythonFrames.Orjson with { SaysEncrypted = false }).Header(), Value));
        Assert.Equal("Python auto-mode entry, serializer orjson, not encrypted.", form.Description);
    }

    [Fact]
    public void Inspection_an_unreadable_Python_frame_has_a_reason()
    {
        byte[] frame = PythonFrames.Default.Seal("k", Value);
        Assert.Equal("Python auto-mode entry that is cut off before its header.", Recognize(frame[..6]).Description);
        Assert.Equal("Python auto-mode entry that is cut off in its header.", Recognize(frame[..40]).Description);
        Assert.Equal(
            "Python auto-mode entry whose header is not readable.",
            Recognize(PythonFrames.Frame("{}", Value)).Description);
        frame[2] = 4;
        Assert.Equal(StoredFormKind.Opaque, Recognize(frame).Kind);
    }

    [Fact]
    public void Inspection_foreign_text_is_cleaned_and_truncated()
    {
        PythonFrames odd =
            PythonFrames.Default with { Serializer = "\u001b[31m\u202e\n", Tenant = new string('x', 300) };
        string description = Recognize(PythonFrames.Frame(odd.Header(), Value)).Description;
        Assert.DoesNotContain(description, char.IsControl);
        Assert.Contains("serializer ?[31m??, ", description, StringComparison.Ordinal);
        Assert.Contains($"'{new string('x', 64)}...'", description, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"data": "AAAA", "metadata": {}, "serializer": "default"}""", StoredFormKind.PythonLegacy)]
    [InlineData("""{"data": "AAAA"}""", StoredFormKind.Opaque)]
    [InlineData("{", StoredFormKind.MessagePack)]
    [InlineData("", StoredFormKind.Opaque)]
    [InlineData("CKP\u0001", StoredFormKind.Opaque)]
    [InlineData("some text of another program", StoredFormKind.Opaque)]
    public void Inspection_text_is_recognized(string text, StoredFormKind expected) =>
        Assert.Equal(expected, Recognize(Encoding.ASCII.GetBytes(text)).Kind);

    [Theory]
    [InlineData("83a7757365725f69642aa46e616d65a863616368656b6974a6616374697665c3", StoredFormKind.MessagePack)]
    [InlineData("c0", StoredFormKind.MessagePack)]
    [InlineData("c0c0", StoredFormKind.Opaque)]
    [InlineData("c1", StoredFormKind.Opaque)]
    [InlineData("a5", StoredFormKind.Opaque)]
    public void Inspection_a_whole_document_is_distinguished_from_other_bytes(string hex, StoredFormKind expected) =>
        Assert.Equal(expected, Recognize(Convert.FromHexString(hex)).Kind);

    [Fact]
    public void Inspection_an_envelope_is_recognized_even_when_damaged()
    {
        byte[] envelope = PythonFrames.Envelope(Value);
        Assert.Equal(
            "Storage envelope, not encrypted: what TypeScript's auto mode stores.", Recognize(envelope).Description);
        envelope[5] ^= 1;
        StoredForm form = Recognize(envelope);
        Assert.Equal(StoredFormKind.StorageEnvelope, form.Kind);
        Assert.StartsWith("Storage envelope, not encrypted, which ", form.Description, StringComparison.Ordinal);
    }

    [Fact]
    public void Inspection_a_file_is_described_with_its_content()
    {
        StoredForm form = Recognize([.. s_container, .. PythonFrames.Default.Seal("k", Value)]);
        Assert.Equal(StoredFormKind.FileContainer, form.Kind);
        Assert.Equal(StoredFormKind.PythonFrame, form.Content!.Kind);
        Assert.StartsWith(
            "File of the file back end, without an end, with this in it: Python auto-mode entry, ",
            form.Description,
            StringComparison.Ordinal);

        byte[] expired = [.. s_container, 0xC0];
        expired[13] = 60;
        Assert.StartsWith(
            "File of the file back end, expired at 1970-01-01 00:01:00Z, with",
            Recognize(expired).Description,
            StringComparison.Ordinal);
        expired[6] = 0xFF;
        Assert.Contains("until a time beyond the calendar", Recognize(expired).Description, StringComparison.Ordinal);
        expired[5] = 1;
        Assert.Equal(
            "File of the file back end, with flags that this version does not know.", Recognize(expired).Description);
    }

    [Fact]
    public void Inspection_bytes_too_short_to_be_sealed_are_flagged()
    {
        Assert.True(Recognize(new byte[2]).IsTooShort);
        Assert.True(Recognize([]).IsTooShort);
        byte[] random = [.. Enumerable.Repeat((byte)0xC1, 28)];
        Assert.False(Recognize(random).IsTooShort);
        Assert.Equal("A sealed interop entry, or bytes of another program.", Recognize(random).Description);
    }

    /// <summary>Whatever the bytes are, something is said of them, and nothing is thrown.</summary>
    [Fact]
    public async Task Inspection_truncated_or_changed_bytes_never_throw()
    {
        byte[][] all =
        [
            await FrameAsync((await PutAsync(Open(), Value)).Current),
            PlainFrame.Write(Header(), "name", Value)!,
            PythonFrames.Default.Seal("k", Value),
            PythonFrames.Envelope(Value),
            [.. s_container, .. PythonFrames.Envelope(Value)],
        ];
        foreach (byte[] bytes in all)
        {
            for (int length = 0; length < bytes.Length; length++)
            {
                Assert.NotEmpty(Recognize(bytes[..length]).Description);
                bytes[length] ^= 0xFF;
                Assert.NotEmpty(Recognize(bytes).Description);
                bytes[length] ^= 0xFF;
            }
        }
    }

    protected override ICacheStore CreateStore() => new FakeStore();

    private StoredForm Recognize(byte[] bytes) => StoredForm.Recognize(bytes, Clock.GetUtcNow());
}
