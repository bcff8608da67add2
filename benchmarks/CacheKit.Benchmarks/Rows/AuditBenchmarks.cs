using BenchmarkDotNet.Attributes;
using CacheKit.Core.Auditing;
using CacheKit.Core.Keys;

namespace CacheKit.Benchmarks.Rows;

/// <summary>A line of an audit log, beside appending as many bytes to a file that is opened for each.</summary>
[MemoryDiagnoser]
public class AuditBenchmarks : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cachekit-bench-").FullName;
    private readonly byte[] _line = new byte[500];
    private TenantKeys _keys = null!;
    private AuditTrail _trail = null!;
    private AuditSubject _subject;

    /// <summary>Opens the log.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        using MasterKey key = MasterKey.Generate();
        _keys = new TenantKeys(key, "acme");
        _subject = AuditSubject.Of(_keys, "users", 1);
        _trail = AuditTrail.Open(Path.Combine(_folder, "audit.jsonl"), isRequired: true, TimeProvider.System);
    }

    /// <summary>Ends, and removes both files.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _trail.Dispose();
        _keys.Dispose();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Opens a file, appends 500 bytes, closes it.</summary>
    [Benchmark(Baseline = true)]
    public long Append()
    {
        using FileStream file = new(
            Path.Combine(_folder, "plain"), FileMode.Append, FileAccess.Write, FileShare.Read, 0);
        file.Write(_line);
        return file.Position;
    }

    /// <summary>Records an event.</summary>
    [Benchmark]
    public object? Line() => _trail.Record(
        AuditEvent.Open, _subject, new AuditSource("/srv/scripts/nightly.ps1", 12), CancellationToken.None);
}
