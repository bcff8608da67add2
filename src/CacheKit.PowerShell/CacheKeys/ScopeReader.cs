using System.Management.Automation;
using System.Reflection;

namespace CacheKit.CacheKeys;

/// <summary>Reads variables as a block will see them.</summary>
internal static class ScopeReader
{
    // A block written in a script and handed to a function of a module sees the script's variables, not the module's.
    // No public member tells the session state of a block without a module; these two have stood since PowerShell 3.
    private static readonly PropertyInfo? s_blockState = typeof(ScriptBlock).GetProperty(
        "SessionStateInternal",
        BindingFlags.Instance | BindingFlags.NonPublic);

    private static readonly PropertyInfo? s_publicState = s_blockState?.PropertyType.GetProperty(
        "PublicSessionState",
        BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public);

    /// <summary>Finds the variables that a block will see when a cmdlet runs it as <c>&amp;</c> would.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="block">The block.</param>
    /// <returns>Null when they cannot be known.</returns>
    public static PSVariableIntrinsics? VariablesOf(PSCmdlet cmdlet, ScriptBlock block)
    {
        SessionState caller = cmdlet.SessionState;
        PSModuleInfo? module = block.Module;
        if (module == caller.Module && module is null)
        {
            return caller.PSVariable;
        }

        if (module is not null)
        {
            return (module == caller.Module ? caller : module.SessionState).PSVariable;
        }

        if (s_blockState is null || s_publicState is null)
        {
            return null;
        }

        // A block made from text belongs to no session state: it runs in its caller's.
        object? state = s_blockState.GetValue(block);
        return state is null ? caller.PSVariable : (s_publicState.GetValue(state) as SessionState)?.PSVariable;
    }
}
