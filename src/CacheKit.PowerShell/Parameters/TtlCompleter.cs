using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace CacheKit.Parameters;

/// <summary>Offers common durations.</summary>
public sealed class TtlCompleter : IArgumentCompleter
{
    private static readonly (string Text, string Meaning)[] s_durations =
    [
        ("30s", "30 seconds"), ("1m", "1 minute"), ("5m", "5 minutes"), ("15m", "15 minutes"),
        ("1h", "1 hour"), ("8h", "8 hours"), ("1d", "1 day"), ("7d", "7 days"),
    ];

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters) =>
        from duration in s_durations
        where duration.Text.StartsWith(wordToComplete, StringComparison.OrdinalIgnoreCase)
        select new CompletionResult(
            duration.Text, duration.Text, CompletionResultType.ParameterValue, duration.Meaning);
}
