using System.Management.Automation;

namespace CacheKit.PowerShell.Tests.PesterStandIn;

/// <summary>It.</summary>
[Cmdlet(VerbsCommon.Add, "PesterTest")]
public sealed class AddPesterTestCommand : PSCmdlet
{
    [Parameter(Mandatory = true, Position = 0)]
    public string Name { get; set; } = "";

    [Parameter(Mandatory = true, Position = 1)]
    public ScriptBlock Test { get; set; } = null!;

    [Parameter]
    [Alias("TestCases")]
    [AllowNull]
    [AllowEmptyCollection]
    public object[]? ForEach { get; set; }

    [Parameter]
    public string[] Tag { get; set; } = [];

    [Parameter]
    public SwitchParameter Skip { get; set; }

    protected override void ProcessRecord()
    {
        PesterDiscovery discovery = PesterDiscovery.Of(SessionState, MyInvocation.InvocationName);
        bool isGiven = MyInvocation.BoundParameters.ContainsKey(nameof(ForEach));
        foreach (PesterData data in PesterData.Expand(ForEach, isGiven))
        {
            discovery.AddTest(Name, Test, data, Skip);
        }
    }
}
