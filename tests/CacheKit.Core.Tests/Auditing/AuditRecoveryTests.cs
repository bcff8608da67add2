using System.Text;
using CacheKit.Core.Auditing;
using CacheKit.Core.Keys;
using Xunit;

namespace CacheKit.Core.Tests.Auditing;

/// <summary>What a writer that was killed leaves behind, at every point of its work.</summary>
public sealed class AuditRecoveryTests : AuditTestBase
{
    [Fact]
    public void Audit_a_writer_may_be_killed_after_any_byte_of_its_line()
    {
        Write(2);
        (byte[] log, byte[] head) = (File.ReadAllBytes(Log), File.ReadAllBytes(Head));
        Write(1);
        byte[] longer = File.ReadAllBytes(Log);
        for (int size = log.Length + 1; size <= longer.Length; size++)
        {
            bool isWhole = size == longer.Length;
            File.WriteAllBytes(Log, longer[..size]);
            File.WriteAllBytes(Head, head);
            AuditVerification found = Verify();
            AssertIntact(found, isWhole ? 3 : 2);
            Assert.Equal(isWhole ? 0 : 1, found.TornLines);

            Write(2);
            found = Verify();
            AssertIntact(found, isWhole ? 5 : 4);
            Assert.Equal(isWhole ? 0 : 1, found.TornLines);
        }
    }

    [Fact]
    public void Audit_a_writer_may_be_killed_while_it_repairs_a_torn_line()
    {
        Write(1);
        (byte[] log, byte[] head) = (File.ReadAllBytes(Log), File.ReadAllBytes(Head));
        // The torn line, ended by the next writer, which was killed then.
        File.WriteAllBytes(Log, [.. log, .. "{\"v\":1,\"n\":2,\"ti\n"u8]);
        Write(1);
        AuditVerification found = Verify();
        AssertIntact(found, 2);
        Assert.Equal(1, found.TornLines);

        // The same, but it came to the start of its own line.
        File.WriteAllBytes(Log, [.. log, .. "{\"v\":1,\"n\":2,\"ti\n{\"v\":1,"u8]);
        File.WriteAllBytes(Head, head);
        Write(1);
        Assert.Equal((AuditProblemKind.Foreign, 2, null), First(Verify()));
    }

    [Fact]
    public void Audit_a_writer_may_be_killed_before_the_first_head()
    {
        Write(1);
        File.WriteAllBytes(Head, []);
        Write(1);
        AssertIntact(Verify(), 2);

        byte[] all = File.ReadAllBytes(Log);
        for (int size = 0; size < Lines(Log)[0].Length; size++)
        {
            File.WriteAllBytes(Log, all[..size]);
            File.WriteAllBytes(Head, []);
            Write(1);
            AssertIntact(Verify(), 1);
        }

        // No writer leaves two lines without a head.
        File.WriteAllBytes(Log, all);
        File.WriteAllBytes(Head, []);
        Write(1);
        Assert.Equal((AuditProblemKind.HeadLost, 3, (long?)3), First(Verify()));
    }

    [Fact]
    public void Audit_the_repair_of_a_torn_line_cannot_be_changed_later()
    {
        Write(2);
        byte[] log = File.ReadAllBytes(Log);
        File.WriteAllBytes(Log, [.. log, .. "{\"v\":1,\"n\":3"u8]);
        Write(2);
        List<byte[]> lines = Lines(Log);
        AssertIntact(Verify(), 4);

        Put(Log, [.. lines[..2], .. lines[3..]]);
        Assert.Equal((AuditProblemKind.Edited, 3, (long?)3), First(Verify()));
        Put(Log, [.. lines[..2], "{\"v\":1,\"n\":4\n"u8.ToArray(), .. lines[3..]]);
        Assert.Equal(3, First(Verify()).FileLine);
    }

    [Fact]
    public void Audit_foreign_lines_behind_the_chain_are_kept_and_reported()
    {
        Write(2);
        byte[] own = Lines(Log)[1];
        File.AppendAllText(Log, "no line\nnor this");
        Write(1);
        AuditVerification found = Verify();
        Assert.Equal((AuditProblemKind.Foreign, 3, null), First(found));
        Assert.Single(found.Problems);
        Assert.Equal(3, found.Lines);
        Assert.Contains("nor this\n", File.ReadAllText(Log), StringComparison.Ordinal);

        // A line of ours in another place is foreign too.
        File.AppendAllText(Log, Encoding.ASCII.GetString(own));
        Write(1);
        found = Verify();
        Assert.Equal(2, found.ProblemCount);
        Assert.Equal((AuditProblemKind.Foreign, 6), (found.Problems[1].Kind, found.Problems[1].FileLine));
    }

    [Fact]
    public void Audit_a_line_of_another_tenants_killed_writer_counts_as_torn()
    {
        Write(2, Keys("acme"));
        byte[] head = File.ReadAllBytes(Head);
        Write(1, Keys("acme"));
        File.WriteAllBytes(Head, head);
        Write(2, Keys("umbrella"));
        foreach (string[] tenants in (string[][])[["umbrella", "acme"], ["acme"], ["umbrella"], ["nobody"]])
        {
            AuditVerification found = Verify(tenants: tenants);
            AssertIntact(found, 4);
            Assert.Equal(1, found.TornLines);
        }
    }

    [Fact]
    public void Audit_without_log_and_head_the_next_writer_starts_over()
    {
        Write(3);
        File.Delete(Log);
        File.Delete(Head);
        Write(2);
        AssertIntact(Verify(), 2);
    }

    [Fact]
    public void Audit_a_log_moved_away_with_its_head_stays_whole_and_a_new_one_starts()
    {
        TenantKeyRing keys = Keys();
        using AuditTrail trail = Open();
        trail.Record(AuditEvent.Open, Entry(keys), Source(1), Token);
        File.Move(Log, Other("old.jsonl"));
        File.Move(Head, HeadOf(Other("old.jsonl")));
        trail.Record(AuditEvent.Open, Entry(keys), Source(2), Token);
        AssertIntact(Verify(Other("old.jsonl")), 1);
        AssertIntact(Verify(), 1);
    }
}
