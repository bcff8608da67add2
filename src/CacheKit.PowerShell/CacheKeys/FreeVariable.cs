using System.Management.Automation;
using System.Management.Automation.Language;

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

    /// <summary>
    /// Among the values that <c>ForEach-Object -Parallel</c>, a job or a remote command took along for <c>$using:</c>.
    /// </summary>
    Using,
}

/// <summary>The name of a variable, compared as PowerShell compares it.</summary>
/// <param name="kind">Where its value is found.</param>
/// <param name="name">Its name there, with the scope if one was written.</param>
internal readonly struct VariableName(FreeVariableKind kind, string name) : IEquatable<VariableName>
{
    /// <summary>Where its value is found.</summary>
    public readonly FreeVariableKind Kind = kind;

    /// <summary>Its name there, with the scope if one was written.</summary>
    public readonly string Name = name;

    // On Unix, http_proxy and HTTP_PROXY are two variables.
    private StringComparer Comparer => Kind == FreeVariableKind.Environment && !OperatingSystem.IsWindows()
        ? StringComparer.Ordinal
        : StringComparer.OrdinalIgnoreCase;

    /// <summary>Names the variable of a path: <c>$env:X</c> and <c>$X</c> are two.</summary>
    /// <param name="path">The variable, as parsed.</param>
    /// <returns>Null when it lies on a drive that is neither Env: nor Variable:.</returns>
    public static VariableName? Of(VariablePath path)
    {
        string name = path.UserPath;
        if (path.IsDriveQualified)
        {
            return path.DriveName.Equals("env", StringComparison.OrdinalIgnoreCase)
                ? new VariableName(FreeVariableKind.Environment, AfterScope(name))
                : null;
        }

        if (name.StartsWith("variable:", StringComparison.OrdinalIgnoreCase))
        {
            return Of(new VariablePath(AfterScope(name)));
        }

        name = path.IsLocal || path.IsPrivate ? AfterScope(name) : name;
        bool isScriptFile = name.Equals("PSScriptRoot", StringComparison.OrdinalIgnoreCase)
            || name.Equals("PSCommandPath", StringComparison.OrdinalIgnoreCase);
        return new VariableName(
            isScriptFile ? FreeVariableKind.ScriptFile : FreeVariableKind.Variable,
            CurrentItem.IsNamed(name) ? CurrentItem.Name : name);
    }

    /// <inheritdoc/>
    public bool Equals(VariableName other) => Kind == other.Kind && Comparer.Equals(Name, other.Name);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is VariableName other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Comparer.GetHashCode(Name));

    private static string AfterScope(string name) => name[(name.IndexOf(':', StringComparison.Ordinal) + 1)..];
}

/// <summary>A variable that a block reads and does not surely assign before.</summary>
/// <param name="name">Its name.</param>
/// <param name="place">Where it is read first, or null.</param>
/// <param name="unlessNative">
/// Commands that have surely run before, one of which sets the variable if it is a native command: for
/// <c>$LASTEXITCODE</c>.
/// </param>
internal sealed class FreeVariable(VariableName name, IScriptExtent? place, string[] unlessNative)
{
    /// <summary>Where its value is found.</summary>
    public readonly FreeVariableKind Kind = name.Kind;

    /// <summary>Its name there, with the scope if one was written.</summary>
    public readonly string Name = name.Name;

    /// <summary>Where it is read first, or null.</summary>
    public readonly IScriptExtent? Place = place;

    /// <summary>The commands after which it is none, if one of them is a native command.</summary>
    public readonly string[] UnlessNative = unlessNative;

    /// <summary>The variable as a user writes it.</summary>
    public string Display => Kind switch
    {
        FreeVariableKind.Environment => $"$env:{Name}",
        FreeVariableKind.Using => Name,
        _ => $"${Name}",
    };

    /// <summary>Whether it is <c>$_</c>.</summary>
    public bool IsCurrentItem => Kind == FreeVariableKind.Variable && Name == CurrentItem.Name;
}
