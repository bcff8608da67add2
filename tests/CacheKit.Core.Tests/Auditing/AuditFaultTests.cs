using CacheKit.Core.Auditing;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Auditing;

/// <summary>A log that cannot be written stops what is to be told, or is warned of once an outage.</summary>
public sealed class AuditFaultTests : AuditTestBase
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Theory]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void Audit_a_log_or_head_that_others_may_write_is_rejected(UnixFileMode others)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes.");
        Write(1);
        TenantKeyRing keys = Keys();
        foreach (string file in (string[])[Log, Head])
        {
            using (AuditTrail trail = Open())
            {
                UnixMode.Set(file, Owner | others);
                AssertFails(
                    ErrorIds.AuditLogTooOpen, () => trail.Record(AuditEvent.Open, Entry(keys), Source(1), Token));
            }

            AssertFails(ErrorIds.AuditLogTooOpen, () => Open());
            UnixMode.Set(file, Owner | UnixFileMode.GroupRead);
            Open().Dispose();
            UnixMode.Set(file, Owner);
        }

        AssertIntact(Verify(), 1);
    }

    [Fact]
    public void Audit_a_directory_is_not_a_log()
    {
        Directory.CreateDirectory(Log);
        AssertFails(ErrorIds.AuditLogUnusable, () => Open());
    }

    [Fact]
    public void Audit_a_missing_log_cannot_be_verified_or_read()
    {
        AssertFails(ErrorIds.AuditLogUnusable, () => Verify());
        AssertFails(ErrorIds.AuditLogUnusable, () => new AuditReader(null).Read(Log).ToList());
        Directory.CreateDirectory(Path.GetDirectoryName(Log)!);
        AssertFails(ErrorIds.AuditLogUnusable, () => Verify());
    }

    [Fact]
    public void Audit_a_file_in_place_of_the_directory_fails_the_write()
    {
        File.WriteAllText(Path.GetDirectoryName(Log)!, "in the way");
        using AuditTrail trail = Open();
        AssertFails(
            ErrorIds.AuditWriteFailed, () => trail.Record(AuditEvent.Open, Entry(Keys()), Source(1), Token));
    }

    [Fact]
    public void Audit_a_read_only_file_system_fails_a_required_record()
    {
        using MountedDirectory mounted = MountedDirectory.OfBytes(1 << 20);
        string log = Path.Combine(mounted.Path, "audit.jsonl");
        TenantKeyRing keys = Keys();
        using AuditTrail required = Open(log);
        using AuditTrail optional = Open(log, isRequired: false);
        Assert.Null(optional.Record(AuditEvent.Open, Entry(keys), Source(1), Token));

        for (int outage = 0; outage < 2; outage++)
        {
            mounted.MakeReadOnly();
            AssertFails(
                ErrorIds.AuditWriteFailed, () => required.Record(AuditEvent.Open, Entry(keys), Source(2), Token));
            AssertFails(
                ErrorIds.AuditWriteFailed, () => required.Record(AuditEvent.Open, Entry(keys), Source(2), Token));
            CacheKitException? told = optional.Record(AuditEvent.Open, Entry(keys), Source(2), Token);
            Assert.Equal(ErrorIds.AuditWriteFailed, told?.ErrorId);
            Assert.Null(optional.Record(AuditEvent.Open, Entry(keys), Source(2), Token));

            mounted.MakeWritable();
            Assert.Null(optional.Record(AuditEvent.Open, Entry(keys), Source(3), Token));
            Assert.Null(required.Record(AuditEvent.Open, Entry(keys), Source(3), Token));
        }

        AssertIntact(Verify(log), 5);
    }

    [Fact]
    public void Audit_a_full_disk_tears_no_line()
    {
        using MountedDirectory mounted = MountedDirectory.OfBytes(64 * 1024);
        string log = Path.Combine(mounted.Path, "audit.jsonl");
        TenantKeyRing keys = Keys();
        using AuditTrail trail = Open(log);
        int lines = 0;
        CacheKitException? failure = null;
        while (failure is null)
        {
            try
            {
                trail.Record(AuditEvent.Open, Entry(keys), Source(1), Token);
                lines++;
            }
            catch (CacheKitException exception)
            {
                failure = exception;
            }
        }

        Assert.Equal(ErrorIds.AuditWriteFailed, failure.ErrorId);
        Assert.Contains("full", failure.Message, StringComparison.Ordinal);
        Assert.InRange(lines, 10, 1000);
        AuditVerification found = Verify(log);
        AssertIntact(found, lines);
        Assert.Equal(0, found.TornLines);
    }

    [Fact]
    public void Audit_closed_and_open_trails_leave_one_chain()
    {
        TenantKeyRing keys = Keys();
        AuditTrail ended = Open();
        AuditTrail other = Open();
        ended.Dispose();
        ended.Dispose();
        Assert.Null(other.Record(AuditEvent.Open, Entry(keys), Source(1), Token));
        other.Dispose();
        using AuditTrail next = Open();
        Assert.Null(next.Record(AuditEvent.Open, Entry(keys), Source(2), Token));
        // What was under way when its session was closed.
        Assert.Null(ended.Record(AuditEvent.Open, Entry(keys), Source(3), Token));
        AssertIntact(Verify(), 3);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("0:00")]
    [InlineData("1:00:00")]
    [InlineData("-1:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    [InlineData("1:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdeg")]
    public void Audit_a_malformed_checkpoint_does_not_parse(string? text) =>
        Assert.False(AuditCheckpoint.TryParse(text, out _));

    private static void AssertFails(string errorId, Func<object?> action) =>
        Assert.Equal(errorId, Assert.Throws<CacheKitException>(action).ErrorId);
}
