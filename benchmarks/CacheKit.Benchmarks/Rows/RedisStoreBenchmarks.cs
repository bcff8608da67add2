using System.Globalization;
using BenchmarkDotNet.Attributes;
using CacheKit.Core.Storage.Redis;
using Garnet;
using StackExchange.Redis;

namespace CacheKit.Benchmarks.Rows;

/// <summary>
/// Hits of 256 bytes through the Redis store, beside the bare library, on a Garnet server in the same process.
/// </summary>
[MemoryDiagnoser]
public class RedisStoreBenchmarks : IDisposable
{
    private const string Key = "ck:0123456789abcdef:ns:0123456789abcdef0123456789abcdef01234567";
    private const int Port = 19_379;

    private readonly string[] _keys = [.. Enumerable.Range(0, 1000).Select(i => $"{Key}{i}")];

    private GarnetServer _server = null!;
    private RedisStore _store = null!;
    private ConnectionMultiplexer _multiplexer = null!;
    private IDatabase _database = null!;

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        string port = Port.ToString(CultureInfo.InvariantCulture);
        _server = new GarnetServer(
            ["--bind", "127.0.0.1", "--port", port, "--memory", "1g", "--index", "8m", "--logger-level", "None"]);
        _server.Start();
        _multiplexer = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{port}");
        _database = _multiplexer.GetDatabase();
        _store = new RedisStore(new RedisStoreOptions { Connection = $"redis://127.0.0.1:{port}" });
        foreach (string key in (string[])[Key, .. _keys])
        {
            await _store.SetAsync(key, new byte[256], TimeSpan.FromDays(1), CancellationToken.None);
        }
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _store.DisposeAsync().AsTask().Wait();
        _multiplexer.Dispose();
        _server.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true)]
    public async Task<byte[]?> LibraryHit() => await _database.StringGetAsync(Key);

    [Benchmark]
    public async Task<byte[]?> StoreHit() => await _store.GetAsync(Key, CancellationToken.None);

    [Benchmark]
    public async Task<int> OneByOne()
    {
        int found = 0;
        foreach (string key in _keys)
        {
            found += await _store.GetAsync(key, CancellationToken.None) is null ? 0 : 1;
        }

        return found;
    }

    [Benchmark]
    public async Task<int> InABatch() => (await _store.GetManyAsync(_keys, CancellationToken.None)).Count;
}
