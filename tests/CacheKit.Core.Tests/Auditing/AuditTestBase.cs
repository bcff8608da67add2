using CacheKit.Core.Auditing;
using CacheKit.Core.Keys;
using CacheKit.Core.Tests.Support;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CacheKit.Core.Tests.Auditing;

/// <summary>
/// What the tests of the audit log share: a log in a directory of its own, and those who write there.
/// </summary>
public abstract class AuditTestBase : IDisposable
{
    internal const string Tenant = "acme";
    internal const string Namespace = "users";

    private readonly TempDirectory _directory = new();
    private readonly List<IDisposable> _open = [];

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2030, 1, 2, 3, 4, 5, 678, TimeSpan.Zero));

    /// <summary>The log; its directory is not there before the first line.</summary>
    protected string Log => _directory.File("trail/audit.jsonl");

    protected string Head => HeadOf(Log);

    public void Dispose()
    {
        _open.ForEach(each => each.Dispose());
        _directory.Dispose();
        GC.SuppressFinalize(this);
    }

    protected static string HeadOf(string log) => log + ".head";

    protected string Other(string name) => _directory.File(name);

    protected static AuditSource Source(int line) => new("/srv/scripts/nightly.ps1", line);

    /// <summary>The keys of a tenant under a ring of keys of one byte each, the encrypting one first.</summary>
    internal TenantKeyRing Keys(string tenant = Tenant, byte current = 1, params byte[] previous)
    {
        TenantKeyRing ring = TestKeys.Ring(tenant, current, previous);
        _open.Add(ring);
        return ring;
    }

    internal static AuditSubject Entry(TenantKeyRing keys, byte identity = 7) =>
        AuditSubject.Of(keys.KeysFor(Namespace, [identity]).Current);

    /// <summary>A trail of a process of its own, as it were: it remembers nothing of the log.</summary>
    protected AuditTrail Open(string? log = null, bool isRequired = true) =>
        AuditTrail.Open(log ?? Log, isRequired, Clock);

    /// <summary>Adds lines, each in a process of its own, as it were.</summary>
    internal void Write(int count, TenantKeyRing? keys = null, string? log = null)
    {
        keys ??= Keys();
        for (int i = 1; i <= count; i++)
        {
            using AuditTrail trail = Open(log);
            Assert.Null(trail.Record(AuditEvent.Open, Entry(keys), Source(i), Token));
            Clock.Advance(TimeSpan.FromSeconds(1));
        }
    }

    internal AuditVerification Verify(
        string? log = null, AuditCheckpoint? checkpoint = null, byte[]? ring = null, string[]? tenants = null)
    {
        using KeyRing keys = new(TestKeys.Of((ring ?? [1])[0]), [.. (ring ?? [1]).Skip(1).Select(TestKeys.Of)]);
        using AuditKeys auditKeys = new(keys, tenants ?? [Tenant]);
        return new AuditVerifier(auditKeys).Verify(log ?? Log, checkpoint, Token);
    }

    internal static void AssertIntact(AuditVerification found, long lines)
    {
        Assert.Empty(found.Problems);
        Assert.Equal(0, found.ProblemCount);
        Assert.Equal(lines, found.Lines);
    }

    /// <summary>The first problem, in short: its kind, the line of the file, and the number.</summary>
    internal static (AuditProblemKind Kind, long FileLine, long? Number) First(AuditVerification found)
    {
        Assert.Equal(found.ProblemCount, (long)found.Problems.Count);
        Assert.NotEmpty(found.Problems);
        AuditProblem problem = found.Problems[0];
        Assert.NotEmpty(problem.Detail);
        return (problem.Kind, problem.FileLine, problem.Number);
    }

    /// <summary>The lines with their line feeds.</summary>
    internal static List<byte[]> Lines(string log)
    {
        byte[] all = File.ReadAllBytes(log);
        List<byte[]> lines = [];
        for (int start = 0; start < all.Length;)
        {
            int end = Array.IndexOf(all, (byte)'\n', start) + 1;
            lines.Add(all[start..(end == 0 ? all.Length : end)]);
            start = end == 0 ? all.Length : end;
        }

        return lines;
    }

    internal static void Put(string log, IEnumerable<byte[]> lines) =>
        File.WriteAllBytes(log, [.. lines.SelectMany(line => line)]);
}
