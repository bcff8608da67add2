using System.Collections;

namespace CacheKit.Conversion;

/// <summary>Tells dictionaries whose keys differ by case from those of PowerShell's literals, whose keys do not.</summary>
internal static class KeyComparison
{
    /// <summary>Whether the keys differ by case; asked of the dictionary itself, which does not show its comparer.</summary>
    /// <param name="dictionary">A Hashtable or an OrderedDictionary.</param>
    public static bool IsCaseSensitive(IDictionary dictionary)
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

    private static string SwapCase(string text)
    {
        string upper = text.ToUpperInvariant();
        return upper == text ? text.ToLowerInvariant() : upper;
    }
}
