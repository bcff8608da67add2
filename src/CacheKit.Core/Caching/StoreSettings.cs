using System.Globalization;
using CacheKit.Core.Diagnostics;

namespace CacheKit.Core.Caching;

/// <summary>Reads the variables that configure a store: what they hold is text.</summary>
internal static class StoreSettings
{
    private static readonly TimeSpan s_shortest = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(10);

    /// <summary>Reads whether something is allowed: true or false, 1 or 0; unset and blank mean false.</summary>
    /// <param name="value">The variable's value.</param>
    /// <param name="variable">Its name.</param>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.StoreSettingInvalid"/>.</exception>
    public static bool ReadSwitch(string? value, string variable) => value?.Trim().ToUpperInvariant() switch
    {
        null or "" or "0" or "FALSE" => false,
        "1" or "TRUE" => true,
        _ => throw new CacheKitException(
            ErrorIds.StoreSettingInvalid,
            $"{variable} is neither true nor false.",
            $"Set it to true or false, or remove it: Remove-Item Env:{variable}."),
    };

    /// <summary>Reads a duration in seconds; null where the variable is unset or blank.</summary>
    /// <param name="value">The variable's value.</param>
    /// <param name="variable">Its name.</param>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.StoreSettingInvalid"/>.</exception>
    public static TimeSpan? ReadSeconds(string? value, string variable)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            return null;
        }

        const NumberStyles Style =
            NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite;
        return double.TryParse(value, Style, CultureInfo.InvariantCulture, out double seconds)
            && seconds >= s_shortest.TotalSeconds && seconds <= s_longest.TotalSeconds
            ? TimeSpan.FromSeconds(seconds)
            : throw new CacheKitException(
                ErrorIds.StoreSettingInvalid,
                $"{variable} is not a number of seconds between {s_shortest.TotalSeconds} and "
                + $"{s_longest.TotalSeconds:0}.",
                $"Set it to seconds, such as 2 or 0.5, or remove it: Remove-Item Env:{variable}.");
    }
}
