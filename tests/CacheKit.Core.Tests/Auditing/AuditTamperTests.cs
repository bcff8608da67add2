using System.Text;
using CacheKit.Core.Auditing;
using Xunit;

namespace CacheKit.Core.Tests.Auditing;

/// <summary>Whatever is done to a log, verifying it finds it, and says where.</summary>
public sealed class AuditTamperTests : AuditTestBase
{
    private const int Count = 12;

    [Fact]
    public void An_untouched_log_is_intact()
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
    public void Any_line_that_is_removed_is_missed()
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
    public void Any_run_of_lines_that_is_removed_is_missed_as_one()
    {
        Write(Count);
        List<byte[]> lines = Lines(Log);
        for (int first = 0; first < Count; first++)
        {
            for (int last = first + 1; last < Count; last++)
            {
                Put(Log, [.. lines[..first], .. lines[(last + 1)..]]);
                AuditProblem problem = Assert.Single(Verify().Problems);
                Assert.Equal((AuditProblemKind.Missing, first + 1, (long?)(first + 1)), (problem.Kind, problem.FileLine, problem.Number));
                Assert.Contains($"{first + 1} to {last + 1}", problem.Detail, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Any_two_neighbours_that_are_swapped_are_found()
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
    public void Any_line_that_is_there_twice_is_found()
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
    public void Any_bit_of_any_line_that_is_flipped_is_found()
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
    public void A_log_that_ends_anywhere_in_its_last_line_is_found()
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
    public void A_log_that_was_cut_stays_so_when_others_go_on_writing()
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
    public void A_line_of_another_log_is_found_wherever_it_is_put()
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
    public void A_line_whose_tenant_was_made_unknown_is_found()
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
    public void Without_its_head_a_log_is_not_intact_and_never_will_be_again()
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
    public void A_cut_with_its_head_removed_stays_visible()
    {
        Write(5);
        File.Delete(Head);
        Put(Log, Lines(Log)[..3]);
        Write(1);
        Assert.Equal((AuditProblemKind.HeadLost, 4, (long?)4), First(Verify()));
    }

    [Fact]
    public void Any_bit_of_the_head_that_is_flipped_is_found()
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
    public void A_forged_head_that_fits_a_cut_log_does_not_help()
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
    public void An_earlier_head_with_the_whole_log_is_found()
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
    public void An_earlier_log_with_its_own_head_is_found_by_a_checkpoint_alone()
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
    public void A_log_that_is_gone_or_empty_is_missed_by_its_head()
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
    public void Ten_thousand_lines_that_are_none_give_a_bounded_list()
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
