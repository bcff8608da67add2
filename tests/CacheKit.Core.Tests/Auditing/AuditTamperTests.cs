using System.Text;
using CacheKit.Core.Auditing;
using Xunit;

namespace CacheKit.Core.Tests.Auditing;

/// <summary>Whatever is done to a log, verifying it finds it, and says where.</summary>
public sealed class AuditTamperTests : AuditTestBase
{
    private const int Count = 12;

    [Fact]
    public void Audit_an_untouched_log_is_intact()
    {
        Write(Count);
        AuditVerification found = Verify();
        AssertIntact(found, Count);
        Assert.Equal((Count, 0, 0), (found.VerifiedLines, found.OtherLines, found.TornLines));
        Assert.Equal(Clock.Start, found.Begun);
        Assert.Equal(Clock.Start.AddSeconds(Count - 1), found.Ended);
        Assert.Equal(Count, found.Checkpoint!.Number);
        AssertIntact(Verify(checkpoint: found.Checkpoint), Count);
    }

    [Fact]
    public void Audit_a_removed_line_is_found()
    {
        Write(Count);
        List<byte[]> lines = Lines(Log);
        for (int i = 0; i < Count; i++)
        {
            Put(Log, [.. lines[..i], .. lines[(i + 1)..]]);
            AuditVerification found = Verify();
            Assert.Equal((AuditProblemKind.Missing, i + 1, (long?)(i + 1)), First(found));
            Assert.Single(found.Problems);
        }
    }

