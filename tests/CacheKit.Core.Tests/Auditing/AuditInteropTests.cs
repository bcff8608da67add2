using System.Text;
using System.Text.Json;
using CacheKit.Core.Auditing;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using Xunit;

namespace CacheKit.Core.Tests.Auditing;

/// <summary>
/// An interop entry lies at one place for all keys: the log names the place, and the key that opened it.
/// </summary>
public sealed class AuditInteropTests : AuditTestBase
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Audit_an_interop_line_names_the_shared_key_and_the_key_that_opened(byte master)
    {
        TenantKeyRing ring = Keys(Tenant, 1, 2, 3);
        string key = InteropKey.Compute(Namespace, "get_user", [0x91, 0x2A]);
        EntryKeys keys = new(EntryKey.ForInterop(ring.Current, Namespace, key), [], default);
        TenantKeys sealer = Keys(Tenant, master).Current;
        using (AuditTrail trail = Open())
        {
            AuditSubject subject = AuditSubject.Of(keys.SealedUnder(sealer.Fingerprint));
            Assert.Null(trail.Record(AuditEvent.Open, subject, Source(1), Token));
        }

        using JsonDocument line = JsonDocument.Parse(Encoding.UTF8.GetString(Assert.Single(Lines(Log))));
        Assert.Equal(key, line.RootElement.GetProperty("key").GetString());
        Assert.Equal(Namespace, line.RootElement.GetProperty("namespace").GetString());
        Assert.Equal(sealer.Fingerprint.ToString(), line.RootElement.GetProperty("fingerprint").GetString());
        AssertIntact(Verify(ring: [1, 2, 3]), 1);
    }

    [Fact]
    public void Audit_a_plain_interop_entry_is_not_recorded()
    {
        EntryKey plain = EntryKey.ForInterop(null, Namespace, InteropKey.Compute(Namespace, "get_user", [0x90]));
        Assert.True(AuditSubject.Of(plain).IsPlain);
    }
}
