using System.Globalization;
using System.Net.Http.Headers;

namespace CacheKit.Core.Storage.Http;

/// <summary>What an answer says of the freshness of its value (PROTOCOL section 9).</summary>
internal static class FreshnessHeaders
{
    private const string Freshness = "X-CacheKit-Freshness";

    private const string FreshFor = "X-CacheKit-Fresh-For";

    // Seven digits hold the longest time there is, 30 days in seconds.
    private const int MaxDigits = 7;

    private const int MaxSeconds = 2_592_000;

    /// <summary>
    /// Whether a value may be kept in memory. One that may not counts as absent for us: entries carry their own,
    /// authenticated times, so an old one is of no use to anybody, and is never kept in memory.
    /// </summary>
    /// <param name="headers">The headers of the answer.</param>
    public static bool AllowKeeping(HttpResponseHeaders headers) =>
        !IsStale(Read(headers, Freshness)) && ParseFreshFor(Read(headers, FreshFor)) != 0;

    /// <summary>Whether the value is stale. Anything but no header, or exactly <c>fresh</c>, means so.</summary>
    /// <param name="value">The header, or null when there is none.</param>
    public static bool IsStale(string? value) => value is not (null or "fresh");

    /// <summary>For how many seconds the value may be kept in memory: 0 if the header is malformed.</summary>
    /// <param name="value">The header, or null when there is none.</param>
    /// <returns>Null when there is no bound.</returns>
    public static int? ParseFreshFor(string? value)
    {
        if (value is null)
        {
            return null;
        }

        bool isNumber = value.Length is > 0 and <= MaxDigits && value.All(char.IsAsciiDigit);
        int seconds = isNumber ? int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture) : 0;
        return seconds <= MaxSeconds ? seconds : 0;
    }

    // Several headers of the name are one with commas (RFC 9110), which no rule above takes.
    private static string? Read(HttpResponseHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out HeaderStringValues values) ? string.Join(", ", values) : null;
}
