using System.Globalization;
using System.Management.Automation;

namespace CacheKit;

/// <summary>
/// How long an entry lives: a duration, or a script block that computes it from the result. A bare number is seconds,
/// unlike PowerShell's own conversion to TimeSpan, which takes it for ticks of 100 ns.
/// </summary>
public sealed class Ttl
{
    /// <summary>The longest life: ten years of 365 days.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(3650);

    internal static readonly Ttl Default = new(TimeSpan.FromSeconds(300), null);

    private const string Forms =
        "give seconds (300), text such as '90s', '5m', '1h' or '7d', a TimeSpan, or a script block";

    private Ttl(TimeSpan duration, ScriptBlock? script)
    {
        Duration = duration;
        Script = script;
    }

    /// <summary>The duration; zero when a script block computes it.</summary>
    public TimeSpan Duration { get; }

    /// <summary>The script block that computes it from the result as <c>$_</c>, or null.</summary>
    public ScriptBlock? Script { get; }

    /// <summary>
    /// Reads text such as <c>300</c>, <c>90s</c>, <c>5m</c>, <c>1h</c>, <c>7d</c> or <c>00:05:00</c>.
    /// </summary>
    /// <param name="text">The text, in the invariant culture.</param>
    /// <exception cref="FormatException">It is not a TTL.</exception>
    public static Ttl Parse(string text) =>
        Read(text, allowZero: false, out Ttl? ttl) is { } problem ? throw new FormatException(problem) : ttl!;

    /// <summary>Takes any form that a parameter takes.</summary>
    /// <param name="given">What the user gave.</param>
    /// <param name="allowZero">Whether it may be zero.</param>
    /// <param name="ttl">The TTL.</param>
    /// <returns>Why there is none, as the end of a sentence, or null.</returns>
    internal static string? Read(object? given, bool allowZero, out Ttl? ttl)
    {
        object? bare = given is PSObject wrapped ? wrapped.BaseObject : given;
        ttl = bare as Ttl ?? (bare is ScriptBlock script ? new Ttl(TimeSpan.Zero, script) : null);
        if (ttl is not null)
        {
            return null;
        }

        if (!TryReadLiteral(given, out TimeSpan duration) && !TryReadDuration(bare, out duration))
        {
            return $"it is not a duration: {Forms}";
        }

        string? problem = RangeProblem(duration, allowZero);
        ttl = problem is null ? new Ttl(duration, null) : null;
        return problem;
    }

    /// <summary>Reads a duration of any sign.</summary>
    /// <param name="value">A number of seconds, text or a TimeSpan.</param>
    /// <param name="duration">The duration.</param>
    internal static bool TryReadDuration(object? value, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        switch (value)
        {
            case TimeSpan span:
                duration = span;
                return true;
            case string text:
                return TryParse(text.Trim(), out duration);
            case sbyte or byte or short or ushort or int or uint or long or ulong or float or double or decimal:
                double seconds = Convert.ToDouble(value, CultureInfo.InvariantCulture);
                return TryScale(seconds, TimeSpan.TicksPerSecond, out duration);
            default:
                return false;
        }
    }

    /// <summary>The duration as PowerShell shows a TimeSpan, or the text of the script block.</summary>
    public override string ToString() =>
        Script is null ? Duration.ToString("c", CultureInfo.InvariantCulture) : $"{{{Script}}}";

    /// <summary>
    /// To PowerShell an unquoted <c>7d</c> is the decimal 7; the engine keeps the text, and that is what the user
    /// means.
    /// </summary>
    private static bool TryReadLiteral(object? value, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        return value is PSObject { BaseObject: decimal } number && TryParse(number.ToString()!, out duration);
    }

    private static string? RangeProblem(TimeSpan duration, bool allowZero)
    {
        if (duration < TimeSpan.Zero && allowZero)
        {
            return "it must not be negative";
        }

        if (duration <= TimeSpan.Zero && !allowZero)
        {
            return "it must be more than zero; -Bypass runs the block without the cache";
        }

        return duration > Longest ? $"it must not be more than {Longest.TotalDays:0} days" : null;
    }

    private static bool TryParse(string text, out TimeSpan duration)
    {
        if (text.Contains(':', StringComparison.Ordinal))
        {
            return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out duration);
        }

        string number = text.TrimEnd("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".ToCharArray());
        duration = TimeSpan.Zero;
        long? unit = text[number.Length..] switch
        {
            "ms" => TimeSpan.TicksPerMillisecond,
            "" or "s" => TimeSpan.TicksPerSecond,
            "m" => TimeSpan.TicksPerMinute,
            "h" => TimeSpan.TicksPerHour,
            "d" => TimeSpan.TicksPerDay,
            _ => null,
        };
        const NumberStyles Style =
            NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowTrailingWhite;
        return unit is not null
            && double.TryParse(number, Style, CultureInfo.InvariantCulture, out double count)
            && TryScale(count, unit.Value, out duration);
    }

    private static bool TryScale(double count, long unit, out TimeSpan duration)
    {
        double ticks = count * unit;
        // What a TimeSpan cannot hold is clamped: the range check then says what is wrong with it.
        duration = double.IsNaN(ticks) ? TimeSpan.Zero
            : ticks >= long.MaxValue ? TimeSpan.MaxValue
            : ticks <= long.MinValue ? TimeSpan.MinValue
            : new TimeSpan((long)Math.Round(ticks));
        return !double.IsNaN(ticks);
    }
}
