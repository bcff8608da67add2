using System.Globalization;
using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Stand-in for Sort-Object; objects that compare equal keep their order.</summary>
[Cmdlet("Sort", "Object")]
public sealed class SortObjectCommand : PSCmdlet
{
    private readonly List<PSObject> _items = [];
    private PropertySelector[] _selectors = [];

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    [Parameter(Position = 0)]
    public object[] Property { get; set; } = [];

    [Parameter]
    public SwitchParameter Descending { get; set; }

    [Parameter]
    public SwitchParameter Unique { get; set; }

    [Parameter]
    public SwitchParameter CaseSensitive { get; set; }

    protected override void BeginProcessing()
    {
        _selectors = [.. Property.Select(PropertySelector.Create)];
    }

    protected override void ProcessRecord()
    {
        if (InputObject is not null)
        {
            _items.Add(InputObject);
        }
    }

    protected override void EndProcessing()
    {
        PSObject? previous = null;
        foreach (PSObject item in _items.Order(Comparer<PSObject>.Create(Compare)))
        {
            if (!Unique || previous is null || Compare(previous, item) != 0)
            {
                WriteObject(item);
            }

            previous = item;
        }
    }

    private int Compare(PSObject? left, PSObject? right)
    {
        if (_selectors.Length == 0)
        {
            return CompareValues(left, right, Descending);
        }

        return _selectors
            .Select(by => CompareValues(by.ReadOne(left!), by.ReadOne(right!), by.Descending ?? Descending))
            .FirstOrDefault(order => order != 0);
    }

    private int CompareValues(object? left, object? right, bool descending)
    {
        bool ignoreCase = !CaseSensitive;
        CultureInfo culture = CultureInfo.CurrentCulture;
        if (!LanguagePrimitives.TryCompare(left, right, ignoreCase, culture, out int order))
        {
            order = LanguagePrimitives.Compare(left?.ToString(), right?.ToString(), ignoreCase, culture);
        }

        return descending ? -order : order;
    }
}
