using System.Management.Automation;
using CacheKit.Core.Auditing;
using CacheKit.Core.Diagnostics;

namespace CacheKit.Commands;

/// <summary>
/// Tells whether an audit log is as it was written: whether a line was removed, altered or put elsewhere.
/// </summary>
[Cmdlet(VerbsDiagnostic.Test, "CacheKitAuditLog", HelpUri = HelpPages.Folder + "Test-CacheKitAuditLog.md")]
[OutputType(typeof(AuditLogReport), typeof(bool))]
public sealed class TestCacheKitAuditLogCommand : AuditLogCommand
{
    /// <summary>What an earlier report had as its Checkpoint: that line must still be there.</summary>
    [Parameter]
    [AllowEmptyString]
    [AllowNull]
    public string? Checkpoint { get; set; }

    /// <summary>Gives true or false in place of the report: whether the log is intact.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    private protected override void Look(string path)
    {
        AuditCheckpoint? checkpoint = null;
        if (IsGiven(nameof(Checkpoint)) && !AuditCheckpoint.TryParse(Checkpoint, out checkpoint))
        {
            Refuse(
                ErrorIds.AuditCheckpointInvalid,
                "-Checkpoint is not the number of a line, a colon and 64 hexadecimal digits.",
                "Give the property Checkpoint of an earlier report.",
                Checkpoint);
        }

        using AuditKeys keys = FindKeys();
        AuditVerifier verifier = new(keys);
        AuditVerification found = Wait(stop => ValueTask.FromResult(verifier.Verify(path, checkpoint, stop)));
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
