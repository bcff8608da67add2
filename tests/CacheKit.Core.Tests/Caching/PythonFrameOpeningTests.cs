using CacheKit.Core.Caching;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Core.Serialization.Tables;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Memory;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Caching;

/// <summary>Frames of the Python SDK, opened for diagnosis, and refused everywhere else.</summary>
public sealed class PythonFrameOpeningTests : EntryCacheTestBase
{
    private const string Key = "ns:users:func:app.get:args:00:1s";

    private static readonly byte[] s_document = [0x81, 0xA1, (byte)'a', 0x01];

    private static readonly Dictionary<string, (PythonFrames Frames, string Key, byte[] Payload)> s_kinds = new()
    {
        ["default"] = (PythonFrames.Default, Key, PythonFrames.Envelope(s_document)),
        ["without an envelope"] = (PythonFrames.DefaultPlain, Key, s_document),
        ["without a type"] = (PythonFrames.DefaultPlain with { OriginalType = null }, Key, s_document),
        ["orjson"] = (PythonFrames.Orjson, "f:1o", PythonFrames.Checksummed(s_document)),
        ["orjson without a checksum"] = (PythonFrames.Orjson, "f:0o", s_document),
        ["arrow"] = (PythonFrames.Arrow, "f:0w", PythonFrames.Checksummed(s_document)),
    };

    public static TheoryData<string> Kinds => new(s_kinds.Keys);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void PythonFrame_frames_of_every_kind_open(string kind)
    {
        (PythonFrames frames, string key, byte[] payload) = s_kinds[kind];
        byte[] bytes = frames.Seal(key, payload);
        EntryCache cache = Open();
        using SensitiveBuffer opened = SensitiveBuffer.Rent();
        Assert.Equal(PythonOpenOutcome.Opened, TryOpen(cache, key, bytes, opened, out KeyFingerprint fingerprint));
        Assert.Equal(cache.Ring.Current.Fingerprint, fingerprint);
        Assert.Equal(payload, opened.WrittenSpan.ToArray());
        using SensitiveBuffer value = SensitiveBuffer.Rent();
        Assert.Equal(
            EnvelopeOutcome.Success,
            PythonPayload.Unwrap(Read(bytes).Header, key, opened.WrittenSpan, value));
        Assert.Equal(s_document, value.WrittenSpan.ToArray());
    }

    [Fact]
    public void PythonFrame_an_Arrow_table_is_read()
    {
        byte[] file = ForeignTables.Write(ForeignTables.People(1, "a", "b"));
        byte[] bytes = PythonFrames.Arrow.Seal(Key, PythonFrames.Checksummed(file));
        using SensitiveBuffer opened = SensitiveBuffer.Rent();
        Assert.Equal(PythonOpenOutcome.Opened, TryOpen(Open(), Key, bytes, opened, out _));
        using SensitiveBuffer value = SensitiveBuffer.Rent();
        PythonPayload.Unwrap(Read(bytes).Header, Key, opened.WrittenSpan, value);
        Assert.Equal(2, ArrowFileTable.Read(value.WrittenMemory).RowCount);
    }

    [Fact]
    public void PythonFrame_another_tenant_is_reported_before_any_decryption()
    {
        byte[] bytes = (PythonFrames.DefaultPlain with { Tenant = "other" }).Seal(Key, s_document);
        Assert.Equal(PythonOpenOutcome.OtherTenant, Try(Open(), Key, bytes));
        // Neither does one whose name begins like this one's.
        bytes = (PythonFrames.DefaultPlain with { Tenant = Tenant + "2" }).Seal(Key, s_document);
        Assert.Equal(PythonOpenOutcome.OtherTenant, Try(Open(), Key, bytes));
        bytes = (PythonFrames.DefaultPlain with { Tenant = Tenant[..^1] }).Seal(Key, s_document);
        Assert.Equal(PythonOpenOutcome.OtherTenant, Try(Open(), Key, bytes));
    }

    [Fact]
    public void PythonFrame_the_fingerprint_chooses_the_key_of_the_ring()
    {
        byte[] bytes = (PythonFrames.DefaultPlain with { Master = 2 }).Seal(Key, s_document);
        Assert.Equal(PythonOpenOutcome.Opened, Try(Open(1, 3, 2), Key, bytes));
        Assert.Equal(PythonOpenOutcome.KeyUnknown, Try(Open(1, 3), Key, bytes));
    }

    [Fact]
    public void PythonFrame_only_the_named_key_is_tried()
    {
        // Sealed under the encrypting key, and said to be under the previous one.
        using TenantKeyRing other = TestKeys.Ring(Tenant, 2);
        PythonFrames lying = PythonFrames.DefaultPlain with { Fingerprint = other.Current.Fingerprint.ToString() };
        Assert.Equal(PythonOpenOutcome.NotAuthentic, Try(Open(1, 2), Key, lying.Seal(Key, s_document)));
        lying = lying with { Fingerprint = "not a fingerprint" };
        Assert.Equal(PythonOpenOutcome.KeyUnknown, Try(Open(1, 2), Key, lying.Seal(Key, s_document)));
        lying = lying with { Fingerprint = new string('0', 32) };
        Assert.Equal(PythonOpenOutcome.KeyUnknown, Try(Open(1, 2), Key, lying.Seal(Key, s_document)));
    }

