using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Stand-in for Resolve-Path.</summary>
[Cmdlet(VerbsDiagnostic.Resolve, "Path", DefaultParameterSetName = PathSet)]
[OutputType(typeof(PathInfo))]
public sealed class ResolvePathCommand : ItemCommand
{
    protected override void ProcessRecord()
    {
        foreach (string path in Given)
        {
            string pattern = IsLiteral ? WildcardPattern.Escape(path) : path;
            WriteObject(Ask(() => SessionState.Path.GetResolvedPSPathFromPSPath(pattern)), enumerateCollection: true);
        }
    }
}
