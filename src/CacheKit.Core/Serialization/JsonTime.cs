using System.Globalization;
using System.Text.RegularExpressions;

namespace CacheKit.Core.Serialization;

/// <summary>Finds the texts that ConvertFrom-Json takes for times, and gives the same time and kind.</summary>
internal static partial class JsonTime
{
    private const int ShortestIso = 19;
    private const int LongestText = 40;

    /// <summary>Reads a time: ISO 8601 with date, time and seconds, or <c>/Date(milliseconds)/</c>.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="time">UTC for Z, local for any other offset, else unspecified.</param>
    /// <returns>Whether the text is a time.</returns>
    public static bool TryParse(string text, out DateTime time)
    {
        time = default;
        if (text.Length is < 9 or > LongestText)
        {
            return false;
        }

        return text[0] == '/' ? TryParseMilliseconds(text, out time)
            : text.Length >= ShortestIso && text[10] == 'T' && TryParseIso(text, out time);
    }

    [GeneratedRegex(
        @"\A([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,7}))?"
        + @"(?:(?<z>[Zz])|(?<sign>[+-])(?<h>[0-9]{2})(?::?(?<m>[0-9]{2}))?)?\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Iso();

    [GeneratedRegex(@"\A/Date\((-?[0-9]{1,18})([+-][0-9]{4})?\)/\z", RegexOptions.CultureInvariant)]
    private static partial Regex Milliseconds();

    private static bool TryParseIso(string text, out DateTime time)
    {
        time = default;
        Match match = Iso().Match(text);
        if (!match.Success)
        {
            return false;
        }

        int[] parts = [.. match.Groups.Values.Skip(1).Take(6).Select(Number)];
        long fraction = long.Parse(match.Groups[7].Value.PadRight(7, '0'), CultureInfo.InvariantCulture);
        // The end of a day may be written as its hour 24.
        bool isEndOfDay = parts[3] == 24 && parts[4] == 0 && parts[5] == 0 && fraction == 0;
        try
        {
            time = new DateTime(parts[0], parts[1], parts[2], isEndOfDay ? 0 : parts[3], parts[4], parts[5])
                .AddDays(isEndOfDay ? 1 : 0)
                .AddTicks(fraction);
        }
        catch (ArgumentOutOfRangeException)
        {
            return false;
        }

        if (match.Groups["z"].Success)
        {
            time = DateTime.SpecifyKind(time, DateTimeKind.Utc);
        }
        else if (match.Groups["sign"].Success)
        {
            TimeSpan offset = new(Number(match.Groups["h"]), Number(match.Groups["m"]), 0);
            time = ToLocal(time, match.Groups["sign"].Value == "-" ? -offset : offset);
        }

        return true;
    }

    private static bool TryParseMilliseconds(string text, out DateTime time)
    {
        time = default;
        Match match = Milliseconds().Match(text);
        if (!match.Success)
        {
            return false;
        }

        Int128 milliseconds = long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
        Int128 ticks = (milliseconds * TimeSpan.TicksPerMillisecond) + DateTime.UnixEpoch.Ticks;
        if (ticks < 0 || ticks > DateTime.MaxValue.Ticks)
        {
            return false;
        }

        time = new DateTime((long)ticks, DateTimeKind.Utc);
        time = match.Groups[2].Success ? time.ToLocalTime() : time;
        return true;
    }

    private static DateTime ToLocal(DateTime clock, TimeSpan offset)
    {
        long ticks = clock.Ticks - offset.Ticks;
        if (ticks >= 0 && ticks <= DateTime.MaxValue.Ticks)
        {
            return new DateTime(ticks, DateTimeKind.Utc).ToLocalTime();
        }

        ticks += TimeZoneInfo.Local.GetUtcOffset(clock).Ticks;
        return new DateTime(Math.Clamp(ticks, 0, DateTime.MaxValue.Ticks), DateTimeKind.Local);
    }

    private static int Number(Group group) =>
        group.Success ? int.Parse(group.ValueSpan, CultureInfo.InvariantCulture) : 0;
}
