using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Base of the stand-ins that must be told paths, by parameter or through the pipeline.</summary>
public abstract class ItemCommand : PathCommand
{
    [Parameter(
        Position = 0,
        Mandatory = true,
        ParameterSetName = PathSet,
        ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true)]
    public string[] Path { get => Given; set => Given = value; }

    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    public string[] LiteralPath { get => Given; set => Given = value; }
}
