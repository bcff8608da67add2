using System.Globalization;

namespace CacheKit.Core.Serialization;

/// <summary>
/// Times in plain MessagePack: a map with a mark and an ISO 8601 text (PROTOCOL section 6). Digits of a second are
/// written as far as there are any: six, or seven where a tick needs it.
/// </summary>
internal static class PortableTime
{
    /// <summary>Marks a time with a date.</summary>
    public const string DateTimeName = "__datetime__";

    /// <summary>Marks a date.</summary>
    public const string DateName = "__date__";

    /// <summary>Marks a time of day.</summary>
    public const string TimeName = "__time__";

    /// <summary>Names the text.</summary>
    public const string ValueName = "value";

    private static readonly string[] s_timeForms = ["HH:mm:ss", "HH:mm:ss.FFFFFFF"];
    private static readonly string[] s_localForms = [.. s_timeForms.Select(form => "yyyy-MM-ddT" + form)];
    private static readonly string[] s_utcForms =
        [.. s_localForms.SelectMany(form => (string[])[form + "'Z'", form + "'z'"])];
    private static readonly string[] s_offsetForms = [.. s_localForms.Select(form => form + "zzz")];

    /// <summary>The text of a time; without an offset when its kind is unspecified.</summary>
    public static string Format(DateTime time) => time.Kind switch
    {
        DateTimeKind.Unspecified =>
            time.ToString("yyyy-MM-ddTHH:mm:ss" + FractionOf(time.Ticks), CultureInfo.InvariantCulture),
        DateTimeKind.Utc => Format(WithOffset(time, TimeSpan.Zero)),
        _ => Format(WithOffset(time, TimeZoneInfo.Local.GetUtcOffset(time))),
    };

    /// <summary>
    /// A time with its offset; with none where the instant would be out of the calendar, as the first and last of local
    /// times may be, which scripts take for "never".
    /// </summary>
    internal static DateTimeOffset WithOffset(DateTime time, TimeSpan offset) =>
        new(time.Ticks, IsInCalendar(time.Ticks - offset.Ticks) ? offset : TimeSpan.Zero);

    /// <summary>The text of a time with an offset.</summary>
    public static string Format(DateTimeOffset time) =>
        time.ToString("yyyy-MM-ddTHH:mm:ss" + FractionOf(time.Ticks) + "zzz", CultureInfo.InvariantCulture);

    /// <summary>The text of a time of day.</summary>
    public static string Format(TimeOnly time) =>
        time.ToString("HH:mm:ss" + FractionOf(time.Ticks), CultureInfo.InvariantCulture);

    /// <summary>The same time without what is below a microsecond, which other languages do not keep.</summary>
    public static DateTime ToMicrosecond(DateTime time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond));

    /// <summary>The same time without what is below a microsecond, which other languages do not keep.</summary>
    public static DateTimeOffset ToMicrosecond(DateTimeOffset time) =>
        time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond));

    /// <summary>The same time without what is below a microsecond, which other languages do not keep.</summary>
    public static TimeOnly ToMicrosecond(TimeOnly time) =>
        new(time.Ticks - (time.Ticks % TimeSpan.TicksPerMicrosecond));

    /// <summary>Reads the text of a mark: DateTimeOffset, DateTime (no offset), DateOnly or TimeOnly.</summary>
    /// <returns>Null when the mark is none, or the text does not read so.</returns>
    public static object? Parse(string name, string text)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        text = WithoutNanoseconds(text);
        switch (name)
        {
            case DateTimeName when DateTimeOffset.TryParseExact(
                text, s_utcForms, culture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time):
                return time;
            case DateTimeName when DateTime.TryParseExact(
                text, s_localForms, culture, DateTimeStyles.None, out DateTime time):
                return time;
            case DateTimeName when DateTimeOffset.TryParseExact(
                text, s_offsetForms, culture, DateTimeStyles.None, out DateTimeOffset time):
                return time;
            case DateName when DateOnly.TryParseExact(text, "O", culture, DateTimeStyles.None, out DateOnly date):
                return date;
            case TimeName when TimeOnly.TryParseExact(
                text, s_timeForms, culture, DateTimeStyles.None, out TimeOnly time):
                return time;
            default:
                return null;
        }
    }

    /// <summary>Rust writes nine digits of a second where there are so many; a tick has seven.</summary>
    private static string WithoutNanoseconds(string text)
    {
        const int DigitsOfTick = 7;
        int first = text.IndexOf('.', StringComparison.Ordinal) + 1;
        int end = first;
        while (first > 0 && end < text.Length && char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        return end - first > DigitsOfTick ? text.Remove(first + DigitsOfTick, end - first - DigitsOfTick) : text;
    }

    private static bool IsInCalendar(long ticks) =>
        ticks >= DateTime.MinValue.Ticks && ticks <= DateTime.MaxValue.Ticks;

    private static string FractionOf(long ticks) => (ticks % TimeSpan.TicksPerSecond) switch
    {
        0 => "",
        long rest when rest % TimeSpan.TicksPerMicrosecond == 0 => ".ffffff",
        _ => ".fffffff",
    };
}
