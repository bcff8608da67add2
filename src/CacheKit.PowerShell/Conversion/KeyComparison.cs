using System.Collections;
using System.Collections.Specialized;
using System.Runtime.CompilerServices;

namespace CacheKit.Conversion;

/// <summary>
/// Tells dictionaries whose keys differ by case from those of PowerShell's literals, whose keys do not.
/// </summary>
internal static class KeyComparison
{
    /// <summary>Whether the keys of a Hashtable differ by case.</summary>
    /// <param name="table">The table.</param>
    public static bool IsCaseSensitive(Hashtable table)
    {
        try
        {
            return IsCaseSensitive(ComparerOf(table));
        }
        catch (Exception exception) when (exception is MissingMemberException or ArgumentException)
        {
            return ProbesCaseSensitive(table);
        }
    }

    /// <summary>Whether the keys of an OrderedDictionary differ by case.</summary>
    /// <param name="ordered">The dictionary.</param>
    public static bool IsCaseSensitive(OrderedDictionary ordered)
    {
        try
        {
            return IsCaseSensitive(ComparerOf(ordered));
        }
        catch (MissingMemberException)
        {
            return ProbesCaseSensitive(ordered);
        }
    }

    /// <summary>
    /// Whether the keys differ by case; asked of the dictionary itself, where it does not show its comparer. One
    /// without letters in its keys gives no answer, and counts as a literal.
    /// </summary>
    /// <param name="dictionary">A dictionary of any type.</param>
    public static bool ProbesCaseSensitive(IDictionary dictionary)
    {
        foreach (object key in dictionary.Keys)
        {
            if (key is not string text)
            {
                continue;
            }

            string other = SwapCase(text);
            if (other != text)
            {
                // With both spellings among the keys, containing the other one proves nothing.
                return !dictionary.Contains(other) || dictionary.Keys.Cast<object>().Contains(other);
            }
        }

        return false;
    }

    private static bool IsCaseSensitive(IEqualityComparer? comparer) => comparer is null || !comparer.Equals("a", "A");

    /// <summary>The comparer of a Hashtable.</summary>
    /// <param name="table">The table.</param>
    /// <returns>Null when its keys compare themselves.</returns>
    /// <exception cref="MissingMemberException">This version of .NET keeps it elsewhere.</exception>
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_EqualityComparer")]
    internal static extern IEqualityComparer? ComparerOf(Hashtable table);

    /// <summary>The comparer of an OrderedDictionary.</summary>
    /// <param name="ordered">The dictionary.</param>
    /// <returns>Null when its keys compare themselves.</returns>
    /// <exception cref="MissingMemberException">This version of .NET keeps it elsewhere.</exception>
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_comparer")]
    internal static extern ref IEqualityComparer? ComparerOf(OrderedDictionary ordered);

    private static string SwapCase(string text)
    {
        string upper = text.ToUpperInvariant();
        return upper == text ? text.ToLowerInvariant() : upper;
    }
}
