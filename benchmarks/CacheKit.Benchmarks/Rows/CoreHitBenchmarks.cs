using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using CacheKit.Core.Caching;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage.Memory;
using CacheKit.Core.Storage.Sqlite;

namespace CacheKit.Benchmarks.Rows;

/// <summary>A hit of 256 bytes in Core's memory tier, beside one bare decryption of as many bytes.</summary>
[MemoryDiagnoser]
public class CoreHitBenchmarks : IDisposable
{
    private const int ValueSize = 256;

    /// <summary>What precedes the value of an entry without a name in its clear text.</summary>
    private const int NameSize = 1;

    // What the block { Get-Secret $name } gives: its hash, one variable and their labels.
    private readonly byte[] _identity = RandomNumberGenerator.GetBytes(64);
    private readonly byte[] _nonce = RandomNumberGenerator.GetBytes(12);
    private readonly byte[] _ciphertext = new byte[NameSize + ValueSize];
    private readonly byte[] _tag = new byte[16];
    private readonly byte[] _clearText = new byte[NameSize + ValueSize];

    private AesGcm _aes = null!;
    private EntryCache _cache = null!;
    private EntryKeys _keys = null!;

    [GlobalSetup]
    public void SetUp()
    {
        _aes = new AesGcm(RandomNumberGenerator.GetBytes(32), _tag.Length);
        _aes.Encrypt(_nonce, RandomNumberGenerator.GetBytes(_clearText.Length), _ciphertext, _tag);

        using KeyRing ring = KeyRingSource.ReadFirst(CacheKitEnvironment.Capture());
        SqliteStoreOptions unused = new() { Path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()) };
        _cache = new EntryCache(
            new NativeCodec(ring.ForTenant(TenantKeyDerivation.DefaultTenant)),
            new CacheTiers(
                new SqliteStore(unused, TimeProvider.System), new MemoryTier(TimeProvider.System),
                TimeProvider.System));
        _keys = _cache.KeysFor("main", _identity);
        byte[] value = RandomNumberGenerator.GetBytes(ValueSize);
        _ = _cache.Seal(_keys, name: null, SerializerKind.PowerShell, value, TimeSpan.FromDays(1));
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _aes.Dispose();
        _cache.DisposeAsync().AsTask().Wait();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true)]
    public byte RawDecrypt()
    {
        _aes.Decrypt(_nonce, _ciphertext, _tag, _clearText);
        return _clearText[NameSize];
    }

    [Benchmark]
    public byte MemoryHit()
    {
        if (!_cache.TryGetLocal(_keys, out OpenedEntry entry))
        {
            throw new InvalidOperationException("The entry is gone.");
        }

        using (entry)
        {
            return entry.Value.Span[0];
        }
    }

    [Benchmark]
    public EntryKeys RecentKey() => _cache.KeysFor("main", _identity);

    [Benchmark]
    public EntryKeys KeyOfSecret() => _cache.KeysFor("main", _identity, holdsSecret: true);
}
