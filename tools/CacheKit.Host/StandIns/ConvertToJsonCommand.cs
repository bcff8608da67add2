using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Stand-in for ConvertTo-Json.</summary>
[Cmdlet(VerbsData.ConvertTo, "Json")]
[OutputType(typeof(string))]
public sealed class ConvertToJsonCommand : PSCmdlet
{
    private readonly List<object?> _items = [];

    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true)]
    [AllowNull]
    public object? InputObject { get; set; }

    [Parameter]
    [ValidateRange(0, 100)]
    public int Depth { get; set; } = 2;

    [Parameter]
    public SwitchParameter Compress { get; set; }

    [Parameter]
    public SwitchParameter AsArray { get; set; }

    protected override void ProcessRecord()
    {
        _items.Add(InputObject);
    }

    protected override void EndProcessing()
    {
        if (_items.Count > 0)
        {
            object? value = _items.Count > 1 || AsArray ? _items : _items[0];
            WriteObject(JsonText.Write(value, Depth, indented: !Compress));
        }
    }
}
