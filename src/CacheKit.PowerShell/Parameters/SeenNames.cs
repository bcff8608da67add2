using System.Collections.Concurrent;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace CacheKit.Parameters;

/// <summary>The names of one kind that this process has used, for completion without asking anybody. Bounded.</summary>
internal sealed class SeenNames
{
    private const int MostNames = 256;

    private readonly ConcurrentDictionary<string, byte> _names = new(StringComparer.Ordinal);

    /// <summary>Remembers a name.</summary>
    /// <param name="name">The name.</param>
    public void Remember(string name)
    {
        if (!_names.ContainsKey(name) && _names.Count < MostNames)
        {
            _names.TryAdd(name, 0);
        }
    }

    /// <summary>Forgets a name.</summary>
    /// <param name="name">The name.</param>
    public void Forget(string name) => _names.TryRemove(name, out _);

    /// <summary>Offers the names that begin with a word, quoted where they need it.</summary>
    /// <param name="wordToComplete">What was typed, perhaps with quotes.</param>
    /// <param name="isPattern">Whether the parameter takes wildcards, which a name then has escaped.</param>
    public IEnumerable<CompletionResult> Complete(string wordToComplete, bool isPattern = false)
    {
        string start = wordToComplete.Trim('\'', '"');
        return from name in _names.Keys
               let text = isPattern ? WildcardPattern.Escape(name) : name
               where text.StartsWith(start, StringComparison.OrdinalIgnoreCase)
               orderby name
               select new CompletionResult(Quote(text), name, CompletionResultType.ParameterValue, name);
    }

    private static string Quote(string name) => name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_')
        ? name
        : $"'{CodeGeneration.EscapeSingleQuotedStringContent(name)}'";
}
