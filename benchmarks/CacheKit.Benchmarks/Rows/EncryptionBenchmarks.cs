using System.Management.Automation;
using System.Security.Cryptography;
using CacheKit.Conversion;
using CacheKit.Core.Caching;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage.Memory;
using CacheKit.Core.Storage.Sqlite;

namespace CacheKit.Benchmarks.Rows;

/// <summary>A value to bytes and back, and the same with sealing and opening in between.</summary>
public sealed class EncryptionBenchmarks : IDisposable
{
    private readonly SerializerKind _serializer;
    private readonly PSObject?[] _output;
    private readonly EntryCache _cache;
    private readonly EntryKeys _keys;

    private EncryptionBenchmarks(SerializerKind serializer, PSObject?[] output)
    {
        _serializer = serializer;
        _output = output;
        using KeyRing ring = KeyRingSource.ReadFirst(CacheKitEnvironment.Capture());
        SqliteStoreOptions unused = new() { Path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()) };
        _cache = new EntryCache(
            new NativeCodec(ring.ForTenant(TenantKeyDerivation.DefaultTenant)),
            new CacheTiers(
                new SqliteStore(unused, TimeProvider.System), new MemoryTier(TimeProvider.System),
                TimeProvider.System));
        _keys = _cache.KeysFor("main", RandomNumberGenerator.GetBytes(64));
    }

    /// <summary>Bytes of one size.</summary>
    /// <param name="size">How many.</param>
    internal static EncryptionBenchmarks OfBytes(int size) =>
        new(SerializerKind.PowerShell, [PSObject.AsPSObject(RandomNumberGenerator.GetBytes(size))]);

    /// <summary>A table of 1,000 rows and five columns, as an Arrow stream.</summary>
    internal static EncryptionBenchmarks OfTable() => new(
        SerializerKind.Arrow,
        [.. Enumerable.Range(0, 1000).Select(i =>
        {
            PSObject row = new();
            row.Properties.Add(new PSNoteProperty("Id", i));
            row.Properties.Add(new PSNoteProperty("Name", $"user {i}"));
            row.Properties.Add(new PSNoteProperty("Enabled", i % 3 == 0));
            row.Properties.Add(new PSNoteProperty("Quota", i * 1.5));
            row.Properties.Add(new PSNoteProperty("Created", DateTime.UnixEpoch.AddHours(i)));
            return row;
        })]);

    public object?[] Plain()
    {
        using SensitiveBuffer value = SensitiveBuffer.Rent();
        _ = OutputFormat.Write(value, _output, _serializer, ObjectWriter.DefaultDepth, CancellationToken.None);
        return OutputFormat.Read(_serializer, value.WrittenMemory);
    }

    public object?[] Encrypted()
    {
        using SensitiveBuffer value = SensitiveBuffer.Rent();
        _ = OutputFormat.Write(value, _output, _serializer, ObjectWriter.DefaultDepth, CancellationToken.None);
        SealedEntry entry = _cache.Seal(
            _keys, null, _serializer, value.WrittenSpan, TimeSpan.FromMinutes(1), compress: false)!;
        if (!_cache.TryOpen(entry, _keys, out OpenedEntry opened))
        {
            throw new InvalidOperationException("The entry does not open.");
        }

        using (opened)
        {
            return OutputFormat.Read(_serializer, opened.Value);
        }
    }

    public void Dispose() => _cache.DisposeAsync().AsTask().Wait();
}
