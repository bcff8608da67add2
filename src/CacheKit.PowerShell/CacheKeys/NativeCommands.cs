using System.Collections.Frozen;
using System.Management.Automation;
using System.Reflection;

namespace CacheKit.CacheKeys;

/// <summary>Tells native commands, which set <c>$LASTEXITCODE</c>, from those of PowerShell, which do not.</summary>
internal static class NativeCommands
{
    private const CommandTypes OfPowerShell =
        CommandTypes.Alias | CommandTypes.Function | CommandTypes.Filter | CommandTypes.Cmdlet;

    private static readonly FrozenSet<string> s_verbs = typeof(VerbsCommon).Assembly.GetExportedTypes()
        .Where(static type => type.Namespace == typeof(VerbsCommon).Namespace
            && type.Name.StartsWith("Verbs", StringComparison.Ordinal))
        .SelectMany(static type => type.GetFields(BindingFlags.Public | BindingFlags.Static))
        .Select(static verb => verb.Name)
        .ToFrozenSet(StringComparer.OrdinalIgnoreCase);

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
        if (name.EndsWith(".ps1", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        if (CommandNames.IsPath(name))
        {
            return true;
        }

        if (name.Contains('\\', StringComparison.Ordinal))
        {
            return false;
        }

        // Get-X may be of a module that is not loaded yet.
        int dash = name.IndexOf('-', StringComparison.Ordinal);
        if (dash > 0 && s_verbs.Contains(name[..dash]))
        {
            return false;
        }

        CommandInfo? found =
            cmdlet.InvokeCommand.GetCommands(name, OfPowerShell, nameIsPattern: false).FirstOrDefault();
        return found is null
            || (found is AliasInfo alias && alias.Definition != name && IsNative(cmdlet, alias.Definition));
    }
}
