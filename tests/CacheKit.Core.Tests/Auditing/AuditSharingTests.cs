using System.Diagnostics;
using CacheKit.Core.Auditing;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Auditing;

/// <summary>Several threads and processes write one log at once, and some of them are killed.</summary>
public sealed class AuditSharingTests : AuditTestBase
{
    private const int Processes = 4;
    private const int LinesEach = 100;

    [Fact]
    public async Task Audit_eight_threads_and_four_processes_leave_one_chain_of_all_lines()
    {
        Task[] processes = [.. Enumerable.Range(0, Processes).Select(_ => RunWorkerAsync())];
        TenantKeyRing keys = Keys();
        await Threads.RunAsync(number =>
        {
            // Half of them share a trail's file with others of the process, as sessions do.
            using AuditTrail trail = Open();
            for (int i = 0; i < LinesEach; i++)
            {
                RecordPatiently(trail, Entry(keys, (byte)number), Source(i + 1));
            }
        });
        await Task.WhenAll(processes);

        AssertIntact(Verify(), (Threads.Count + Processes) * LinesEach);
        ILookup<int, AuditRecord> byProcess = new AuditReader(null).Read(Log)
            .Select(each => each.Record)
            .ToLookup(record => record.ProcessId);
        Assert.Equal(Processes + 1, byProcess.Count);
        Assert.All(
            byProcess.Where(lines => lines.Key != Environment.ProcessId),
            lines => Assert.Equal(Enumerable.Range(1, LinesEach), lines.Select(line => line.ScriptLine)));
        Assert.All(
            byProcess[Environment.ProcessId].GroupBy(line => line.KeyId),
            lines => Assert.Equal(Enumerable.Range(1, LinesEach), lines.Select(line => line.ScriptLine)));
    }

    [Fact]
    public async Task Audit_killed_writers_lose_no_line_that_they_reported()
    {
        long reported = 0;
        for (int round = 0; round < 5; round++)
        {
            using Process worker = StoreWorkerProcess.Start("audit", Log, "1000000");
            int wanted = 20 + (round * 37);
            int last = 0;
            while (last < wanted)
            {
                last = int.Parse(
                    (await worker.StandardOutput.ReadLineAsync(Token))!,
                    System.Globalization.CultureInfo.InvariantCulture);
            }

            worker.Kill();
            string rest = await worker.StandardOutput.ReadToEndAsync(Token);
            await worker.WaitForExitAsync(Token);
            reported += last + rest.Count(each => each == '\n');
            AuditVerification found = Verify();
            Assert.Empty(found.Problems);
            // One more may be written and not yet reported.
            Assert.InRange(found.Lines, reported, reported + 1);
            reported = found.Lines;
        }

        Write(1);
        AssertIntact(Verify(), reported + 1);
    }

    [Fact]
    public void Audit_verifying_and_reading_do_not_disturb_a_writer()
    {
        TenantKeyRing keys = Keys();
        using AuditTrail trail = Open();
        trail.Record(AuditEvent.Open, Entry(keys), Source(1), Token);
        using FileStream follower = new(Log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        foreach ((AuditRecord record, _) in new AuditReader(null).Read(Log))
        {
            Assert.Null(trail.Record(AuditEvent.Open, Entry(keys), Source(2), Token));
            Assert.Equal(1, record.Number);
            AssertIntact(Verify(), 2);
        }
    }

    [Fact]
    public async Task Audit_waiting_for_another_writer_is_bounded_and_cancellable()
    {
        TenantKeyRing keys = Keys();
        using AuditTrail trail = Open();
        trail.Record(AuditEvent.Open, Entry(keys), Source(1), Token);
        using (FileStream held = new(Head, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            using CancellationTokenSource stop = new();
            SleepingCall waiting = new(() => trail.Record(AuditEvent.Open, Entry(keys), Source(2), stop.Token));
            await waiting.UntilAsleepAsync(Token);
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                () => waiting.End.WaitAsync(HangGuard.Limit, Token));

            waiting = new SleepingCall(() => trail.Record(AuditEvent.Open, Entry(keys), Source(3), Token));
            CacheKitException failure = await Assert.ThrowsAsync<CacheKitException>(
                () => waiting.End.WaitAsync(HangGuard.Limit, Token));
            Assert.Equal(ErrorIds.AuditWriteFailed, failure.ErrorId);
        }

        trail.Record(AuditEvent.Open, Entry(keys), Source(4), Token);
        AssertIntact(Verify(), 2);
    }

    /// <summary>
    /// Adds a line, and asks again where others were busy for the five seconds that a trail waits: there is no such
    /// line then.
    /// </summary>
    private static void RecordPatiently(AuditTrail trail, AuditSubject subject, AuditSource source) => HangGuard.Until(
        () =>
        {
            try
            {
                Assert.Null(trail.Record(AuditEvent.Seal, subject, source, Token));
                return true;
            }
            catch (CacheKitException failure) when (failure.ErrorId == ErrorIds.AuditWriteFailed)
            {
                return false;
            }
        },
        "the line is written");

    private async Task RunWorkerAsync()
    {
        using Process worker = StoreWorkerProcess.Start(
            "audit", Log, LinesEach.ToString(System.Globalization.CultureInfo.InvariantCulture));
        await worker.StandardOutput.ReadToEndAsync(Token);
        await worker.WaitForExitAsync(Token);
        Assert.Equal(0, worker.ExitCode);
    }
}