    [Fact]
    public void Audit_a_removed_run_of_lines_is_one_problem()
    {
        Write(Count);
        List<byte[]> lines = Lines(Log);
        for (int first = 0; first < Count; first++)
        {
            for (int last = first + 1; last < Count; last++)
            {
                Put(Log, [.. lines[..first], .. lines[(last + 1)..]]);
                AuditProblem problem = Assert.Single(Verify().Problems);
                Assert.Equal(
                    (AuditProblemKind.Missing, first + 1, (long?)(first + 1)),
                    (problem.Kind, problem.FileLine, problem.Number));
                Assert.Contains($"{first + 1} to {last + 1}", problem.Detail, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Audit_swapped_neighbours_are_found()
    {
        Write(Count);
        List<byte[]> lines = Lines(Log);
        for (int i = 0; i < Count - 1; i++)
        {
            Put(Log, [.. lines[..i], lines[i + 1], lines[i], .. lines[(i + 2)..]]);
            AuditProblem problem = Assert.Single(Verify().Problems);
            Assert.Equal(
                (AuditProblemKind.OutOfOrder, i + 2, (long?)(i + 1)), (problem.Kind, problem.FileLine, problem.Number));
        }
    }

    [Fact]
    public void Audit_a_repeated_line_is_found()
    {
        Write(Count);
        List<byte[]> lines = Lines(Log);
        for (int i = 0; i < Count; i++)
        {
            Put(Log, [.. lines[..(i + 1)], .. lines[i..]]);
            AuditProblem problem = Assert.Single(Verify().Problems);
            Assert.Equal(
                (AuditProblemKind.Repeated, i + 2, (long?)(i + 1)), (problem.Kind, problem.FileLine, problem.Number));
            Put(Log, [.. lines, lines[i]]);
            Assert.Equal((AuditProblemKind.Repeated, Count + 1, (long?)(i + 1)), First(Verify()));
        }
    }

    [Fact]
    public void Audit_a_flipped_bit_in_any_line_is_found()
    {
        Write(4);
        byte[] all = File.ReadAllBytes(Log);
        int line = 1;
        for (int i = 0; i < all.Length; i++)
        {
            int bit = i % 8;
            all[i] ^= (byte)(1 << bit);
            File.WriteAllBytes(Log, all);
            AuditVerification found = Verify();
            Assert.True(found.ProblemCount > 0, $"byte {i}, bit {bit}");
            // A line feed more or less makes two lines of one, or one of two.
            Assert.InRange(First(found).FileLine, line, line + 1);
            all[i] ^= (byte)(1 << bit);
            line += all[i] == '\n' ? 1 : 0;
        }
    }

    [Fact]
    public void Audit_a_cut_inside_the_last_line_is_found()
    {
        Write(3);
        byte[] all = File.ReadAllBytes(Log);
        int last = Lines(Log)[2].Length;
        for (int cut = 1; cut < last; cut++)
        {
            File.WriteAllBytes(Log, all[..^cut]);
            AuditProblem problem = Assert.Single(Verify().Problems);
            Assert.Equal((AuditProblemKind.Edited, 3), (problem.Kind, problem.FileLine));
        }

        File.WriteAllBytes(Log, all[..^last]);
        Assert.Equal((AuditProblemKind.Missing, 3, (long?)3), First(Verify()));
    }

    [Fact]
    public void Audit_a_cut_log_stays_cut_when_others_write_on()
    {
        Write(Count);
        byte[] all = File.ReadAllBytes(Log);
        List<byte[]> lines = Lines(Log);
        // Three whole lines, and all but the first bytes of a fourth.
        foreach (int kept in (int[])[0, 40])
        {
            File.WriteAllBytes(Log, [.. lines[..8].SelectMany(line => line), .. lines[8][..kept]]);
            Write(2);
            AuditVerification found = Verify();
            Assert.Contains(found.Problems, problem => problem.Kind == AuditProblemKind.Missing);
            Assert.Equal(9, First(found).FileLine);
            Assert.Equal(10, found.Lines);
            File.WriteAllBytes(Log, all);
            File.Delete(Head);
            RestoreHead(Count);
        }
    }

    [Fact]
    public void Audit_a_line_of_another_log_is_found_anywhere()
    {
        Write(Count);
        Clock.Advance(TimeSpan.FromDays(1));
        Write(Count, log: Other("other.jsonl"));
        List<byte[]> lines = Lines(Log);
        List<byte[]> others = Lines(Other("other.jsonl"));
        for (int i = 0; i < Count; i++)
        {
            Put(Log, [.. lines[..i], others[i], .. lines[(i + 1)..]]);
            Assert.InRange(First(Verify()).FileLine, i + 1, i + 2);
            Put(Log, [.. lines[..i], others[i], .. lines[i..]]);
            Assert.InRange(First(Verify()).FileLine, i + 1, i + 2);
        }

        Put(Log, others);
        Assert.Equal(AuditProblemKind.HeadMismatch, First(Verify()).Kind);
    }

    [Fact]
    public void Audit_a_line_whose_tenant_was_made_unknown_is_found()
    {
        Write(4);
        List<byte[]> lines = Lines(Log);
        string tag = Encoding.ASCII.GetString(Keys().Current.Tag);
        for (int i = 0; i < 4; i++)
        {
            string text = Encoding.ASCII.GetString(lines[i])
                .Replace(tag, "0123456789abcdef", StringComparison.Ordinal)
                .Replace("nightly", "weekly", StringComparison.Ordinal);
            Put(Log, [.. lines[..i], Encoding.ASCII.GetBytes(text), .. lines[(i + 1)..]]);
            AuditProblem problem = Assert.Single(Verify().Problems);
            Assert.Equal((AuditProblemKind.Edited, i + 1), (problem.Kind, problem.FileLine));
        }
    }

    [Fact]
    public void Audit_a_log_without_its_head_is_never_intact_again()
    {
        Write(5);
        File.Delete(Head);
        Assert.Equal(AuditProblemKind.HeadMissing, First(Verify()).Kind);

        Write(2);
        AuditVerification found = Verify();
        Assert.Equal((AuditProblemKind.HeadLost, 6, (long?)6), First(found));
        Assert.Equal(7, found.Lines);
    }

    [Fact]
    public void Audit_a_cut_with_its_head_removed_stays_visible()
    {
        Write(5);
        File.Delete(Head);
        Put(Log, Lines(Log)[..3]);
        Write(1);
        Assert.Equal((AuditProblemKind.HeadLost, 4, (long?)4), First(Verify()));
    }

    [Fact]
    public void Audit_a_flipped_bit_in_the_head_is_found()
    {
        Write(3);
        byte[] head = File.ReadAllBytes(Head);
        for (int i = 0; i < head.Length; i++)
        {
            head[i] ^= (byte)(1 << (i % 8));
            File.WriteAllBytes(Head, head);
            Assert.Equal(AuditProblemKind.HeadNotAuthentic, First(Verify()).Kind);
            head[i] ^= (byte)(1 << (i % 8));
        }

        File.WriteAllBytes(Head, [.. head, (byte)'\n']);
        Assert.Equal(AuditProblemKind.HeadNotAuthentic, First(Verify()).Kind);
    }

    [Fact]
    public void Audit_a_forged_head_does_not_hide_a_cut()
    {
        Write(5);
        List<byte[]> lines = Lines(Log);
        Put(Log, lines[..3]);
        AuditHead forged = new(3, lines[..3].Sum(line => line.Length), AuditLine.LinkOf(lines[2]));
        byte[] bytes = new byte[AuditHead.Size];
        forged.Write(Keys(Tenant, 9).Current.AuditHeadHash, bytes);
        File.WriteAllBytes(Head, bytes);
        Assert.Equal(AuditProblemKind.HeadNotAuthentic, First(Verify()).Kind);

        Write(1);
        Assert.Equal((AuditProblemKind.HeadLost, 4, (long?)4), First(Verify()));
    }

    [Fact]
    public void Audit_an_earlier_head_with_the_whole_log_is_found()
    {
        Write(3);
        byte[] early = File.ReadAllBytes(Head);
        Write(3);
        File.WriteAllBytes(Head, early);
        Assert.Equal(AuditProblemKind.HeadMismatch, First(Verify()).Kind);

        // The lines are authentic, so that the next writer takes them in: nothing was lost.
        Write(1);
        AssertIntact(Verify(), 7);
    }

    [Fact]
    public void Audit_an_earlier_log_with_its_own_head_is_found_only_by_a_checkpoint()
    {
        Write(3);
        (byte[] log, byte[] head) = (File.ReadAllBytes(Log), File.ReadAllBytes(Head));
        Write(3);
        AuditCheckpoint checkpoint = Verify().Checkpoint!;
        File.WriteAllBytes(Log, log);
        File.WriteAllBytes(Head, head);
        AssertIntact(Verify(), 3);
        Assert.Equal((AuditProblemKind.CheckpointMissing, 0, (long?)6), First(Verify(checkpoint: checkpoint)));

        Write(5);
        AssertIntact(Verify(), 8);
        Assert.Equal(AuditProblemKind.CheckpointMissing, First(Verify(checkpoint: checkpoint)).Kind);
        Assert.True(AuditCheckpoint.TryParse(checkpoint.ToString(), out AuditCheckpoint? parsed));
        Assert.Equal(checkpoint, parsed);
    }

    [Fact]
    public void Audit_the_head_reveals_a_missing_or_empty_log()
    {
        Write(3);
        File.WriteAllBytes(Log, []);
        Assert.Equal((AuditProblemKind.Missing, 1, (long?)1), First(Verify()));
        File.Delete(Log);
        Assert.Equal((AuditProblemKind.Missing, 1, (long?)1), First(Verify()));
        Write(1);
        AuditVerification found = Verify();
        Assert.Equal((AuditProblemKind.Missing, 1, (long?)1), First(found));
        Assert.Equal(4, found.Checkpoint!.Number);
    }

    [Fact]
    public void Audit_ten_thousand_foreign_lines_give_a_bounded_list()
    {
        Write(1);
        File.AppendAllText(Log, string.Concat(Enumerable.Repeat("no line\n", 10_000)) + new string('x', 200_000));
        AuditVerification found = Verify();
        Assert.Equal(1000, found.Problems.Count);
        Assert.Equal(10_001, found.ProblemCount);
    }

    /// <summary>Writes the head that the log has.</summary>
    private void RestoreHead(int count)
    {
        byte[] bytes = new byte[AuditHead.Size];
        new AuditHead(count, new FileInfo(Log).Length, AuditLine.LinkOf(Lines(Log)[^1]))
            .Write(Keys().Current.AuditHeadHash, bytes);
        File.WriteAllBytes(Head, bytes);
    }
}
