using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>One entry of a -Property parameter: a name, a wildcard, a script block or a calculated property.</summary>
internal sealed class PropertySelector
{
    private readonly PSPropertyExpression _expression;

    private PropertySelector(PSPropertyExpression expression, string? label, bool? descending)
    {
        _expression = expression;
        Label = label;
        Descending = descending;
    }

    /// <summary>The name given to a calculated property.</summary>
    public string? Label { get; }

    /// <summary>The sort order that this entry asks for, where it asks.</summary>
    public bool? Descending { get; }

    public static PropertySelector Create(object entry)
    {
        object value = entry is PSObject wrapped ? wrapped.BaseObject : entry;
        if (value is not IDictionary table)
        {
            return new PropertySelector(CreateExpression(value), label: null, descending: null);
        }

        object? expression = null;
        string? label = null;
        bool? descending = null;
        foreach (DictionaryEntry pair in table)
        {
            string key = LanguagePrimitives.ConvertTo<string>(pair.Key);
            if (IsKey(key, "Expression"))
            {
                expression = pair.Value;
            }
            else if (IsKey(key, "Name") || IsKey(key, "Label"))
            {
                label = LanguagePrimitives.ConvertTo<string>(pair.Value);
            }
            else if (IsKey(key, "Descending"))
            {
                descending = LanguagePrimitives.IsTrue(pair.Value);
            }
            else
            {
                throw new PSArgumentException($"The key '{key}' of a calculated property is not known.");
            }
        }

        return new PropertySelector(CreateExpression(expression ?? label!), label, descending);
    }

    /// <summary>The values, with names, that the entry means for one object; none without such a property.</summary>
    public IEnumerable<(string Name, object? Value)> Read(PSObject item)
    {
        foreach (PSPropertyExpression resolved in _expression.ResolveNames(item))
        {
            foreach (PSPropertyExpressionResult result in resolved.GetValues(item))
            {
                string name = Label ?? result.ResolvedExpression.ToString();
                yield return (name, result.Exception is null ? result.Result : null);
            }
        }
    }

    /// <summary>The first value that the entry means for one object.</summary>
    public object? ReadOne(PSObject item)
    {
        return Read(item).Select(pair => pair.Value).FirstOrDefault();
    }

    public override string ToString()
    {
        return Label ?? _expression.ToString();
    }

    private static bool IsKey(string key, string name)
    {
        return key.Length > 0 && name.StartsWith(key, ignoreCase: true, CultureInfo.InvariantCulture);
    }

    private static PSPropertyExpression CreateExpression(object value)
    {
        return value is ScriptBlock block
            ? new PSPropertyExpression(block)
            : new PSPropertyExpression(LanguagePrimitives.ConvertTo<string>(value));
    }
}
