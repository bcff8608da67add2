using System.Diagnostics;
using System.Globalization;
using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Rotation;
using CacheKit.Core.Tests.Support;
using CacheKit.Core.Tests.Support.Servers;
using CacheKit.StoreWorker;
using Xunit;

namespace CacheKit.Core.Tests.Fleet;

/// <summary>A master key is rotated while other processes read and write all the time.</summary>
public sealed class KeyRotationTests
{
    private const string OldKey = "1";
    private const string NewAsPrevious = "1,2";
    private const string NewPromoted = "2,1";
    private const string NewKey = "2";

    [Fact]
    public async Task Rotation_misses_nothing_on_SQLite()
    {
        using TempDirectory directory = new();
        await RotateAsync(directory.File("cache.db"), entries: 20_000);
    }

    [Fact]
    public async Task Rotation_misses_nothing_on_Redis()
    {
        using RedisProcess server = RedisProcess.StartServer();
        await RotateAsync(server.Url, entries: 20_000);
    }

    [Fact]
    public async Task Rotation_misses_nothing_on_Garnet()
    {
        using GarnetServerFixture server = new();
        await RotateAsync(server.Url, entries: 4_000);
    }

    [Fact]
    public async Task Rotation_a_step_killed_twenty_times_loses_nothing()
    {
        const int Entries = 6_000;
        using TempDirectory directory = new();
        string store = directory.File("cache.db");
        int filled = 0;
        Random random = new(20);
        for (int killed = 0; killed < 20;)
        {
            using Process step = StoreWorkerProcess.Start("step", store, NewPromoted);
            // Any moment will do while it moves entries, and is another one each time.
            bool hasEnded = await HasEndedAsync(step, random.Next(1, 10));
            step.Kill();
            string rest = await step.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await step.WaitForExitAsync(TestContext.Current.CancellationToken);
            if (hasEnded || rest.Split('\n').Any(IsLast))
            {
                // Nothing is left to be killed at, or it was faster.
                await FillAsync(store, Entries, filled);
                filled += Entries;
            }
            else
            {
                killed++;
            }
        }

        using Process last = StoreWorkerProcess.Start("step", store, NewPromoted);
        string? line;
        do
        {
            line = await LineAsync(last);
        }
        while (!IsLast(line!));

        Assert.EndsWith(" 0 ", line, StringComparison.Ordinal);
        await AssertCompleteAsync(store, filled);
    }

    /// <summary>
    /// Reads what a step tells while it moves entries; returns whether it ended before so many lines.
    /// </summary>
    private static async Task<bool> HasEndedAsync(Process step, int lines)
    {
        bool hasEnded = false;
        for (int i = 0; i < lines && !hasEnded; i++)
        {
            hasEnded = IsLast((await LineAsync(step))!);
        }

        return hasEnded;
    }

    /// <summary>Whether a step tells its counts, and not that it moves entries.</summary>
    private static bool IsLast(string line) => line.Length > 0 && char.IsAsciiDigit(line[0]);

    private static async Task RotateAsync(string store, int entries)
    {
        await FillAsync(store, entries);
        using Process one = StartMember(store, NewAsPrevious, entries, member: 1);
        using Process other = StartMember(store, OldKey, entries, member: 2);
        Assert.Equal("ready", await LineAsync(one));
        Assert.Equal("ready", await LineAsync(other));

        // The new key decrypts everywhere before anybody encrypts with it.
        await DeployAsync(other, NewAsPrevious);
        await DeployAsync(one, NewPromoted);
        RotationCounts first = await StepAsync(store);
        Assert.InRange(first[RotationOutcome.Moved], entries / 2, entries);
        await DeployAsync(other, NewPromoted);
        await HangGuard.UntilAsync(
            async () =>
            {
                await StepAsync(store);
                return await CountOldAsync(store) == 0;
            },
            "no entry is left under the old key",
            TestContext.Current.CancellationToken);
        await DeployAsync(one, NewKey);
        await DeployAsync(other, NewKey);
        await AssertEndsWellAsync(one, entries);
        await AssertEndsWellAsync(other, entries);
        await AssertCompleteAsync(store, entries);
    }

    private static Process StartMember(string store, string ring, int entries, int member) => StoreWorkerProcess.Start(
        redirectInput: true,
        "fleet",
        store,
        ring,
        entries.ToString(CultureInfo.InvariantCulture),
        member.ToString(CultureInfo.InvariantCulture));

    private static async Task DeployAsync(Process member, string ring)
    {
        await member.StandardInput.WriteLineAsync(ring);
        Assert.Equal(ring, await LineAsync(member));
    }

    private static async Task AssertEndsWellAsync(Process member, int entries)
    {
        member.StandardInput.Close();
        long[] counts =
            [.. (await LineAsync(member))!.Split(' ').Select(text => long.Parse(text, CultureInfo.InvariantCulture))];
        (long reads, long misses, long wrong, long writes) = (counts[0], counts[1], counts[2], counts[3]);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{reads} reads, {misses} misses, {wrong} wrong, {writes} writes");
        Assert.Equal((0, 0), (misses, wrong));
        Assert.InRange(reads, entries, long.MaxValue);
        Assert.InRange(writes, 300, long.MaxValue);
        await member.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, member.ExitCode);
    }

    private static async Task FillAsync(string store, int entries, int first = 0)
    {
        await using CacheTiers tiers = FleetMember.OpenTiers(store);
        await using EntryCache cache = FleetMember.Open(tiers, OldKey);
        await Parallel.ForAsync(
            first,
            first + entries,
            TestContext.Current.CancellationToken,
            async (entry, _) => await FleetMember.WriteAsync(cache, entry, version: 0));
    }

    private static async Task<RotationCounts> StepAsync(string store)
    {
        await using CacheTiers tiers = FleetMember.OpenTiers(store);
        await using EntryCache cache = FleetMember.Open(tiers, NewPromoted);
        RotationResult result = await new KeyRotator(cache)
            .StepAsync(new RotationOptions(), new RotationTally(), TestContext.Current.CancellationToken);
        Assert.Null(result.Fault);
        // What the members change again and again is left to the next run; nothing else is.
        Assert.Equal(result.Counts[RotationOutcome.Contended], result.Counts.Left);
        return result.Counts;
    }

    private static async Task<long> CountOldAsync(string store)
    {
        await using CacheTiers tiers = FleetMember.OpenTiers(store);
        await using EntryCache cache = FleetMember.Open(tiers, NewPromoted);
        RotationInventory last = await new RotationCensus(cache)
            .CountAsync([], readsEntries: false, TestContext.Current.CancellationToken)
            .LastAsync(TestContext.Current.CancellationToken);
        return last.Old;
    }

    /// <summary>Everything is there under the new key alone, and nothing under the old one.</summary>
    private static async Task AssertCompleteAsync(string store, int entries)
    {
        Assert.Equal(0, await CountOldAsync(store));
        await using CacheTiers tiers = FleetMember.OpenTiers(store);
        await using EntryCache cache = FleetMember.Open(tiers, NewKey);
        for (int entry = 0; entry < entries; entry++)
        {
            LookupResult found = await cache.GetAsync(
                FleetMember.KeysOf(cache, entry), keepEvidence: true, TestContext.Current.CancellationToken);
            Assert.InRange(FleetMember.VersionOf(found, entry), 0, long.MaxValue);
        }
    }

    private static async Task<string?> LineAsync(Process process) =>
        await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask()
            .WaitAsync(HangGuard.Limit);
}
