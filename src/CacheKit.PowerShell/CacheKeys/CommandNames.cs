using System.Management.Automation.Language;

namespace CacheKit.CacheKeys;

/// <summary>Commands as they are written in a script, known by PowerShell's own names and aliases.</summary>
internal static class CommandNames
{
    private static readonly Dictionary<string, string> s_aliases = new(StringComparer.OrdinalIgnoreCase)
    {
        ["%"] = "ForEach-Object", ["foreach"] = "ForEach-Object",
        ["sal"] = "Set-Alias", ["nal"] = "New-Alias", ["sv"] = "Set-Variable", ["set"] = "Set-Variable",
        ["nv"] = "New-Variable", ["ndr"] = "New-PSDrive", ["mount"] = "New-PSDrive",
        ["gv"] = "Get-Variable", ["rv"] = "Remove-Variable", ["iex"] = "Invoke-Expression",
        ["icm"] = "Invoke-Command", ["sajb"] = "Start-Job", ["gmo"] = "Get-Module", ["ipmo"] = "Import-Module",
        ["nmo"] = "New-Module",
        ["gi"] = "Get-Item", ["gci"] = "Get-ChildItem", ["dir"] = "Get-ChildItem", ["ls"] = "Get-ChildItem",
        ["gc"] = "Get-Content", ["cat"] = "Get-Content", ["type"] = "Get-Content", ["gp"] = "Get-ItemProperty",
        ["gpv"] = "Get-ItemPropertyValue", ["rvpa"] = "Resolve-Path", ["cvpa"] = "Convert-Path",
        ["cd"] = "Set-Location", ["chdir"] = "Set-Location", ["sl"] = "Set-Location", ["pushd"] = "Push-Location",
        ["cp"] = "Copy-Item", ["copy"] = "Copy-Item", ["cpi"] = "Copy-Item",
        ["mv"] = "Move-Item", ["move"] = "Move-Item", ["mi"] = "Move-Item",
        ["ri"] = "Remove-Item", ["rm"] = "Remove-Item", ["del"] = "Remove-Item", ["erase"] = "Remove-Item",
        ["rd"] = "Remove-Item", ["rmdir"] = "Remove-Item", ["rni"] = "Rename-Item", ["ren"] = "Rename-Item",
        ["echo"] = "Write-Output", ["write"] = "Write-Output",
    };

    // What commands work on that read from any drive.
    private static readonly HashSet<string> s_itemNouns = new(StringComparer.OrdinalIgnoreCase)
    {
        "Item", "ChildItem", "Content", "ItemProperty", "ItemPropertyValue", "Path", "Location", "PSDrive", "Acl",
    };

    // Get-X may be written X.
    private static readonly HashSet<string> s_implied = new(StringComparer.OrdinalIgnoreCase)
    {
        "Variable", "Item", "ChildItem", "Content", "ItemProperty", "ItemPropertyValue", "Module", "Location",
    };

    private static readonly HashSet<string> s_runners = new(StringComparer.OrdinalIgnoreCase)
    {
        "ForEach-Object", "Where-Object", "where", "?", "Sort-Object", "sort", "Select-Object", "select",
        "Group-Object", "group", "Measure-Object", "measure", "Measure-Command", "Invoke-Command", "Compare-Object",
        "Format-Table", "ft", "Format-List", "fl", "Format-Wide", "fw", "Format-Custom", "fc", "Start-Job",
        "Start-ThreadJob", "Invoke-SecureCached", "Invoke-Cached", "Use-CacheKitSession",
    };

    // Parameters without a value, of all commands that are looked at here: what follows them is another argument.
    private static readonly HashSet<string> s_switches = new(StringComparer.OrdinalIgnoreCase)
    {
        "Verbose", "vb", "Debug", "db", "WhatIf", "wi", "Confirm", "cf", "ValueOnly", "Force", "Recurse", "PassThru",
        "AsJob", "UseNewRunspace", "Raw", "Directory", "File", "Hidden", "ReadOnly", "System", "Resolve", "IsValid",
        "NoNewScope", "Parent", "Leaf", "LeafBase", "Extension", "Qualifier", "NoQualifier", "IsAbsolute",
        "RunAs32", "InDisconnectedSession", "HideComputerName", "Strict",
    };

