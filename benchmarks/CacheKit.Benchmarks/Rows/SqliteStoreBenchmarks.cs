using BenchmarkDotNet.Attributes;
using CacheKit.Core.Storage.Sqlite;
using Microsoft.Data.Sqlite;

namespace CacheKit.Benchmarks.Rows;

/// <summary>A hit of 256 bytes in a warm SQLite store, beside a bare prepared SELECT of the same row.</summary>
[MemoryDiagnoser]
public class SqliteStoreBenchmarks : IDisposable
{
    private const string Key = "ck:0123456789abcdef:ns:0123456789abcdef0123456789abcdef01234567";

    private readonly string _directory = Directory.CreateTempSubdirectory("cachekit-bench-").FullName;
    private readonly byte[] _value = new byte[256];

    private SqliteStore _store = null!;
    private SqliteConnection _connection = null!;
    private SqliteCommand _select = null!;

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        string path = Path.Combine(_directory, "cache.db");
        _store = new SqliteStore(new SqliteStoreOptions { Path = path }, TimeProvider.System);
        for (int i = 0; i < 10_000; i++)
        {
            await _store.SetAsync($"{Key}{i}", _value, TimeSpan.FromDays(1), CancellationToken.None);
        }

        await _store.SetAsync(Key, _value, TimeSpan.FromDays(1), CancellationToken.None);
        _connection = new SqliteConnection($"Data Source={path};Pooling=False");
        _connection.Open();
        _select = _connection.CreateCommand();
        _select.CommandText = "SELECT value FROM entries WHERE key = $key";
        _select.Parameters.AddWithValue("$key", Key);
        _select.Prepare();
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _select.Dispose();
        _connection.Dispose();
        _store.DisposeAsync().AsTask().Wait();
        Directory.Delete(_directory, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true)]
    public byte[] PreparedSelect() => (byte[])_select.ExecuteScalar()!;

    [Benchmark]
    public async Task<byte[]?> StoreHit() => await _store.GetAsync(Key, CancellationToken.None);

    [Benchmark]
    public async Task StoreWrite() =>
        await _store.SetAsync(Key, _value, TimeSpan.FromDays(1), CancellationToken.None);
}
