using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace CacheKit.Parameters;

/// <summary>Offers the interop operations that this process has used: from memory, never from a store.</summary>
public sealed class OperationCompleter : IArgumentCompleter
{
    private static readonly SeenNames s_names = new();

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters) => s_names.Complete(wordToComplete);

    /// <summary>Remembers an operation.</summary>
    /// <param name="name">The operation.</param>
    internal static void Remember(string name) => s_names.Remember(name);
}
