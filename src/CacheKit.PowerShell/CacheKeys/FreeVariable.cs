using System.Management.Automation;

namespace CacheKit.CacheKeys;

/// <summary>Where the value of a free variable is found.</summary>
internal enum FreeVariableKind
{
    /// <summary>In the scopes that the block will see.</summary>
    Variable,

    /// <summary>In the process's environment.</summary>
    Environment,

    /// <summary>In the block: the file that it was written in.</summary>
    ScriptFile,

    /// <summary>On a drive whose content has no value identity: any but Env: and Variable:.</summary>
    Unreadable,
}

/// <summary>A variable that a block reads and does not surely assign before.</summary>
/// <param name="Kind">Where its value is found.</param>
/// <param name="Name">Its name there, with the scope if one was written.</param>
internal sealed record FreeVariable(FreeVariableKind Kind, string Name)
{
    /// <summary>Constants, and automatic variables that the engine sets anew for the block itself.</summary>
    private static readonly HashSet<string> s_bound = new(StringComparer.OrdinalIgnoreCase)
    {
        "true", "false", "null", "args", "input", "PSBoundParameters", "MyInvocation", "?", "^", "$", "Error",
        "StackTrace",
    };

    /// <summary>The variable as a user writes it.</summary>
    public string Display => Kind == FreeVariableKind.Environment ? $"$env:{Name}" : $"${Name}";

    /// <summary>Whether it is <c>$_</c>.</summary>
    public bool IsCurrentItem => Kind == FreeVariableKind.Variable && Name == CurrentItem.Name;

    /// <summary>Describes a variable that is read.</summary>
    /// <param name="path">The variable, as parsed.</param>
    /// <returns>Null when it is bound in every block.</returns>
    public static FreeVariable? Of(VariablePath path)
    {
        string name = path.UserPath;
        if (path.IsDriveQualified)
        {
            return path.DriveName.Equals("env", StringComparison.OrdinalIgnoreCase)
                ? new FreeVariable(FreeVariableKind.Environment, AfterScope(name))
                : new FreeVariable(FreeVariableKind.Unreadable, name);
        }

        // local: and private: name the block's own scope, where a value can only come from an assignment of its own.
        if (path.IsLocal || path.IsPrivate || s_bound.Contains(name))
        {
            return null;
        }

        bool isScriptFile = name.Equals("PSScriptRoot", StringComparison.OrdinalIgnoreCase)
            || name.Equals("PSCommandPath", StringComparison.OrdinalIgnoreCase);
        return new FreeVariable(
            isScriptFile ? FreeVariableKind.ScriptFile : FreeVariableKind.Variable,
            CurrentItem.IsNamed(name) ? CurrentItem.Name : name);
    }

    /// <summary>The name that an assignment makes known.</summary>
    /// <param name="path">The variable, as parsed.</param>
    public static string NameAssigned(VariablePath path) =>
        path.IsLocal || path.IsPrivate ? AfterScope(path.UserPath) : path.UserPath;

    private static string AfterScope(string name) => name[(name.IndexOf(':', StringComparison.Ordinal) + 1)..];
}
