using System.Management.Automation;

namespace CacheKit.PowerShell.Tests.PesterStandIn;

/// <summary>Describe and Context.</summary>
[Cmdlet(VerbsCommon.Add, "PesterBlock")]
public sealed class AddPesterBlockCommand : PSCmdlet
{
    [Parameter(Mandatory = true, Position = 0)]
    public string Name { get; set; } = "";

    [Parameter(Mandatory = true, Position = 1)]
    public ScriptBlock Fixture { get; set; } = null!;

    [Parameter]
    [Alias("Tags")]
    public string[] Tag { get; set; } = [];

    [Parameter]
    public SwitchParameter Skip { get; set; }

    [Parameter]
    public object? ForEach { get; set; }

    protected override void ProcessRecord()
    {
        PesterDiscovery discovery = PesterDiscovery.Of(SessionState, MyInvocation.InvocationName);
        bool isGiven = MyInvocation.BoundParameters.ContainsKey(nameof(ForEach));
        foreach (PesterData data in PesterData.Expand(ForEach, isGiven))
        {
            discovery.AddBlock(Name, Fixture, data, Skip);
        }
    }
}
