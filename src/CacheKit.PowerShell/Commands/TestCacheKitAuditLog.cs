using System.Management.Automation;
using CacheKit.Core.Auditing;
using CacheKit.Core.Diagnostics;
using CacheKit.Execution;
using CacheKit.Parameters;

namespace CacheKit.Commands;

/// <summary>
/// Tells whether an audit log is as it was written: whether a line was removed, altered or put elsewhere.
/// </summary>
[Cmdlet(VerbsDiagnostic.Test, "CacheKitAuditLog", HelpUri = HelpPages.Folder + "Test-CacheKitAuditLog.md")]
[OutputType(typeof(AuditLogReport), typeof(bool))]
public sealed class TestCacheKitAuditLogCommand : CacheKitCommand, IAuditLogParameters
{
    private AuditLogSource? _logs;

    /// <summary>What an earlier report had as its Checkpoint: that line must still be there.</summary>
    [Parameter]
    [AllowEmptyString]
    [AllowNull]
    public string? Checkpoint { get; set; }

    /// <summary>Gives true or false in place of the report: whether the log is intact.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <summary>The log; that of the session unless given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath")]
    [AllowEmptyString]
    [AllowNull]
    public string? Path { get; set; }

    /// <summary>The tenants whose lines are to be verified; the session's unless given.</summary>
    [Parameter]
    [AllowEmptyCollection]
    [AllowNull]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string[]? Tenant { get; set; }

    /// <summary>The session whose keys, and whose log, are meant; the session in force unless given.</summary>
    [Parameter]
    [ValidateNotNull]
    public CacheKitSession? Session { get; set; }

    /// <summary>The master key; the session's unless given.</summary>
    [Parameter]
    [AllowEmptyString]
    [AllowNull]
    public object? MasterKey { get; set; }

    /// <summary>Earlier master keys, under which a part of the log was written.</summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyCollection]
    [KeyListTransformation]
    public object?[]? PreviousMasterKey { get; set; }

    private protected override void Begin() => _logs = new AuditLogSource(Context, this);

    private protected override void Process() => _logs!.Look(Look);

    private void Look(string path)
    {
        AuditCheckpoint? checkpoint = null;
        if (IsGiven(nameof(Checkpoint)) && !AuditCheckpoint.TryParse(Checkpoint, out checkpoint))
        {
            Context.Throw(new CacheKitException(
                ErrorIds.AuditCheckpointInvalid,
                "-Checkpoint is not the number of a line, a colon and 64 hexadecimal digits.",
                "Give the property Checkpoint of an earlier report.",
                target: Checkpoint));
        }

        using AuditKeys keys = _logs!.FindKeys();
        AuditVerifier verifier = new(keys);
        AuditVerification found = Context.Wait(stop => ValueTask.FromResult(verifier.Verify(path, checkpoint, stop)));
        AuditLogReport report = new(found);
        if (Quiet)
        {
            WriteObject(report.IsIntact);
        }
        else
        {
            WriteObject(report);
        }
    }
}
