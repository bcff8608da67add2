using System.Management.Automation;
using CacheKit.Host;

namespace Microsoft.PowerShell.Commands;

/// <summary>Stand-in for Select-Object; -First ends the commands before it, as the original does.</summary>
[Cmdlet(VerbsCommon.Select, "Object")]
public sealed class SelectObjectCommand : PSCmdlet
{
    private readonly Queue<PSObject> _last = new();
    private readonly List<PSObject> _seen = [];
    private PropertySelector[] _selectors = [];
    private int _skipped;
    private int _taken;

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    [Parameter(Position = 0)]
    public object[] Property { get; set; } = [];

    [Parameter]
    public string? ExpandProperty { get; set; }

    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int? First { get; set; }

    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int? Last { get; set; }

    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int Skip { get; set; }

    [Parameter]
    public SwitchParameter Unique { get; set; }

    protected override void BeginProcessing()
    {
        _selectors = [.. Property.Select(PropertySelector.Create)];
    }

    protected override void ProcessRecord()
    {
        if (InputObject is null)
        {
            return;
        }

        if (First is 0)
        {
            throw EngineInternals.StopUpstream(this);
        }

        if (Last is not null)
        {
            _last.Enqueue(InputObject);
            if (_last.Count > Last + Skip)
            {
                _last.Dequeue();
            }
        }
        else if (_skipped < Skip)
        {
            _skipped++;
        }
        else
        {
            Emit(InputObject);
            if (++_taken == First)
            {
                throw EngineInternals.StopUpstream(this);
            }
        }
    }

    protected override void EndProcessing()
    {
        // With -Last, -Skip counts from the end.
        while (_last.Count > Skip)
        {
            Emit(_last.Dequeue());
        }
    }

    private void Emit(PSObject item)
    {
        if (ExpandProperty is not null)
        {
            Expand(item);
            return;
        }

        PSObject selected = _selectors.Length == 0 ? item : Project(item);
        if (!Unique)
        {
            WriteObject(selected);
        }
        else if (!_seen.Exists(other => AreSame(other, selected)))
        {
            _seen.Add(selected);
            WriteObject(selected);
        }
    }

    private void Expand(PSObject item)
    {
        (string Name, object? Value)[] found = [.. PropertySelector.Create(ExpandProperty!).Read(item)];
        if (found.Length == 0)
        {
            PSArgumentException missing = new($"Property \"{ExpandProperty}\" cannot be found.");
            WriteError(new ErrorRecord(missing, "ExpandPropertyNotFound", ErrorCategory.InvalidArgument, item));
        }

        foreach ((string _, object? value) in found)
        {
            WriteObject(value, enumerateCollection: true);
        }
    }

    private PSObject Project(PSObject item)
    {
        PSObject projected = new();
        projected.TypeNames.Insert(0, $"Selected.{item.BaseObject.GetType()}");
        foreach (PropertySelector selector in _selectors)
        {
            (string Name, object? Value)[] found = [.. selector.Read(item)];
            foreach ((string name, object? value) in found.DefaultIfEmpty((selector.ToString(), null)))
            {
                projected.Properties.Add(new PSNoteProperty(name, value));
            }
        }

        return projected;
    }

    private static bool AreSame(PSObject left, PSObject right)
    {
        if (left.BaseObject is not PSCustomObject || right.BaseObject is not PSCustomObject)
        {
            return LanguagePrimitives.Equals(left, right);
        }

        PSPropertyInfo[] ours = [.. left.Properties];
        PSPropertyInfo[] theirs = [.. right.Properties];
        return ours.Length == theirs.Length
            && ours.Zip(theirs).All(pair => pair.First.Name == pair.Second.Name
                && LanguagePrimitives.Equals(pair.First.Value, pair.Second.Value));
    }
}
