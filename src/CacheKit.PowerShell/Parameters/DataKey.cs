using CacheKit.Core.Diagnostics;

namespace CacheKit.Parameters;

/// <summary>What the -Key of protected data may be.</summary>
internal static class DataKey
{
    /// <summary>Says what is wrong with a key.</summary>
    /// <param name="key">What the user gave.</param>
    /// <param name="recommendedAction">What to do about it.</param>
    /// <returns>The failure, or null.</returns>
    public static CacheKitException? ProblemOf(string? key, string recommendedAction) =>
        NameText.ProblemOf(key, ItemNames.Longest) is { } problem
            ? new CacheKitException(
                ErrorIds.KeyInvalid,
                $"A key is text of 1 to {ItemNames.Longest} bytes without control characters: {problem}.",
                recommendedAction,
                target: key)
            : null;

    /// <summary>Checks a key that was given.</summary>
    /// <param name="key">What the user gave.</param>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.KeyInvalid"/>.</exception>
    public static void Check(string? key)
    {
        if (ProblemOf(key, "Give another -Key, or none.") is { } failure)
        {
            throw failure;
        }
    }
}
