using System.Globalization;
using System.Management.Automation;
using CacheKit.Core.Auditing;
using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Rotation;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Storage;
using CacheKit.Execution;
using CacheKit.Parameters;

namespace CacheKit.Commands;

/// <summary>
/// Seals the entries of previous keys again under the key that encrypts, while others read and write.
/// </summary>
[Cmdlet(
    VerbsCommon.Step,
    "CacheKitKeyRotation",
    SupportsShouldProcess = true,
    HelpUri = HelpPages.Folder + "Step-CacheKitKeyRotation.md")]
[OutputType(typeof(KeyRotationResult))]
public sealed class StepCacheKitKeyRotationCommand : CacheKitCommand, IRotationParameters
{
    /// <summary>How many entries are worked on at the same time; 8 unless given.</summary>
    [Parameter]
    [ValidateRange(1, 256)]
    public int ThrottleLimit { get; set; } = 8;

    /// <summary>The namespaces whose interop entries are meant too; these have no tag that would tell them.</summary>
    [Parameter]
    [AllowEmptyCollection]
    [AllowEmptyString]
    [AllowNull]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    public string[]? InteropNamespace { get; set; }

    /// <summary>The session whose keys are meant; the session in force unless given.</summary>
    [Parameter]
    [ValidateNotNull]
    public CacheKitSession? Session { get; set; }

    /// <summary>The tenants whose entries are meant; the session's tenant unless given.</summary>
    [Parameter]
    [AllowEmptyString]
    [AllowEmptyCollection]
    [AllowNull]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string[]? Tenant { get; set; }

    private KeyRotation Rotation { get; set; } = null!;

    private protected override void Begin() => Rotation = Context.Keep(new KeyRotation(Context, this));

    private protected override void End()
    {
        foreach (string tenant in Rotation.Tenants)
        {
            Step(tenant, Rotation.Rent(tenant));
        }
    }

    private void Step(string tenant, EntryCache cache)
    {
        RotationInventory before = Rotation.Count(cache);
        if (before.Keys.Count == 1)
        {
            WriteWarning(
                "The ring has no previous key: there is nothing to seal again. Start-CacheKitKeyRotation adds a key.");
        }

        if (before.Old == 0)
        {
            WriteObject(new KeyRotationResult(tenant));
            return;
        }

        string target = string.Create(
            CultureInfo.CurrentCulture, $"{before.Old:N0} entries of the tenant '{tenant}' in {cache.StoreName}");
        if (ShouldProcess(target, $"Seal again under the key {before.Keys[0].Fingerprint}"))
        {
            // Each of them is opened: where that must be told, it is told before.
            Context.Audit(AuditEvent.Rotated, cache.Ring.Current, null, before.Old);
            Run(tenant, cache, before.Old);
        }
    }

    private void Run(string tenant, EntryCache cache, long total)
    {
        RotationOptions options = new()
        {
            ThrottleLimit = ThrottleLimit,
            InteropNamespaces = Rotation.InteropNamespaces,
        };
        RotationTally tally = new();
        long started = TimeProvider.System.GetTimestamp();
        RotationResult result = Rotation.Watch(
            cache,
            $"Rotating the key of the tenant '{tenant}'",
            () => tally.Snapshot().Total,
            total,
            stop => new KeyRotator(cache).StepAsync(options, tally, stop).AsTask());
        WriteObject(ResultOf(tenant, result.Counts, TimeProvider.System.GetElapsedTime(started)));
        WriteEvidence(tenant, result.Counts);
        if (result.Fault is { } fault)
        {
            throw FailureOf(fault, result.Counts);
        }
    }

    private static KeyRotationResult ResultOf(string tenant, RotationCounts counts, TimeSpan elapsed) => new(tenant)
    {
        Moved = counts[RotationOutcome.Moved],
        Superseded = counts[RotationOutcome.Superseded],
        Expired = counts[RotationOutcome.Expired],
        Gone = counts[RotationOutcome.Gone],
        NotAuthentic = counts[RotationOutcome.NotAuthentic] + counts[RotationOutcome.Malformed],
        NotMovable = counts[RotationOutcome.NotMovable],
        Contended = counts[RotationOutcome.Contended],
        Remaining = counts.Left,
        Elapsed = elapsed,
    };

    private void WriteEvidence(string tenant, RotationCounts counts)
    {
        long refused = counts[RotationOutcome.NotAuthentic] + counts[RotationOutcome.Malformed];
        if (refused > 0)
        {
            WriteWarning(
                $"{refused} entries of the tenant '{tenant}' are not authentic, or do not decode. They stay as "
                + "evidence: Get-CacheKitEntry lists them, and Remove-CacheKitItem removes them."
                + (Rotation.InteropNamespaces.Length > 0 ? " Those of interop namespaces are listed with -Raw." : ""));
        }
    }

    private static CacheKitException FailureOf(StoreException fault, RotationCounts counts)
    {
        CacheKitException failure = StoreFailures.From(fault);
        return new CacheKitException(
            failure.ErrorId,
            $"{failure.Message} {counts[RotationOutcome.Moved]} entries were sealed again before that, and nothing is "
            + "lost.",
            $"{failure.RecommendedAction} Step-CacheKitKeyRotation goes on where this one ended.",
            fault);
    }
}
