using System.Collections;
using System.Management.Automation;

namespace CacheKit.PowerShell.Tests.PesterStandIn;

/// <summary>One item of -ForEach: <c>$_</c>, and for a hashtable also a variable for every key.</summary>
public sealed class PesterData
{
    private readonly object? _item;

    private PesterData(object? item, bool isGiven)
    {
        _item = item;
        IsGiven = isGiven;
        object? value = item is PSObject wrapped ? wrapped.BaseObject : item;
        Arguments = value as IDictionary ?? new Hashtable();
    }

    /// <summary>No -ForEach.</summary>
    public static PesterData None { get; } = new(item: null, isGiven: false);

    public bool IsGiven { get; }

    /// <summary>The keys and values of a hashtable; empty for anything else.</summary>
    public IDictionary Arguments { get; }

    /// <summary>One for each item, or <see cref="None"/> alone where -ForEach was not used.</summary>
    public static IEnumerable<PesterData> Expand(object? forEach, bool isGiven)
    {
        if (!isGiven)
        {
            return [None];
        }

        // As in foreach: null is no item, and a hashtable is one.
        return LanguagePrimitives.GetEnumerable(forEach) is { } items
            ? items.Cast<object?>().Select(item => new PesterData(item, isGiven: true))
            : forEach is null ? [] : [new PesterData(forEach, isGiven: true)];
    }

    /// <summary>The variables that the item becomes.</summary>
    public List<PSVariable> CreateVariables()
    {
        List<PSVariable> variables = [];
        if (IsGiven)
        {
            variables.Add(new PSVariable("_", _item));
        }

        foreach (DictionaryEntry pair in Arguments)
        {
            variables.Add(new PSVariable((string)pair.Key, pair.Value));
        }

        return variables;
    }
}
