using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Stand-in for ConvertFrom-Json.</summary>
[Cmdlet(VerbsData.ConvertFrom, "Json")]
public sealed class ConvertFromJsonCommand : PSCmdlet
{
    private readonly List<string> _lines = [];

    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true)]
    [AllowEmptyString]
    public string InputObject { get; set; } = "";

    [Parameter]
    public SwitchParameter AsHashtable { get; set; }

    [Parameter]
    public SwitchParameter NoEnumerate { get; set; }

    protected override void ProcessRecord()
    {
        _lines.Add(InputObject);
    }

    protected override void EndProcessing()
    {
        string text = string.Join(Environment.NewLine, _lines);
        if (!string.IsNullOrWhiteSpace(text))
        {
            WriteObject(JsonText.Read(text, AsHashtable), enumerateCollection: !NoEnumerate);
        }
    }
}
