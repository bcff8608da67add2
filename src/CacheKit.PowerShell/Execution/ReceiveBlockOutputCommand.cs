using System.Management.Automation;
using CacheKit.Engine;

namespace CacheKit.Execution;

/// <summary>The end of the pipeline that runs a block: takes each object when it comes. Not exported.</summary>
internal sealed class ReceiveBlockOutputCommand : PSCmdlet, IOutputRelay
{
    /// <summary>Where the objects go.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    public BlockOutput Output { get; set; } = null!;

    /// <inheritdoc/>
    public PSCmdlet? Writer => Output.Writer;

    /// <summary>An object.</summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    public PSObject? InputObject { get; set; }

    /// <summary>Takes an object.</summary>
    protected override void ProcessRecord() => Output.Take(InputObject);
}
