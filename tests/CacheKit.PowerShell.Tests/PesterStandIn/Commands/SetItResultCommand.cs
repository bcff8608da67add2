using System.Management.Automation;

namespace CacheKit.PowerShell.Tests.PesterStandIn;

/// <summary>Set-ItResult -Skipped: ends the test here, neither passed nor failed.</summary>
[Cmdlet(VerbsCommon.Set, "ItResult")]
public sealed class SetItResultCommand : PSCmdlet
{
    internal const string SkippedErrorId = "PesterTestSkipped";

    [Parameter(Mandatory = true)]
    public SwitchParameter Skipped { get; set; }

    [Parameter]
    public string? Because { get; set; }

    protected override void ProcessRecord()
    {
        string message = string.IsNullOrEmpty(Because) ? "is skipped" : $"is skipped, because {Because}";
        ThrowTerminatingError(new ErrorRecord(
            new RuntimeException(message), SkippedErrorId, ErrorCategory.InvalidResult, targetObject: null));
    }
}
