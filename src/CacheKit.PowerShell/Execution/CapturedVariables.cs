using System.Management.Automation;
using System.Security;
using CacheKit.CacheKeys;

namespace CacheKit.Execution;

/// <summary>
/// The values of a block's free variables when an input object came. A command further up the pipeline may change them
/// before the batch of that object is looked up; the block must still see the ones that its key covers.
/// </summary>
internal static class CapturedVariables
{
    /// <summary>Reads them, if running the block later can give the same as running it now.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="block">The block.</param>
    /// <param name="input">The input object.</param>
    /// <returns>Null when the call cannot wait.</returns>
    public static IReadOnlyList<KeyValuePair<string, object?>>? TryRead(
        PSCmdlet cmdlet, ScriptBlock block, object? input)
    {
        FreeVariable[] variables = [.. EntryIdentity.Analyse(block).FreeVariables
            .Select(each => each.Variable)
            .Where(variable => !variable.IsCurrentItem && variable.Kind != FreeVariableKind.ScriptFile)];
        if (variables.Length == 0)
        {
            return [];
        }

        PSVariableIntrinsics scope = cmdlet.SessionState.PSVariable;
        if (!IsImmutable(input)
            || !ReferenceEquals(scope, ScopeReader.VariablesOf(cmdlet, block))
            || variables.Any(variable =>
                variable.Kind != FreeVariableKind.Variable || variable.Name.Contains(':', StringComparison.Ordinal)))
        {
            return null;
        }

        KeyValuePair<string, object?>[] values = [.. variables.Select(
            variable => KeyValuePair.Create(variable.Name, (object?)scope.GetValue(variable.Name)))];
        return values.All(pair => IsImmutable(pair.Value)) ? values : null;
    }

    /// <summary>Whether a variable has been set to something else since.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="variables">The variables as they were.</param>
    public static bool HaveChanged(PSCmdlet cmdlet, IReadOnlyList<KeyValuePair<string, object?>> variables) =>
        variables.Any(pair => !ReferenceEquals(cmdlet.SessionState.PSVariable.GetValue(pair.Key), pair.Value));

    /// <summary>Whether nobody can change what an object is.</summary>
    /// <param name="value">The object.</param>
    public static bool IsImmutable(object? value) => (value is PSObject wrapped ? wrapped.BaseObject : value)
        is null or string or ValueType or SecureString or PSCredential;
}
