using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Stand-in for New-PSDrive.</summary>
[Cmdlet(VerbsCommon.New, "PSDrive", SupportsShouldProcess = true)]
[OutputType(typeof(PSDriveInfo))]
public sealed class NewPSDriveCommand : PSCmdlet
{
    [Parameter(Position = 0, Mandatory = true)]
    public string Name { get; set; } = "";

    [Parameter(Position = 1, Mandatory = true)]
    public string PSProvider { get; set; } = "";

    [Parameter(Position = 2, Mandatory = true)]
    public string Root { get; set; } = "";

    [Parameter]
    public string Description { get; set; } = "";

    [Parameter]
    public string Scope { get; set; } = "Local";

    protected override void ProcessRecord()
    {
        if (ShouldProcess(Name, "New drive"))
        {
            ProviderInfo provider = SessionState.Provider.GetOne(PSProvider);
            PSDriveInfo drive = new(Name, provider, Root, Description, credential: null);
            WriteObject(SessionState.Drive.New(drive, Scope));
        }
    }
}
