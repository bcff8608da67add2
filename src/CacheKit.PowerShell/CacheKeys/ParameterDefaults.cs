using System.Collections;
using System.Collections.Concurrent;
using System.Management.Automation;
using System.Text.RegularExpressions;

namespace CacheKit.CacheKeys;

/// <summary>The entries of <c>$PSDefaultParameterValues</c> that apply to the commands of a block.</summary>
internal static partial class ParameterDefaults
{
    /// <summary>Stands among the commands for one whose name is not known.</summary>
    public const string AnyCommand = "*";

    private const string Variable = "PSDefaultParameterValues";
    private const string Disabled = "Disabled";
    private const int MostPatterns = 1024;

    // The command that each key is for; null where it is no such key.
    private static readonly ConcurrentDictionary<string, (string Command, WildcardPattern Pattern)?> s_patterns =
        new(StringComparer.Ordinal);

    /// <summary>Finds them.</summary>
    /// <param name="cmdlet">The cmdlet that runs the block.</param>
    /// <param name="scope">The variables that the block sees.</param>
    /// <param name="commands">The commands, as they are written; <c>*</c> is any.</param>
    /// <returns>The entries in the order of their keys.</returns>
    public static IEnumerable<(string Key, object? Value)> Of(
        PSCmdlet cmdlet, PSVariableIntrinsics? scope, string[] commands)
    {
        object? table = scope?.GetValue(Variable);
        if ((table is PSObject wrapped ? wrapped.BaseObject : table) is not IDictionary { Count: > 0 } defaults
            || LanguagePrimitives.IsTrue(defaults[Disabled]))
        {
            return [];
        }

        string[] names =
            [.. commands.SelectMany(name => NamesOf(cmdlet, name)).Distinct(StringComparer.OrdinalIgnoreCase)];
        List<(string Key, object? Value)> found = [];
        foreach (DictionaryEntry entry in defaults)
        {
            if (entry.Key is string key && PatternOf(key) is { } form
                && (names.Contains(AnyCommand)
                    || Array.Exists(names, form.Pattern.IsMatch)
                    || (FindAlias(cmdlet, form.Command) is { } target
                        && names.Contains(target, StringComparer.OrdinalIgnoreCase))))
            {
                found.Add((key, entry.Value));
            }
        }

        found.Sort(static (x, y) => string.CompareOrdinal(x.Key.ToUpperInvariant(), y.Key.ToUpperInvariant()));
        return found;
    }

    /// <summary>
    /// The names under which the engine looks for defaults: the command's, with and without its module, and that of
    /// the alias by which it is called. A key may name another alias of it.
    /// </summary>
    private static IEnumerable<string> NamesOf(PSCmdlet cmdlet, string written)
    {
        string name = written;
        yield return name;
        // An alias may stand for an alias.
        for (int i = 0; i < 8 && FindAlias(cmdlet, name) is { } target; i++)
        {
            name = target;
            yield return name;
        }

        // Without its module, or its folder.
        name = name[(name.AsSpan().LastIndexOfAny('\\', '/') + 1)..];
        yield return name;
        // Get-X may be written X.
        yield return $"Get-{name}";
    }

    private static string? FindAlias(PSCmdlet cmdlet, string name) =>
        cmdlet.InvokeCommand.GetCommands(WildcardPattern.Escape(name), CommandTypes.Alias, nameIsPattern: false)
            .OfType<AliasInfo>().FirstOrDefault()?.Definition;

    private static (string Command, WildcardPattern Pattern)? PatternOf(string key)
    {
        if (s_patterns.TryGetValue(key, out (string Command, WildcardPattern Pattern)? form))
        {
            return form;
        }

        Match match = Form().Match(key);
        string command = match.Groups["command"].Value;
        form = match.Success ? (command, new WildcardPattern(command, WildcardOptions.IgnoreCase)) : null;
        try
        {
            form?.Pattern.IsMatch(string.Empty);
        }
        catch (WildcardPatternException)
        {
            // The engine takes no notice of it either.
            form = null;
        }

        if (s_patterns.Count >= MostPatterns)
        {
            s_patterns.Clear();
        }

        return s_patterns.GetOrAdd(key, form);
    }

    [GeneratedRegex(
        """^\s*(?:"(?<command>[^"]+)"|'(?<command>[^']+)'|(?<command>[^:]+?))\s*:""",
        RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
