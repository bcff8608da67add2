using System.Buffers;
using System.Text;

namespace CacheKit.Core.Serialization;

/// <summary>Text as .NET has it, which need not be well-formed.</summary>
internal static class Utf16
{
    /// <summary>Whether every surrogate has its partner, so that UTF-8 can carry the text.</summary>
    /// <param name="text">The text.</param>
    public static bool IsWellFormed(ReadOnlySpan<char> text)
    {
        int position = text.IndexOfAnyInRange('\uD800', '\uDFFF');
        while (position >= 0)
        {
            if (Rune.DecodeFromUtf16(text[position..], out _, out int consumed) != OperationStatus.Done)
            {
                return false;
            }

            text = text[(position + consumed)..];
            position = text.IndexOfAnyInRange('\uD800', '\uDFFF');
        }

        return true;
    }
}
