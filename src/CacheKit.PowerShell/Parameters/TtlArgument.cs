using CacheKit.Core.Diagnostics;

namespace CacheKit;

/// <summary>
/// What a user gave as a duration, before it is read. It may be none: the cmdlet tells that under an ErrorId of ours,
/// which a parameter that does not bind would not have.
/// </summary>
public sealed class TtlArgument
{
    private readonly object? _given;

    internal TtlArgument(object? given)
    {
        _given = given;
    }

    /// <summary>Reads it.</summary>
    /// <param name="parameter">The name of the parameter.</param>
    /// <param name="allowZero">Whether it may be zero.</param>
    /// <param name="whyNoScript">Why no script block can compute it, as the end of a sentence, or null.</param>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.TtlInvalid"/>.</exception>
    internal Ttl Read(string parameter, string? whyNoScript, bool allowZero = false)
    {
        string? problem = Ttl.Read(_given, allowZero, out Ttl? ttl);
        if (ttl is { Script: not null })
        {
            problem = whyNoScript;
        }

        return problem is null ? ttl! : throw new CacheKitException(
            ErrorIds.TtlInvalid,
            $"-{parameter} cannot be used: {problem}.",
            $"Try -{parameter} 300 or -{parameter} 5m.",
            target: ttl?.Script ?? _given);
    }

    /// <summary>Reads how long an operation of a store may take.</summary>
    /// <param name="parameter">The name of the parameter.</param>
    /// <param name="shortest">The shortest time.</param>
    /// <param name="longest">The longest time.</param>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.StoreSettingInvalid"/>.</exception>
    internal TimeSpan ReadTimeout(string parameter, TimeSpan shortest, TimeSpan longest)
    {
        bool isTime = Ttl.Read(_given, allowZero: false, out Ttl? ttl) is null && ttl!.Script is null;
        if (isTime && ttl!.Duration >= shortest && ttl.Duration <= longest)
        {
            return ttl.Duration;
        }

        throw new CacheKitException(
            ErrorIds.StoreSettingInvalid,
            $"-{parameter} is not a time between one millisecond and {longest.TotalMinutes:0} minutes.",
            $"Give seconds (-{parameter} 2), text such as 500ms, or a TimeSpan.",
            target: _given);
    }

    /// <summary>What the user gave.</summary>
    public override string ToString() => _given?.ToString() ?? string.Empty;
}
