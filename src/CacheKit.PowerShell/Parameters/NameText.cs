using System.Text;

namespace CacheKit.Parameters;

/// <summary>What text can be a name that is encoded, hashed and shown: two names are never one.</summary>
internal static class NameText
{
    private static readonly UTF8Encoding s_strict =
        new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Says what is wrong with a name.</summary>
    /// <param name="name">What the user gave.</param>
    /// <param name="longest">How many bytes in UTF-8 it may have.</param>
    /// <returns>The end of a sentence, or null.</returns>
    public static string? ProblemOf(string? name, int longest)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            return "this one is blank";
        }

        if (name.Any(char.IsControl))
        {
            return "this one has a control character";
        }

        try
        {
            int size = s_strict.GetByteCount(name);
            return size > longest ? $"this one has {size}" : null;
        }
        catch (EncoderFallbackException)
        {
            return "this one is not well-formed Unicode";
        }
    }
}
