using System.Management.Automation.Runspaces;

namespace CacheKit.Host;

/// <summary>What the command line asks for, read as pwsh reads its own.</summary>
internal sealed record HostArguments
{
    /// <summary>The script to run; null when <see cref="Command"/> is given.</summary>
    public string? File { get; private init; }

    /// <summary>The text to run; null when <see cref="File"/> is given.</summary>
    public string? Command { get; private init; }

    /// <summary>The script's own arguments: named, switches and positional ones.</summary>
    public IReadOnlyList<CommandParameter> Parameters { get; private init; } = [];

    /// <summary>Whether the usage text was asked for.</summary>
    public bool Help { get; private init; }

    /// <summary>What is wrong with the command line, or null.</summary>
    public string? Error { get; private init; }

    public static HostArguments Parse(IReadOnlyList<string> args)
    {
        for (int i = 0; i < args.Count; i++)
        {
            IEnumerable<string> rest = args.Skip(i + 1);
            switch (args[i].ToUpperInvariant())
            {
                case "-NOPROFILE" or "-NOP" or "-NONINTERACTIVE" or "-NOLOGO":
                    break;
                case "-HELP" or "-H" or "-?" or "--HELP":
                    return new HostArguments { Help = true };
                case "-COMMAND" or "-C":
                    return ForCommand(string.Join(' ', rest));
                case "-FILE" or "-F":
                    return ForFile([.. rest]);
                case ['-', ..]:
                    return new HostArguments { Error = $"The option '{args[i]}' is not known." };
                default:
                    return ForFile([.. args.Skip(i)]);
            }
        }

        return new HostArguments { Error = "A script or -Command is needed." };
    }

    private static HostArguments ForCommand(string text)
    {
        return string.IsNullOrWhiteSpace(text)
            ? new HostArguments { Error = "-Command needs the text to run." }
            : new HostArguments { Command = text };
    }

    private static HostArguments ForFile(string[] args)
    {
        if (args.Length == 0)
        {
            return new HostArguments { Error = "-File needs the path of a script." };
        }

        string path = Path.GetFullPath(args[0]);
        return System.IO.File.Exists(path)
            ? new HostArguments { File = path, Parameters = [.. ReadParameters(args.Skip(1))] }
            : new HostArguments { Error = $"The script file '{args[0]}' does not exist." };
    }

    /// <summary>
    /// <c>-Name value</c> stays two parameters, for only the script's own parameters tell a switch from a named value;
    /// the engine pairs them when it binds. <c>-Name:value</c> is one.
    /// </summary>
    private static IEnumerable<CommandParameter> ReadParameters(IEnumerable<string> args)
    {
        foreach (string arg in args)
        {
            if (arg is not ['-', _, ..])
            {
                yield return new CommandParameter(null, arg);
                continue;
            }

            string[] parts = arg.Split(':', 2);
            yield return parts.Length == 1
                ? new CommandParameter(arg)
                : new CommandParameter(parts[0], ReadValue(parts[1]));
        }
    }

    private static object ReadValue(string text)
    {
        return text.ToUpperInvariant() switch
        {
            "TRUE" or "$TRUE" => true,
            "FALSE" or "$FALSE" => false,
            _ => text,
        };
    }
}
