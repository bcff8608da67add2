using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Stand-in for Convert-Path.</summary>
[Cmdlet(VerbsData.Convert, "Path", DefaultParameterSetName = PathSet)]
[OutputType(typeof(string))]
public sealed class ConvertPathCommand : ItemCommand
{
    protected override void ProcessRecord()
    {
        foreach ((string path, ProviderInfo _) in Resolve())
        {
            WriteObject(path);
        }
    }
}
