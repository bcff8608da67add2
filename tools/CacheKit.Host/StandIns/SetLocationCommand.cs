using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Stand-in for Set-Location.</summary>
[Cmdlet(VerbsCommon.Set, "Location", DefaultParameterSetName = PathSet)]
public sealed class SetLocationCommand : PathCommand
{
    [Parameter(
        Position = 0,
        ParameterSetName = PathSet,
        ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true)]
    public string Path { get => Given[0]; set => Given = [value]; }

    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    public string LiteralPath { get => Given[0]; set => Given = [WildcardPattern.Escape(value)]; }

    protected override void ProcessRecord()
    {
        Tell(() => SessionState.Path.SetLocation(Given[0]));
    }
}