    [Fact]
    public void PythonFrame_without_a_fingerprint_only_the_encrypting_key_is_tried()
    {
        PythonFrames nameless = PythonFrames.DefaultPlain with { NamesKey = false };
        Assert.Equal(PythonOpenOutcome.Opened, Try(Open(), Key, nameless.Seal(Key, s_document)));
        Assert.Equal(
            PythonOpenOutcome.NotAuthentic, Try(Open(1, 2), Key, (nameless with { Master = 2 }).Seal(Key, s_document)));
    }

    [Fact]
    public void PythonFrame_the_key_and_the_header_are_authenticated()
    {
        PythonFrames kind = PythonFrames.Default;
        byte[] payload = kind.SealedPayload(Key, s_document);
        Assert.Equal(PythonOpenOutcome.NotAuthentic, Try(Open(), "t:default:" + Key, kind.Seal(Key, s_document)));
        Assert.Equal(PythonOpenOutcome.Opened, Try(Open(), Key, PythonFrames.Frame(kind.Header(), payload)));
        foreach (PythonFrames other in (PythonFrames[])[
            kind with { Format = "orjson" },
            kind with { Compressed = false },
            kind with { OriginalType = "dataframe" },
            kind with { OriginalType = null }])
        {
            Assert.Equal(
                PythonOpenOutcome.NotAuthentic, Try(Open(), Key, PythonFrames.Frame(other.Header(), payload)));
        }

        // The header of this tenant around what was sealed for another.
        payload = (kind with { Tenant = "other" }).SealedPayload(Key, s_document);
        Assert.Equal(PythonOpenOutcome.NotAuthentic, Try(Open(), Key, PythonFrames.Frame(kind.Header(), payload)));
    }

    [Fact]
    public void PythonFrame_a_changed_or_truncated_payload_is_not_authentic()
    {
        EntryCache cache = Open();
        byte[] bytes = PythonFrames.DefaultPlain.Seal(Key, s_document);
        int start = Read(bytes).PayloadStart;
        for (int i = start; i < bytes.Length; i++)
        {
            Assert.Equal(PythonOpenOutcome.NotAuthentic, Try(cache, Key, bytes[..i]));
            bytes[i] ^= 0x10;
            Assert.Equal(PythonOpenOutcome.NotAuthentic, Try(cache, Key, bytes));
            bytes[i] ^= 0x10;
        }
    }

    [Fact]
    public async Task PythonFrame_under_the_key_of_an_entry_it_is_not_authentic()
    {
        EntryCache cache = Open();
        EntryKeys keys = cache.KeysFor(Namespace, Identity);
        foreach (string key in (string[])[keys.Current.ToString(), Key])
        {
            await PlantAsync(keys.Current, PythonFrames.Default.Seal(key, PythonFrames.Envelope(s_document)));
            Assert.Null(await StoredAsync(cache, LookupOutcome.NotAuthentic, keepEvidence: true));
        }
    }

    [Fact]
    public async Task PythonFrame_under_the_key_of_a_plain_entry_it_is_malformed()
    {
        await using EntryCache plain = new(
            new PlainCodec(TenantKeyDerivation.DefaultTenant),
            new CacheTiers(new ObservedStore(Store), new MemoryTier(Clock), Clock));
        EntryKeys keys = plain.KeysFor(Namespace, Identity);
        PythonFrames open = PythonFrames.Default with { SaysEncrypted = false };
        byte[] envelope = PythonFrames.Envelope(s_document);
        foreach (byte[] frame in (byte[][])[open.Seal(Key, envelope), PythonFrames.Frame(open.Header(), envelope)])
        {
            await PlantAsync(keys.Current, frame);
            using LookupResult result = await plain.GetAsync(keys, keepEvidence: true, Token);
            Assert.Equal(LookupOutcome.Malformed, result.Outcome);
        }
    }

    protected override ICacheStore CreateStore() => new FakeStore();

    private static PythonFrame Read(byte[] bytes)
    {
        Assert.Equal(PythonFrameOutcome.Success, PythonFrame.Read(bytes, out PythonFrame? frame));
        return frame!;
    }

    private static PythonOpenOutcome Try(EntryCache cache, string key, byte[] bytes)
    {
        using SensitiveBuffer payload = SensitiveBuffer.Rent();
        PythonOpenOutcome outcome = TryOpen(cache, key, bytes, payload, out _);
        Assert.Equal(outcome == PythonOpenOutcome.Opened, payload.Length > 0);
        return outcome;
    }

    private static PythonOpenOutcome TryOpen(
        EntryCache cache, string key, byte[] bytes, SensitiveBuffer payload, out KeyFingerprint fingerprint) =>
        new PythonFrameOpener(cache.Ring).Open(key, Read(bytes), bytes, payload, out fingerprint);
}
