using System.Text.Json;
using CacheKit.Core.Caching;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage.Memory;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Formats;

/// <summary>What Python wrote (tests/fixtures/python-frame) opens.</summary>
public sealed class PythonFixtureTests
{
    private const string Folder = "python-frame";

    private static readonly string[] s_withoutTheirLike =
        ["not-encrypted", "in-a-file", "in-an-expired-file", "default-other-tenant"];

    private static readonly JsonElement s_rows =
        JsonDocument.Parse(File.ReadAllBytes(Fixtures.PathOf($"{Folder}/rows.json"))).RootElement;

    public static TheoryData<string> Sealed => new(
        s_rows.GetProperty("rows").EnumerateArray().Select(row => Text(row, "name")).Except(s_withoutTheirLike));

    [Fact]
    public void PythonFrame_every_fixture_file_has_a_row() => Assert.Equal(
        s_rows.GetProperty("rows").EnumerateArray().Select(row => Text(row, "name") + ".bin").Order(),
        Directory.EnumerateFiles(Fixtures.PathOf(Folder), "*.bin").Select(Path.GetFileName).Order());

    [Theory]
    [MemberData(nameof(Sealed))]
    public async Task PythonFrame_a_fixture_opens_and_its_value_is_whole(string name)
    {
        JsonElement row = s_rows.GetProperty("rows").EnumerateArray().Single(each => Text(each, "name") == name);
        byte[] bytes = await File.ReadAllBytesAsync(
            Fixtures.PathOf($"{Folder}/{name}.bin"), TestContext.Current.CancellationToken);
        using KeyRing ring = new(KeyOf("master_key_hex"), [KeyOf("previous_key_hex")]);
        await using EntryCache cache = new(
            new NativeCodec(ring.ForTenant(Text(row, "tenant"))),
            new CacheTiers(new FakeStore(), new MemoryTier(TimeProvider.System), TimeProvider.System));
        Assert.Equal(PythonFrameOutcome.Success, PythonFrame.Read(bytes, out PythonFrame? frame));
        using SensitiveBuffer payload = SensitiveBuffer.Rent();
        string key = Text(row, "cache_key");
        Assert.Equal(
            PythonOpenOutcome.Opened, new PythonFrameOpener(cache.Ring).Open(key, frame!, bytes, payload, out _));
        using SensitiveBuffer value = SensitiveBuffer.Rent();
        Assert.Equal(
            EnvelopeOutcome.Success, PythonPayload.Unwrap(frame!.Header, key, payload.WrittenSpan, value));
        Assert.NotEqual(0, value.Length);
    }

    private static MasterKey KeyOf(string name) =>
        MasterKey.FromBytes(Convert.FromHexString(Text(s_rows, name)), "a test");

    private static string Text(JsonElement row, string name) => row.GetProperty(name).GetString()!;
}