    // From 7.0 on, the first begins names of its own; pa, par, ... all mean -Parallel.
    private static readonly string[] s_remoteParameters =
    [
        "ComputerName", "Cn", "Session", "HostName", "VMId", "VMName", "ContainerId", "ConnectionUri", "SSHConnection",
    ];

    /// <summary>The name of a command, without the module, and for PowerShell's own aliases the command's.</summary>
    /// <param name="command">The command.</param>
    /// <returns>Empty when the name is computed.</returns>
    public static string NameOf(CommandAst command)
    {
        string name = command.GetCommandName() ?? string.Empty;
        name = name[(name.LastIndexOf('\\') + 1)..];
        return s_implied.Contains(name) ? $"Get-{name}" : s_aliases.GetValueOrDefault(name, name);
    }

    /// <summary>Whether a command has one of some names.</summary>
    /// <param name="command">The command.</param>
    /// <param name="names">The names.</param>
    public static bool Is(CommandAst command, params ReadOnlySpan<string> names) =>
        IsOneOf(NameOf(command), names);

    /// <summary>Whether a command is ForEach-Object.</summary>
    /// <param name="command">The command.</param>
    public static bool IsForEachObject(CommandAst command) => Is(command, "ForEach-Object");

    /// <summary>Whether a command reads what a path names, on any drive.</summary>
    /// <param name="command">The command.</param>
    public static bool ReadsItems(CommandAst command)
    {
        string name = NameOf(command);
        return s_itemNouns.Contains(name[(name.IndexOf('-', StringComparison.Ordinal) + 1)..])
            || name.Equals("Select-String", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Whether a command passes text on, or shows it, without reading what it names.</summary>
    /// <param name="command">The command.</param>
    public static bool Writes(CommandAst command)
    {
        string name = NameOf(command);
        return name.StartsWith("Write-", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("Out-", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Whether a command surely runs a block that it is given there and then, and where it stands.</summary>
    /// <param name="command">The command.</param>
    public static bool RunsItsBlocks(CommandAst command) => s_runners.Contains(NameOf(command));

    /// <summary>Whether the name of a command is the path of a file: <c>M\x</c> is command x of module M.</summary>
    /// <param name="name">The name.</param>
    public static bool IsPath(string name)
    {
        int separator = name.AsSpan().IndexOfAny('/', '\\');
        return separator >= 0
            && (name[separator] == '/' || separator == 0 || name[0] is '.' or '~' || name[separator - 1] == ':');
    }

    /// <summary>Whether text may be such a name: most texts begin with none of the letters.</summary>
    /// <param name="text">Any text.</param>
    public static bool MayReadByName(string text) => text.Length > 0 && (text[0] | 0x20) is ('g' or 'i' or 'm' or 'r');

    /// <summary>Whether a name is that of a command that reads variables by their names, or runs text.</summary>
    /// <param name="name">The name.</param>
    public static bool ReadsByName(string name)
    {
        name = name[(name.LastIndexOf('\\') + 1)..];
        string full = s_implied.Contains(name) ? $"Get-{name}" : s_aliases.GetValueOrDefault(name, name);
        return !name.Equals("Variable", StringComparison.OrdinalIgnoreCase)
            && (full.Equals("Get-Variable", StringComparison.OrdinalIgnoreCase)
                || full.Equals("Remove-Variable", StringComparison.OrdinalIgnoreCase)
                || full.Equals("Invoke-Expression", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Whether a command may silence failures in a block that it is given.</summary>
    /// <param name="command">The command.</param>
    public static bool SilencesItsBlocks(CommandAst command) =>
        SilencesErrors(command)
        && command.CommandElements.Any(static element => element is not (ConstantExpressionAst or CommandParameterAst));

    /// <summary>Whether a command is told not to show its errors.</summary>
    /// <param name="command">The command.</param>
    public static bool SilencesErrors(CommandAst command) =>
        ArgumentsOf(command).Any(static argument => argument.Parameter is { } name
            && (name.Equals("ea", StringComparison.OrdinalIgnoreCase)
                || (name.Length > 5 && "ErrorAction".StartsWith(name, StringComparison.OrdinalIgnoreCase)))
            && (argument.Value as StringConstantExpressionAst)?.Value.ToUpperInvariant() is not ("STOP" or "CONTINUE"));

    /// <summary>
    /// Whether a command takes the values for <c>$using:</c> from where it is called, and runs its block elsewhere.
    /// </summary>
    /// <param name="command">The command.</param>
    public static bool TakesUsingAlong(CommandAst command) =>
        Is(command, "Start-Job", "Start-ThreadJob")
        || (IsForEachObject(command) && ArgumentsOf(command).Any(static argument =>
            argument.Parameter is { Length: > 1 } name
            && "Parallel".StartsWith(name, StringComparison.OrdinalIgnoreCase)))
        || (Is(command, "Invoke-Command") && ArgumentsOf(command).Any(static argument =>
            argument.Parameter is { Length: > 1 } name
            && s_remoteParameters.Any(each => each.StartsWith(name, StringComparison.OrdinalIgnoreCase))));

    /// <summary>The arguments of a command, each with the parameter that is written before it.</summary>
    /// <param name="command">The command.</param>
    public static IEnumerable<(string? Parameter, ExpressionAst Value)> ArgumentsOf(CommandAst command)
    {
        string? parameter = null;
        foreach (CommandElementAst element in command.CommandElements.Skip(1))
        {
            if (element is CommandParameterAst named)
            {
                bool hasNoValue = named.Argument is null && s_switches.Contains(named.ParameterName);
                parameter = named.Argument is null && !hasNoValue ? named.ParameterName : null;
                if (named.Argument is not null)
                {
                    yield return (named.ParameterName, named.Argument);
                }
            }
            else
            {
                yield return (parameter, (ExpressionAst)element);
                parameter = null;
            }
        }
    }

    /// <summary>Whether a command gets objects from one before it in its pipeline.</summary>
    /// <param name="command">The command.</param>
    public static bool IsFed(CommandAst command) =>
        command.Parent is PipelineAst pipeline && pipeline.PipelineElements[0] != command;

    /// <summary>Reads the constant texts of an argument.</summary>
    /// <param name="value">The argument.</param>
    /// <param name="texts">Takes them.</param>
    /// <returns>Whether it is nothing but constants.</returns>
    public static bool TryReadTexts(Ast value, List<string> texts)
    {
        switch (value)
        {
            case StringConstantExpressionAst text:
                texts.Add(text.Value);
                return true;
            case ConstantExpressionAst constant:
                texts.Add(constant.Extent.Text);
                return true;
            case ArrayLiteralAst several:
                return several.Elements.All(each => TryReadTexts(each, texts));
            case ParenExpressionAst { Pipeline: PipelineAst pipeline } when pipeline.GetPureExpression() is { } inner:
                return TryReadTexts(inner, texts);
            case ArrayExpressionAst { SubExpression.Statements: { } statements }:
                return statements.All(statement => statement is PipelineAst pipeline
                    && pipeline.GetPureExpression() is { } inner && TryReadTexts(inner, texts));
            default:
                return false;
        }
    }

    /// <summary>Whether text is one of some names, in any case.</summary>
    /// <param name="text">The text, or null.</param>
    /// <param name="names">The names.</param>
    public static bool IsOneOf(string? text, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (string.Equals(text, name, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
