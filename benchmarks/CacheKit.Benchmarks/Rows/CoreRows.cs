using CacheKit.Benchmarks.Measuring;

namespace CacheKit.Benchmarks.Rows;

/// <summary>Hits without PowerShell.</summary>
internal static class CoreRows
{
    private const string RawDecrypt = "one bare AesGcm.Decrypt";

    /// <summary>The rows; that of the design's table first.</summary>
    public static IEnumerable<Row> All()
    {
        yield return new Row("Core, hit in memory: 256 bytes", RawDecrypt, 2, MayAllocate: false, () =>
        {
            CoreHitBenchmarks core = new();
            core.SetUp();
            return (Cost.Of(core.RawDecrypt), Cost.Of(core.MemoryHit));
        });
        yield return new Row("Core, key of a call seen before", RawDecrypt, null, MayAllocate: true, () =>
        {
            CoreHitBenchmarks core = new();
            core.SetUp();
            return (Cost.Of(core.RawDecrypt), Cost.Of(core.RecentKey));
        });
        yield return new Row("Core, key of a call with a secret", RawDecrypt, null, MayAllocate: true, () =>
        {
            CoreHitBenchmarks core = new();
            core.SetUp();
            return (Cost.Of(core.RawDecrypt), Cost.Of(core.KeyOfSecret));
        });
        yield return new Row("SQLite, hit: 256 bytes", "a prepared SELECT of them", null, MayAllocate: true, () =>
        {
            SqliteStoreBenchmarks store = new();
            store.SetUpAsync().Wait();
            return (Cost.Of(store.PreparedSelect), Cost.Of(() => store.StoreHit().GetAwaiter().GetResult()));
        });
    }
}
