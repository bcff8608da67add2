using CacheKit.Benchmarks.Measuring;

namespace CacheKit.Benchmarks.Rows;

/// <summary>Hits without PowerShell.</summary>
internal static class CoreRows
{
    // One server for all rows, on one port; it ends with the process.
    private static RedisStoreBenchmarks? s_redis;

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
        yield return new Row("Audit log, a line", "opening a file, appending 500 bytes", null, MayAllocate: true, () =>
        {
            AuditBenchmarks audit = new();
            audit.SetUp();
            return (Cost.Of(audit.Append), Cost.Of(audit.Line));
        });
        yield return new Row("SQLite, hit: 256 bytes", "a prepared SELECT of them", null, MayAllocate: true, () =>
        {
            SqliteStoreBenchmarks store = new();
            store.SetUpAsync().Wait();
            return (Cost.Of(store.PreparedSelect), Cost.Of(() => store.StoreHit().GetAwaiter().GetResult()));
        });
        yield return new Row("Redis, hit: 256 bytes", "the same through the bare library", 1.2, MayAllocate: true, () =>
        {
            RedisStoreBenchmarks store = Redis();
            return (
                Cost.Of(() => store.LibraryHit().GetAwaiter().GetResult()),
                Cost.Of(() => store.StoreHit().GetAwaiter().GetResult()));
        });
        yield return new Row("Redis, 1,000 keys at once", "one by one", 0.05, MayAllocate: true, () =>
        {
            RedisStoreBenchmarks store = Redis();
            return (
                Cost.Of(() => store.OneByOne().GetAwaiter().GetResult()),
                Cost.Of(() => store.InABatch().GetAwaiter().GetResult()));
        });
    }

    private static RedisStoreBenchmarks Redis()
    {
        if (s_redis is null)
        {
            s_redis = new RedisStoreBenchmarks();
            s_redis.SetUpAsync().Wait();
        }

        return s_redis;
    }
}
