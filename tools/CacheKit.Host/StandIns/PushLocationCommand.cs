using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Stand-in for Push-Location.</summary>
[Cmdlet(VerbsCommon.Push, "Location", DefaultParameterSetName = PathSet)]
public sealed class PushLocationCommand : PathCommand
{
    [Parameter(
        Position = 0,
        ParameterSetName = PathSet,
        ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true)]
    public string Path { get => Given[0]; set => Given = [value]; }

    protected override void ProcessRecord()
    {
        SessionState.Path.PushCurrentLocation(stackName: null);
        Tell(() => SessionState.Path.SetLocation(Given[0]));
    }
}
