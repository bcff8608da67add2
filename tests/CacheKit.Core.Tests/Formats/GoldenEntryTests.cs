using System.Security.Cryptography;
using System.Text.Json;
using CacheKit.Core.Caching;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage.Memory;
using CacheKit.Core.Tests.Support;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CacheKit.Core.Tests.Formats;

/// <summary>
/// Entries that were sealed once (tests/fixtures/native-v1): they are opened for ever. Those that carry the digest of
/// what identifies them are also found; the first ones lie under ids that are computed differently today.
/// </summary>
public sealed class GoldenEntryTests
{
    private static readonly JsonSerializerOptions s_options =
        new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static TheoryData<string> Entries => 
        ["small", "compressed", "named", "every-type", "every-type-2", "digest", "digest-compressed"];

    [Theory]
    [MemberData(nameof(Entries))]
    public async Task NativeFrame_a_golden_entry_opens_under_its_key(string name)
    {
        (Golden golden, byte[] frame) = Load(name);
        FakeTimeProvider clock = new(DateTimeOffset.FromUnixTimeMilliseconds(golden.CreatedUnixMs));
        FakeStore store = new();
        TenantKeyRing ring = RingOf(golden);
        await using EntryCache cache = new(new NativeCodec(ring), new CacheTiers(store, new MemoryTier(clock), clock));
        Assert.True(PhysicalKey.TryParseId(golden.PhysicalKey, out EntryId id));
        EntryKeys keys = new(new EntryKey(ring.Current, golden.Namespace, id), [], default);
        Assert.Equal(golden.PhysicalKey, keys.Current.ToString());
        store.Entries[golden.PhysicalKey] = frame;

        using LookupResult result = await cache.GetAsync(keys, false, TestContext.Current.CancellationToken);
        Assert.Equal(LookupOutcome.Hit, result.Outcome);
        Assert.Equal(golden.Name, result.Entry.Name);
        Assert.Equal(golden.ValueHex, Convert.ToHexStringLower(result.Entry.Value.Span));
        Assert.Equal(golden.CreatedUnixMs, result.Entry.Header.CreatedUnixMs);
        Assert.Equal(golden.FreshForMs, result.Entry.Header.FreshForMs);
        Assert.Equal(golden.KeepForMs, result.Entry.Header.KeepForMs);
        Assert.Equal(golden.Compressed, result.Entry.Header.Compressed);
        Assert.Equal(golden.Fingerprint, result.Entry.Header.Fingerprint.ToString());
        byte[] digest = SHA256.HashData(Convert.FromHexString(golden.IdentityHex));
        Assert.Equal(golden.HasDigest, result.Entry.Header.HasDigest);
        Assert.Equal(golden.HasDigest ? digest : null, result.Entry.Digest?.Bytes.ToArray());
    }

    [Theory]
    [InlineData("digest")]
    [InlineData("digest-compressed")]
    public void NativeFrame_a_golden_entry_is_found(string name)
    {
        Golden golden = Load(name).Golden;
        using TenantKeyRing ring = RingOf(golden);
        EntryKeys keys = ring.KeysFor(golden.Namespace, Convert.FromHexString(golden.IdentityHex));
        Assert.Equal(golden.PhysicalKey, keys.Current.ToString());
    }

    [Theory]
    [MemberData(nameof(Entries))]
    public void NativeFrame_a_golden_value_is_decoded_and_rewritten_to_the_same_bytes(string name)
    {
        byte[] value = Convert.FromHexString(Load(name).Golden.ValueHex);
        object?[] output = ValueGraph.Read(value);
        Assert.NotEmpty(output);
        Assert.Equal(Convert.ToHexString(value), Convert.ToHexString(ValueGraph.Write(output)));
    }

    [Fact]
    public void NativeFrame_every_golden_file_is_tested()
    {
        string[] files = Directory.GetFiles(Fixtures.PathOf("native-v1"), "*.bin");
        Assert.Equal(Entries.Select(row => row.Data).Order(), files.Select(Path.GetFileNameWithoutExtension).Order());
    }

    private static TenantKeyRing RingOf(Golden golden)
    {
        using KeyRing ring = new(MasterKey.FromHex(golden.MasterKeyHex, "a fixture"));
        return ring.ForTenant(golden.Tenant);
    }

    private static (Golden Golden, byte[] Frame) Load(string name)
    {
        string json = File.ReadAllText(Fixtures.PathOf($"native-v1/{name}.json"));
        return (
            JsonSerializer.Deserialize<Golden>(json, s_options)!,
            File.ReadAllBytes(Fixtures.PathOf($"native-v1/{name}.bin")));
    }

    internal sealed record Golden(
        string MasterKeyHex,
        string Tenant,
        string Namespace,
        string IdentityHex,
        string PhysicalKey,
        string Fingerprint,
        string? Name,
        long CreatedUnixMs,
        long FreshForMs,
        long KeepForMs,
        bool Compressed,
        string ValueHex,
        bool HasDigest = false);
}
