using System.Collections;
using System.Collections.Concurrent;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace CacheKit.Completion;

/// <summary>Offers the namespaces that this process has used: from memory, never from a store.</summary>
public sealed class NamespaceCompleter : IArgumentCompleter
{
    private const int MostNames = 256;

    private static readonly ConcurrentDictionary<string, byte> s_names = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        string start = wordToComplete.Trim('\'', '"');
        return from name in s_names.Keys
               where name.StartsWith(start, StringComparison.OrdinalIgnoreCase)
               orderby name
               select new CompletionResult(name);
    }

    /// <summary>Remembers a namespace.</summary>
    /// <param name="name">The namespace.</param>
    internal static void Remember(string name)
    {
        if (!s_names.ContainsKey(name) && s_names.Count < MostNames)
        {
            s_names.TryAdd(name, 0);
        }
    }
}
