using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Stand-in for Get-Random on whole numbers and lists. Not a source of secrets.</summary>
[Cmdlet(VerbsCommon.Get, "Random", DefaultParameterSetName = "RandomNumber")]
public sealed class GetRandomCommand : PSCmdlet
{
    private readonly List<object> _items = [];

    [Parameter(Position = 0, ParameterSetName = "RandomNumber")]
    public int Maximum { get; set; } = int.MaxValue;

    [Parameter(ParameterSetName = "RandomNumber")]
    public int Minimum { get; set; }

    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ParameterSetName = "RandomListItem")]
    public object[] InputObject { get; set; } = [];

    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Count { get; set; } = 1;

    protected override void ProcessRecord()
    {
        _items.AddRange(InputObject);
    }

    protected override void EndProcessing()
    {
#pragma warning disable CA5394 // The original is not a source of secrets either.
        if (ParameterSetName == "RandomNumber")
        {
            for (int i = 0; i < Count; i++)
            {
                WriteObject(Random.Shared.Next(Minimum, Maximum));
            }

            return;
        }

        object[] shuffled = [.. _items];
        Random.Shared.Shuffle(shuffled);
#pragma warning restore CA5394
        WriteObject(shuffled.Take(Count), enumerateCollection: true);
    }
}
