using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace CacheKit.Host;

/// <summary>Writes the streams of a script as plain text lines and reads answers from a reader.</summary>
public sealed class ScriptConsole : PSHostUserInterface
{
    private readonly TextWriter _output;
    private readonly TextWriter _errors;
    private readonly TextReader? _input;

    /// <summary>Creates a console over the writers and, when somebody can answer questions, a reader.</summary>
    public ScriptConsole(TextWriter output, TextWriter errors, TextReader? input = null)
    {
        // One lock per writer: background runspaces write lines at the same time.
        _output = TextWriter.Synchronized(output);
        _errors = TextWriter.Synchronized(errors);
        _input = input;
    }

    /// <inheritdoc/>
    public override PSHostRawUserInterface RawUI { get; } = new ScriptConsoleSize();

    /// <inheritdoc/>
    public override bool SupportsVirtualTerminal => false;

    /// <inheritdoc/>
    public override string ReadLine()
    {
        return _input?.ReadLine() ?? throw NobodyAnswers();
    }

    /// <inheritdoc/>
    public override SecureString ReadLineAsSecureString()
    {
        SecureString secret = new();
        foreach (char character in ReadLine())
        {
            secret.AppendChar(character);
        }

        secret.MakeReadOnly();
        return secret;
    }

    /// <inheritdoc/>
    public override void Write(string value)
    {
        _output.Write(Plain(value));
    }

    /// <inheritdoc/>
    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value)
    {
        _output.Write(Plain(value));
    }

    /// <inheritdoc/>
    public override void WriteLine(string value)
    {
        _output.WriteLine(Plain(value));
    }

    /// <inheritdoc/>
    public override void WriteErrorLine(string value)
    {
        _errors.WriteLine(Plain(value));
    }

    /// <inheritdoc/>
    public override void WriteWarningLine(string message)
    {
        _output.WriteLine($"WARNING: {message}");
    }

    /// <inheritdoc/>
    public override void WriteVerboseLine(string message)
    {
        _output.WriteLine($"VERBOSE: {message}");
    }

    /// <inheritdoc/>
    public override void WriteDebugLine(string message)
    {
        _output.WriteLine($"DEBUG: {message}");
    }

    /// <inheritdoc/>
    public override void WriteProgress(long sourceId, ProgressRecord record)
    {
        // Progress is for a screen; lines of text have no place for it.
    }

    /// <inheritdoc/>
    public override Dictionary<string, PSObject> Prompt(
        string caption,
        string message,
        Collection<FieldDescription> descriptions)
    {
        throw NobodyAnswers();
    }

    /// <inheritdoc/>
    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName)
    {
        throw NobodyAnswers();
    }

    /// <inheritdoc/>
    public override PSCredential PromptForCredential(
        string caption,
        string message,
        string userName,
        string targetName,
        PSCredentialTypes allowedCredentialTypes,
        PSCredentialUIOptions options)
    {
        throw NobodyAnswers();
    }

    /// <inheritdoc/>
    public override int PromptForChoice(
        string caption,
        string message,
        Collection<ChoiceDescription> choices,
        int defaultChoice)
    {
        ArgumentNullException.ThrowIfNull(choices);
        _output.WriteLine(caption);
        _output.WriteLine(message);
        List<string> keys = [.. choices.Select((choice, index) => HotKey(choice.Label, index))];
        IEnumerable<string> menu = choices.Zip(keys, (choice, key) => $"[{key}] {Name(choice)}");
        while (true)
        {
            _output.Write($"{string.Join("  ", menu)}: ");
            string answer = ReadLine().Trim();
            if (answer.Length == 0 && defaultChoice >= 0)
            {
                return defaultChoice;
            }

            int chosen = keys.FindIndex(key => key.Equals(answer, StringComparison.OrdinalIgnoreCase));
            if (chosen >= 0)
            {
                return chosen;
            }
        }
    }

    /// <summary>The engine leaves it to the host to take colours out.</summary>
    private static string Plain(string value)
    {
        return GetOutputString(value, supportsVirtualTerminal: false);
    }

    private static string Name(ChoiceDescription choice)
    {
        return choice.Label.Replace("&", "", StringComparison.Ordinal);
    }

    private static string HotKey(string label, int index)
    {
        int mark = label.IndexOf('&', StringComparison.Ordinal);
        return mark >= 0 && mark < label.Length - 1
            ? label.Substring(mark + 1, 1).ToUpperInvariant()
            : index.ToString(CultureInfo.InvariantCulture);
    }

    private static HostException NobodyAnswers()
    {
        return new HostException("The script asks for an answer, and nobody is there to give it.");
    }
}
