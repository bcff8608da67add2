using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using System.Text.RegularExpressions;

namespace CacheKit.CacheKeys;

/// <summary>
/// Text that names a variable as an item of a drive: <c>env:X</c>, <c>variable:x</c>, and with the provider's name.
/// </summary>
internal static partial class NamedPath
{
    // Patterns, formats, and folders, of which these drives have none.
    private static readonly SearchValues<char> s_special = SearchValues.Create("*?[]{}/\\");

    private static readonly string[] s_beginnings =
        ["env:", "variable:", "environment::", "Microsoft.PowerShell.Core\\"];

    /// <summary>Reads the path of a variable.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="name">The variable; its name is empty for the drive itself.</param>
    /// <returns>Whether it is one.</returns>
    public static bool TryRead(string text, [NotNullWhen(true)] out VariableName? name)
    {
        name = null;
        if (!MayBe(text) || Pattern().Match(text) is not { Success: true } match)
        {
            return false;
        }

        bool isEnvironment = (match.Groups["drive"].ValueSpan[0] | 0x20) == 'e';
        string rest = match.Groups["name"].Value;
        name = isEnvironment || rest.Length == 0
            ? new VariableName(isEnvironment ? FreeVariableKind.Environment : FreeVariableKind.Variable, rest)
            : VariableName.Of(new VariablePath(rest));
        return name is not null;
    }

    /// <summary>Whether text may be such a path: most texts begin with none of the letters.</summary>
    /// <param name="text">Any text.</param>
    public static bool MayBe(string text) => text.Length > 0 && (text[0] | 0x20) is ('e' or 'v' or 'm');

    /// <summary>Whether text begins as the path of a variable does.</summary>
    /// <param name="text">Any text.</param>
    public static bool IsBegun(string text) => Pattern().IsMatch(text);

    /// <summary>Whether a variable is named as it is: by no pattern, and by no path below the drive.</summary>
    /// <param name="name">What follows the drive.</param>
    public static bool IsPlain(VariableName name) =>
        name.Name.Length > 0 && name.Name.AsSpan().IndexOfAny(s_special) < 0;

    /// <summary>Whether text may be a part of such a path that is put together: a drive, or its name.</summary>
    /// <param name="text">Any text.</param>
    public static bool IsPiece(string text) => PiecePattern().IsMatch(text);

    /// <summary>Whether text that begins in some way may become such a path.</summary>
    /// <param name="prefix">What it begins with.</param>
    public static bool MayBegin(string prefix) =>
        prefix.Length == 0
        || IsBegun(prefix)
        || s_beginnings.Any(each => each.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether text is the path of a function or an alias.</summary>
    /// <param name="text">Any text.</param>
    public static bool NamesCommand(string text) => CommandPattern().IsMatch(text);

    [GeneratedRegex(
        @"^(?:Microsoft\.PowerShell\.Core\\)?(?<drive>environment:|variable:|env|variable):[\\/]*(?<name>.*)$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Pattern();

    [GeneratedRegex(
        @"^(?:Microsoft\.PowerShell\.Core\\?)?(?:env|environment|variable):{0,2}[\\/.]*$"
        + "|(?:env|environment|variable)[:_;|]",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex PiecePattern();

    [GeneratedRegex(
        @"^(?:Microsoft\.PowerShell\.Core\\)?(?:function|alias):",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex CommandPattern();
}
