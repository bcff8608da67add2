using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Stand-in for New-Guid.</summary>
[Cmdlet(VerbsCommon.New, "Guid")]
[OutputType(typeof(Guid))]
public sealed class NewGuidCommand : PSCmdlet
{
    protected override void ProcessRecord()
    {
        WriteObject(Guid.NewGuid());
    }
}
