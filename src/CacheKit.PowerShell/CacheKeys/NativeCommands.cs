using System.Collections.Concurrent;
using System.Management.Automation;

namespace CacheKit.CacheKeys;

/// <summary>Tells native commands, which set <c>$LASTEXITCODE</c>, from those of PowerShell, which do not.</summary>
internal static class NativeCommands
{
    private const CommandTypes OfPowerShell =
        CommandTypes.Alias | CommandTypes.Function | CommandTypes.Filter | CommandTypes.Cmdlet;

    private const int MostApplications = 1024;

    // Searching the folders of PATH takes its time.
    private static readonly ConcurrentDictionary<(string Name, string Path), bool> s_applications = new();

    /// <summary>Whether one of some commands is a native one. Nothing is loaded to find out.</summary>
    /// <param name="cmdlet">The cmdlet that asks.</param>
    /// <param name="names">The commands as a script names them.</param>
    public static bool IsAnyOf(PSCmdlet cmdlet, string[] names)
    {
        foreach (string name in names)
        {
            if (IsNative(cmdlet, name))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsNative(PSCmdlet cmdlet, string name)
    {
        // An alias, a function or a cmdlet of this name comes before a native command.
        CommandInfo? found =
            cmdlet.InvokeCommand.GetCommands(name, OfPowerShell, nameIsPattern: false).FirstOrDefault();
        if (found is not null)
        {
            return found is AliasInfo alias && alias.Definition != name && IsNative(cmdlet, alias.Definition);
        }

        string path = Environment.GetEnvironmentVariable("PATH") ?? string.Empty;
        if (!s_applications.TryGetValue((name, path), out bool isThere))
        {
            isThere = cmdlet.InvokeCommand.GetCommands(
                name, CommandTypes.Application | CommandTypes.ExternalScript, nameIsPattern: false)
                .FirstOrDefault() is ApplicationInfo;
            if (s_applications.Count >= MostApplications)
            {
                s_applications.Clear();
            }

            s_applications[(name, path)] = isThere;
        }

        return isThere;
    }
}
