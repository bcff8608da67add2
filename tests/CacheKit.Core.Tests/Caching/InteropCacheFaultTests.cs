using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Inspection;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Caching;

/// <summary>Bytes under the key of an interop entry that are none.</summary>
public sealed class InteropCacheFaultTests : InteropCacheTestBase
{
    private const string TooShort = "It is too short to be sealed.";
    private const string InClear = "It reads as an entry without encryption: who wrote it has none configured.";

    [Theory]
    [InlineData("", TooShort)]
    [InlineData("ff00", TooShort)]
    [InlineData("c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1", TooShort)]
    [InlineData("c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1", null)]
    [InlineData("434b030000000000000000000000000000000000000000000000000000", null)]
    [InlineData("01", InClear)]
    [InlineData("82a36167651ea46e616d65a5616c696365", InClear)]
    [InlineData("bf61616161616161616161616161616161616161616161616161616161616161", InClear)]
    public async Task Interop_bytes_that_are_not_authentic_are_reported_with_what_they_look_like(
        string hex, string? problem)
    {
        EntryCache cache = OpenInterop();
        await PlantAsync(Convert.FromHexString(hex));
        LookupResult found = await InteropInspection.FindAsync(cache, KeysOf42(cache), Token);
        Assert.Equal((LookupOutcome.NotAuthentic, problem), (found.Outcome, found.Problem));
        LookupResult kept = await GetAsync(cache, keepEvidence: true);
        Assert.Equal((LookupOutcome.NotAuthentic, problem), (kept.Outcome, kept.Problem));
        Assert.Empty(Notices(cache));
        Assert.Equal(Convert.FromHexString(hex), await StoredAsync());

        LookupResult dropped = await GetAsync(cache);
        Assert.Equal((LookupOutcome.NotAuthentic, problem), (dropped.Outcome, dropped.Problem));
        string notice = Assert.Single(Notices(cache));
        Assert.Equal(
            "An entry in fake store is not authentic: it was altered, moved, or sealed under another key. "
            + $"{(problem is null ? "" : problem + " ")}It was dropped ({Key}).",
            notice);
        Assert.Null(await Store.GetAsync(Key, Token));
        Assert.Equal(LookupOutcome.Miss, (await GetAsync(cache)).Outcome);
    }

    [Fact]
    public async Task Interop_every_truncation_and_flipped_bit_is_not_authentic()
    {
        byte[] whole = Sealed(Document);
        EntryCache cache = OpenInterop(null, Tenant, 1, 2);
        List<byte[]> altered = [[.. whole, 0], .. Enumerable.Range(0, whole.Length).Select(length => whole[..length])];
        for (int bit = 0; bit < 8 * whole.Length; bit++)
        {
            byte[] changed = [.. whole];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            altered.Add(changed);
        }

        foreach (byte[] bytes in altered)
        {
            await PlantAsync(bytes);
            Assert.Equal(LookupOutcome.NotAuthentic, (await GetAsync(cache, keepEvidence: true)).Outcome);
        }

        await PlantAsync(whole);
        Assert.Equal(Document, await DocumentAsync(cache));
    }

    [Fact]
    public async Task Interop_a_Python_frame_is_recognized_only_after_decryption()
    {
        // A nonce may begin with any bytes.
        byte[] nonce = [.. Ascii("CK"), .. new byte[10]];
        byte[] sealedBytes = new byte[Document.Length + 28];
        using TenantKeyRing ring = TestKeys.Ring(Tenant, 1);
        ring.Current.Cipher.Seal(
            nonce, Document, AssociatedData.Build(Tenant, Key, "msgpack", false), sealedBytes);
        await PlantAsync(sealedBytes);
        Assert.Equal(Document, await DocumentAsync(OpenInterop()));
    }

    [Theory]
    [InlineData("", "cut off")]
    [InlineData("434b0300000000", "Python")]
    [InlineData("0101", "behind")]
    [InlineData("dd0000157c", "more than there is")]
    [InlineData("c1", "not known")]
    public async Task Interop_an_authentic_entry_that_is_no_document_is_malformed_and_stays(string hex, string problem)
    {
        byte[] document = Convert.FromHexString(hex);
        await PlantAsync(Sealed(document));
        EntryCache cache = OpenInterop();
        LookupResult found = await InteropInspection.FindAsync(cache, KeysOf42(cache), Token);
        Assert.Equal(LookupOutcome.Malformed, found.Outcome);
        Assert.Contains(problem, found.Problem, StringComparison.Ordinal);
        // Whoever makes objects of it says so himself: the cache does not look into values.
        using LookupResult hit = await GetAsync(cache);
        Assert.Equal(LookupOutcome.Hit, hit.Outcome);
        Assert.Equal(document, hit.Entry.Value.ToArray());

        await PlantAsync(document);
        found = await InteropInspection.FindAsync(OpenPlainInterop(), KeysOf42(cache), Token);
        Assert.Equal(LookupOutcome.Malformed, found.Outcome);
        Assert.Contains(problem, found.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Interop_a_missing_entry_is_not_found()
    {
        EntryCache cache = OpenInterop();
        Assert.Equal(default, await InteropInspection.FindAsync(cache, KeysOf42(cache), Token));
        await PutAsync(cache);
        LookupResult found = await InteropInspection.FindAsync(cache, KeysOf42(cache), Token);
        Assert.Equal((LookupOutcome.Hit, null), (found.Outcome, found.Problem));
    }

    [Fact]
    public void Interop_a_value_over_the_entry_limit_is_not_cached()
    {
        ObservedStore store = new(Store);
        EntryCache cache = OpenInterop(store);
        byte[] document = new byte[EntryCache.LargestEntry - 27];
        Assert.Null(cache.Seal(
            KeysOf42(cache), null, SerializerKind.MessagePack, document, Minute, compress: false));
        Assert.Single(Notices(cache));
        Assert.Empty(store.Writes);
    }
}
