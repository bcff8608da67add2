using System.Management.Automation;

namespace CacheKit.Backends;

/// <summary>Runs a block of a backend, so that its streams can be redirected. Not exported.</summary>
internal sealed class InvokeBackendBlockCommand : PSCmdlet
{
    /// <summary>The call.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    public BackendCall Call { get; set; } = null!;

    /// <summary>Runs it.</summary>
    protected override void EndProcessing() => Call.Invoke();
}
