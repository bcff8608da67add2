using System.Management.Automation;
using CacheKit.Host;

namespace Microsoft.PowerShell.Commands;

/// <summary>Stand-in for Set-Variable.</summary>
[Cmdlet(VerbsCommon.Set, "Variable", SupportsShouldProcess = true)]
public sealed class SetVariableCommand : VariableCommand
{
    [Parameter(Position = 0, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    public string[] Name { get; set; } = [];

    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    public object? Value { get; set; }

    [Parameter]
    public ScopedItemOptions Option { get; set; } = ScopedItemOptions.None;

    protected override void ProcessRecord()
    {
        foreach (string name in Name)
        {
            if (ShouldProcess($"Name: {name} Value: {Value}", "Set variable"))
            {
                Set(name);
            }
        }
    }

    private void Set(string name)
    {
        PSVariable variable = new(name, Value, Option);
        if (Scope is null)
        {
            SessionState.PSVariable.Set(variable);
        }
        else
        {
            EngineInternals.SetVariable(SessionState, variable, Scope);
        }
    }
}
