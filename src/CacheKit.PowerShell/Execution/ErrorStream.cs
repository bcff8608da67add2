using System.Collections;
using System.Management.Automation;
using System.Reflection;

namespace CacheKit.Execution;

/// <summary>Writes errors that a block wrote as if it had written them itself.</summary>
internal static class ErrorStream
{
    // Without it the engine replaces where an error happened by where our cmdlet was called. Its own Write-Error does
    // the same through this property.
    private static readonly PropertyInfo? s_keepPosition = typeof(ErrorRecord).GetProperty(
        "PreserveInvocationInfoOnce",
        BindingFlags.Instance | BindingFlags.NonPublic);

    // Lines of a native command's standard error are no errors to PowerShell; no public member writes them as such.
    private static readonly MethodInfo? s_writeNative = typeof(PSObject).Assembly
        .GetType("System.Management.Automation.MshCommandRuntime")?
        .GetMethod("_WriteErrorSkipAllowCheck", BindingFlags.Instance | BindingFlags.NonPublic);

    /// <summary>Whether a record is a line of a native command's standard error.</summary>
    /// <param name="error">The record.</param>
    public static bool IsFromNativeCommand(ErrorRecord error) =>
        error.FullyQualifiedErrorId is "NativeCommandError" or "NativeCommandErrorMessage";

    /// <summary>Writes a line of a native command's standard error.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="error">The line.</param>
    public static void WriteNative(PSCmdlet cmdlet, ErrorRecord error)
    {
        if (s_writeNative?.GetParameters().Length == 3)
        {
            s_writeNative.Invoke(cmdlet.CommandRuntime, [error, null, true]);
        }
        else
        {
            cmdlet.Host?.UI.WriteErrorLine(error.ToString());
        }
    }

    /// <summary>Writes an error under the cmdlet's -ErrorAction, with the position where it happened.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="error">The error.</param>
    public static void Write(PSCmdlet cmdlet, ErrorRecord error)
    {
        // The block has put it into $Error; the cmdlet puts it there again, or not, as its -ErrorAction says.
        if (cmdlet.SessionState.PSVariable.GetValue("global:Error") is ArrayList all)
        {
            for (int i = all.Count - 1; i >= 0; i--)
            {
                if (ReferenceEquals((all[i] as PSObject)?.BaseObject ?? all[i], error))
                {
                    all.RemoveAt(i);
                }
            }
        }

        s_keepPosition?.SetValue(error, true);
        cmdlet.WriteError(error);
    }
}
