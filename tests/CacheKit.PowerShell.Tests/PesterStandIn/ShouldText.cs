using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Text;

namespace CacheKit.PowerShell.Tests.PesterStandIn;

/// <summary>The words of a failed assertion.</summary>
internal static class ShouldText
{
    private const int Shown = 10;

    /// <summary>The expectation: "Expected the value to be greater than 3".</summary>
    public static string Describe(string operatorName, bool negate, object? expected)
    {
        StringBuilder words = new("Expected the value ");
        words.Append(negate ? "not to" : "to");
        foreach (char character in operatorName)
        {
            if (char.IsUpper(character))
            {
                words.Append(' ');
            }

            words.Append(char.ToLowerInvariant(character));
        }

        return operatorName is "BeTrue" or "BeFalse" or "BeNullOrEmpty" or "Exist"
            ? words.ToString()
            : words.Append(' ').Append(Format(expected)).ToString();
    }

    /// <summary>A value as a PowerShell user would write it.</summary>
    public static string Format(object? value)
    {
        object? item = value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;
        return item switch
        {
            null => "$null",
            "" => "<empty>",
            string text => $"'{text}'",
            bool truth => truth ? "$true" : "$false",
            DateTime date => date.ToString("o", CultureInfo.InvariantCulture),
            Type type => $"[{type}]",
            IDictionary => item.ToString()!,
            IEnumerable many => FormatMany([.. many.Cast<object?>()]),
            _ => LanguagePrimitives.ConvertTo<string>(item),
        };
    }

    private static string FormatMany(object?[] items)
    {
        string more = items.Length > Shown ? $", ...{items.Length - Shown} more" : "";
        return $"@({string.Join(", ", items.Take(Shown).Select(Format))}{more})";
    }
}
