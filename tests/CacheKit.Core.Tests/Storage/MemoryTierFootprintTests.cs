using System.Buffers.Binary;
using System.Security.Cryptography;
using CacheKit.Core.Formats;
using CacheKit.Core.Storage;
using Xunit;

namespace CacheKit.Core.Tests.Storage;

/// <summary>Measures the managed memory of the whole process, so that nothing may run beside it.</summary>
[CollectionDefinition(nameof(MemoryTierFootprintTests), DisableParallelization = true)]
[Collection(nameof(MemoryTierFootprintTests))]
public sealed class MemoryTierFootprintTests
{
    [Fact]
    [Trait("Category", "Stress")]
    public void A_million_entries_take_at_most_sixty_percent_more_than_their_bytes()
    {
        const int Count = 1_000_000;
        const int Length = 330;
        MemoryTier tier = new(TimeProvider.System, long.MaxValue);
        byte[] number = new byte[4];
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 0; i < Count; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(number, i);
            EntryId id = EntryId.FromBytes(SHA256.HashData(number).AsSpan(0, EntryId.ByteLength));
            tier.Set(id, new byte[Length], long.MaxValue);
        }

        long taken = GC.GetTotalMemory(forceFullCollection: true) - before;
        double ratio = taken / (double)Count / Length;
        TestContext.Current.TestOutputHelper!.WriteLine($"{taken / Count} bytes per entry of {Length}: {ratio:F3}");
        Assert.Equal(Count, tier.Count);
        Assert.InRange(ratio, 1, 1.6);

        // The limit is one of memory: what is accounted is what is taken, within a twentieth.
        Assert.InRange(tier.Bytes / (double)taken, 0.95, 1.05);
    }
}
