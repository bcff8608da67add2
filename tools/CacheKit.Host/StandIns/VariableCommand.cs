using System.Management.Automation;
using CacheKit.Host;

namespace Microsoft.PowerShell.Commands;

/// <summary>Base of the stand-ins for variables.</summary>
public abstract class VariableCommand : PSCmdlet
{
    [Parameter]
    public string? Scope { get; set; }

    /// <summary>The variables that the names, which may hold wildcards, mean; a plain name must exist.</summary>
    private protected List<PSVariable> Find(IEnumerable<string> names)
    {
        List<PSVariable> found = [];
        foreach (string name in names)
        {
            if (WildcardPattern.ContainsWildcardCharacters(name))
            {
                found.AddRange(InvokeProvider.Item.Get($"Variable:{name}").Select(item => (PSVariable)item.BaseObject));
            }
            else if (FindOne(name) is { } variable)
            {
                found.Add(variable);
            }
            else
            {
                ItemNotFoundException missing = new($"Cannot find a variable with the name '{name}'.");
                WriteError(new ErrorRecord(missing, "VariableNotFound", ErrorCategory.ObjectNotFound, name));
            }
        }

        return found;
    }

    private protected PSVariable? FindOne(string name)
    {
        return Scope is null
            ? SessionState.PSVariable.Get(name)
            : EngineInternals.GetVariable(SessionState.PSVariable, name, Scope);
    }
}
