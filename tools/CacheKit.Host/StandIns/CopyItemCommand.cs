using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Stand-in for Copy-Item.</summary>
[Cmdlet(VerbsCommon.Copy, "Item", DefaultParameterSetName = PathSet, SupportsShouldProcess = true)]
public sealed class CopyItemCommand : ItemCommand
{
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    public string Destination { get; set; } = ".";

    [Parameter]
    public SwitchParameter Recurse { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void ProcessRecord()
    {
        foreach (string path in Given)
        {
            IEnumerable<PSObject> copies = Ask(() => InvokeProvider.Item.Copy(
                [path], Destination, Recurse, CopyContainers.CopyTargetContainer, Force, IsLiteral));
            if (PassThru)
            {
                WriteObject(copies, enumerateCollection: true);
            }
        }
    }
}
