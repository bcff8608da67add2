using System.Management.Automation;
using CacheKit.CacheKeys;

namespace CacheKit.Execution;

/// <summary>
/// Where errors are silenced, an assignment that fails is no error that would keep the result from being cached, and
/// the block, or what it calls, then reads the variable of that name of its caller, which its key does not cover. So
/// these are hidden from it.
/// </summary>
internal static class SilencedFailures
{
    private const string Preference = "ErrorActionPreference";

    /// <summary>Finds the caller's variables that the block might read by such an accident.</summary>
    /// <param name="cmdlet">The cmdlet that runs the block.</param>
    /// <param name="block">The block.</param>
    /// <returns>Their names with the value that the block is to see: none.</returns>
    public static IEnumerable<KeyValuePair<string, object?>> HiddenVariables(PSCmdlet cmdlet, ScriptBlock block)
    {
        BlockAnalysis analysis = EntryIdentity.Analyse(block);
        string[] names = analysis.AttemptedNames;
        PSVariableIntrinsics scope = cmdlet.SessionState.PSVariable;
        return names.Length == 0 || !(analysis.Silences || IsSilent(scope))
            ? []
            : names.Where(name => !name.Equals(Preference, StringComparison.OrdinalIgnoreCase) && scope.Get(name) is not null)
                .Select(name => KeyValuePair.Create(name, (object?)null));
    }

    private static bool IsSilent(PSVariableIntrinsics scope) =>
        LanguagePrimitives.TryConvertTo(scope.GetValue(Preference), out ActionPreference preference)
        && preference is ActionPreference.SilentlyContinue or ActionPreference.Ignore;
}
