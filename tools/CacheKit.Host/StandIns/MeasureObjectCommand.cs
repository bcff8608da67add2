using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Stand-in for Measure-Object on numbers; its result has the original's property names.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "Object")]
public sealed class MeasureObjectCommand : PSCmdlet
{
    private readonly List<object?> _values = [];
    private PropertySelector? _selector;

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    [Parameter(Position = 0)]
    public string? Property { get; set; }

    [Parameter]
    public SwitchParameter Sum { get; set; }

    [Parameter]
    public SwitchParameter Average { get; set; }

    [Parameter]
    public SwitchParameter Minimum { get; set; }

    [Parameter]
    public SwitchParameter Maximum { get; set; }

    protected override void BeginProcessing()
    {
        _selector = Property is null ? null : PropertySelector.Create(Property);
    }

    protected override void ProcessRecord()
    {
        if (InputObject is null)
        {
            return;
        }

        if (_selector is null)
        {
            _values.Add(InputObject.BaseObject);
        }
        else
        {
            _values.AddRange(_selector.Read(InputObject).Select(pair => pair.Value));
        }
    }

    protected override void EndProcessing()
    {
        PSObject result = new();
        Add(result, "Count", wanted: true, () => _values.Count);
        Add(result, "Average", Average, () => Numbers().Average());
        Add(result, "Sum", Sum, () => Numbers().Sum());
        Add(result, "Maximum", Maximum, () => _values.Max(Comparer<object?>.Create(LanguagePrimitives.Compare)));
        Add(result, "Minimum", Minimum, () => _values.Min(Comparer<object?>.Create(LanguagePrimitives.Compare)));
        Add(result, "Property", wanted: true, () => Property);
        WriteObject(result);
    }

    private void Add(PSObject result, string name, bool wanted, Func<object?> measure)
    {
        bool isKnown = wanted && (_values.Count > 0 || name is "Count" or "Property");
        result.Properties.Add(new PSNoteProperty(name, isKnown ? measure() : null));
    }

    private IEnumerable<double> Numbers()
    {
        return _values.Select(LanguagePrimitives.ConvertTo<double>);
    }
}
