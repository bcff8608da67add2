using System.Diagnostics;
using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Stand-in for Measure-Command: the block runs in the caller's scope and its output is dropped.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "Command")]
[OutputType(typeof(TimeSpan))]
public sealed class MeasureCommandCommand : PSCmdlet
{
    private readonly Stopwatch _watch = new();

    [Parameter(Position = 0, Mandatory = true)]
    public ScriptBlock Expression { get; set; } = null!;

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    protected override void ProcessRecord()
    {
        object?[] input = InputObject is null ? [] : [InputObject];
        _watch.Start();
        InvokeCommand.InvokeScript(useLocalScope: false, Expression, input);
        _watch.Stop();
    }

    protected override void EndProcessing()
    {
        WriteObject(_watch.Elapsed);
    }
}
