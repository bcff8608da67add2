using System.Globalization;
using System.Text;

namespace CacheKit.Core.Diagnostics;

/// <summary>Text that somebody else chose, in a message of ours: it must not look like a part of it.</summary>
public static class UntrustedText
{
    /// <summary>How much is shown, in characters.</summary>
    private const int Longest = 64;

    /// <summary>Makes text fit for being shown: no control characters, and not too long.</summary>
    /// <param name="text">The text.</param>
    public static string Shown(string text)
    {
        StringBuilder shown = new(Math.Min(text.Length, Longest));
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (shown.Length >= Longest)
            {
                return shown.Append("...").ToString();
            }

            bool isSafe = Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
            shown.Append(isSafe ? rune.ToString() : "?");
        }

        return shown.ToString();
    }
}
