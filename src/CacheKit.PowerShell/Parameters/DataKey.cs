using CacheKit.Core.Diagnostics;

namespace CacheKit.Parameters;

/// <summary>What the -Key of protected data may be.</summary>
internal static class DataKey
{
    /// <summary>Checks a key.</summary>
    /// <param name="key">What the user gave.</param>
    /// <param name="wayOut">What to do if something is wrong with it.</param>
    /// <returns>What is wrong, or null.</returns>
    public static CacheKitException? Check(string? key, string wayOut) =>
        NameText.ProblemOf(key, ItemNames.Longest) is { } problem
            ? new CacheKitException(
                ErrorIds.KeyInvalid,
                $"A key is text of 1 to {ItemNames.Longest} bytes without control characters: {problem}.",
                wayOut,
                target: key)
            : null;

    /// <summary>Checks a key that was given.</summary>
    /// <param name="key">What the user gave.</param>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.KeyInvalid"/>.</exception>
    public static void Require(string? key)
    {
        if (Check(key, "Give another -Key, or none.") is { } failure)
        {
            throw failure;
        }
    }
}
