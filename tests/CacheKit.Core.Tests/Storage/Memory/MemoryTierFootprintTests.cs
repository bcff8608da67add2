using System.Diagnostics;
using System.Globalization;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Memory;

/// <summary>The managed memory of a whole process, which holds nothing else.</summary>
public sealed class MemoryTierFootprintTests
{
    [Fact]
    [Trait("Category", "Stress")]
    public async Task Memory_a_million_entries_take_at_most_sixty_percent_more_than_their_bytes()
    {
        const int Count = 1_000_000;
        const int Length = 330;
        CancellationToken token = TestContext.Current.CancellationToken;
        using Process worker = StoreWorkerProcess.Start("footprint", $"{Count}", $"{Length}");
        string output = await worker.StandardOutput.ReadToEndAsync(token);
        await worker.WaitForExitAsync(token);
        long[] figures = [.. output.Split(' ').Select(text => long.Parse(text, CultureInfo.InvariantCulture))];
        (long taken, long accounted, long entries) = (figures[0], figures[1], figures[2]);
        double ratio = taken / (double)Count / Length;
        TestContext.Current.TestOutputHelper!.WriteLine($"{taken / Count} bytes per entry of {Length}: {ratio:F3}");
        Assert.Equal(Count, entries);
        Assert.InRange(ratio, 1, 1.6);

        // The limit is one of memory: what is accounted is what is taken, within a twentieth.
        Assert.InRange(accounted / (double)taken, 0.95, 1.05);
    }
}
