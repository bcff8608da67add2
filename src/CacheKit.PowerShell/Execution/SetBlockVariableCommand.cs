using System.Management.Automation;

namespace CacheKit.Execution;

/// <summary>Sets variables in the scope between the caller and a block. Not exported.</summary>
internal sealed class SetBlockVariableCommand : PSCmdlet
{
    /// <summary>Names and values.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    public IReadOnlyList<KeyValuePair<string, object?>> Variables { get; set; } = null!;

    /// <summary>Sets them.</summary>
    protected override void BeginProcessing()
    {
        foreach ((string name, object? value) in Variables)
        {
            SessionState.PSVariable.Set(name, value);
        }
    }
}
