using System.Management.Automation;

namespace CacheKit.PowerShell.Tests.PesterStandIn;

/// <summary>BeforeDiscovery, BeforeAll, BeforeEach, AfterEach and AfterAll.</summary>
[Cmdlet(VerbsCommon.Add, "PesterHook")]
public sealed class AddPesterHookCommand : PSCmdlet
{
    [Parameter(Mandatory = true, Position = 0)]
    public ScriptBlock ScriptBlock { get; set; } = null!;

    protected override void ProcessRecord()
    {
        string keyword = MyInvocation.InvocationName;
        PesterDiscovery discovery = PesterDiscovery.Of(SessionState, keyword);
        if (keyword.Equals("BeforeDiscovery", StringComparison.OrdinalIgnoreCase))
        {
            // In the scope that it stands in: what it sets is there for -ForEach and -Skip.
            InvokeCommand.InvokeScript(useLocalScope: false, ScriptBlock, input: null);
        }
        else
        {
            discovery.AddHook(keyword, ScriptBlock);
        }
    }
}
