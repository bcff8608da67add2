using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace CacheKit.Backends;

/// <summary>Offers the names of the registered backends.</summary>
public sealed class BackendCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        string start = wordToComplete.Trim('\'', '"');
        return from backend in BackendRegistry.All
               where backend.Name.StartsWith(start, StringComparison.OrdinalIgnoreCase)
               select new CompletionResult(backend.Name);
    }
}
