using System.Management.Automation;

namespace CacheKit.PowerShell.Tests.Support;

/// <summary>Everything that a script wrote.</summary>
public sealed record ScriptResult
{
    public required IReadOnlyList<PSObject?> Output { get; init; }

    /// <summary>The error records that the script wrote and went on from.</summary>
    public required IReadOnlyList<ErrorRecord> Errors { get; init; }

    public required IReadOnlyList<string> Warnings { get; init; }

    public required IReadOnlyList<string> Verbose { get; init; }

    public required IReadOnlyList<string> Debug { get; init; }

    public required IReadOnlyList<InformationRecord> Information { get; init; }

    /// <summary>The error that ended the script, or null when it ran to its end.</summary>
    public ErrorRecord? Failure { get; init; }

    /// <summary>The one value that the script wrote, without its PSObject.</summary>
    public object? Value => Output.Count == 1
        ? Unwrap(Output[0])
        : throw new InvalidOperationException($"The script wrote {Output.Count} values: {string.Join(", ", Output)}");

    /// <summary>The values that the script wrote, without their PSObjects.</summary>
    public IReadOnlyList<object?> Values => [.. Output.Select(Unwrap)];

    /// <summary>Throws unless the script ran to its end without an error.</summary>
    /// <returns>This result, for asking on.</returns>
    public ScriptResult EnsureSuccess()
    {
        ErrorRecord? error = Failure ?? (Errors.Count > 0 ? Errors[0] : null);
        return error is null
            ? this
            : throw new InvalidOperationException($"{error}\n{error.ScriptStackTrace}", error.Exception);
    }

    private static object? Unwrap(PSObject? value)
    {
        return value?.BaseObject is PSCustomObject ? value : value?.BaseObject;
    }
}
