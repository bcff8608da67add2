using System.Management.Automation;
using CacheKit.Host;
using Microsoft.PowerShell.Commands.Internal.Format;

namespace Microsoft.PowerShell.Commands;

/// <summary>Stand-in for Format-Table; the formatting itself is the engine's.</summary>
[Cmdlet(VerbsCommon.Format, "Table")]
public sealed class FormatTableCommand : OuterFormatTableBase
{
    public FormatTableCommand()
    {
        EngineInternals.FormatAs(this, "Table");
    }
}
