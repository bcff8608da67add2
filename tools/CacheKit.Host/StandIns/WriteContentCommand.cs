using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Provider;
using System.Text;

namespace Microsoft.PowerShell.Commands;

/// <summary>Base of Set-Content and Add-Content.</summary>
public abstract class WriteContentCommand : PathCommand
{
    private readonly List<object?> _values = [];

    [Parameter(Position = 0, Mandatory = true, ParameterSetName = PathSet, ValueFromPipelineByPropertyName = true)]
    public string[] Path { get => Given; set => Given = value; }

    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    public string[] LiteralPath { get => Given; set => Given = value; }

    [Parameter(Position = 1, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyCollection]
    public object[]? Value { get; set; }

    [Parameter]
    public SwitchParameter NoNewline { get; set; }

    [Parameter]
    public SwitchParameter AsByteStream { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected abstract bool Append { get; }

    protected override void ProcessRecord()
    {
        _values.AddRange(Value ?? []);
    }

    protected override void EndProcessing()
    {
        foreach (string path in FindTargets())
        {
            if (!ShouldProcess(path, Append ? "Add Content" : "Set Content"))
            {
                continue;
            }

            SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
            if (IsFileSystem(provider))
            {
                WriteFile(GetFilePath(path));
            }
            else
            {
                WriteItem(path);
            }
        }
    }

    /// <summary>A plain path may name something new; a pattern means what is there.</summary>
    private IEnumerable<string> FindTargets()
    {
        foreach (string given in Given)
        {
            if (IsLiteral || !WildcardPattern.ContainsWildcardCharacters(given))
            {
                yield return given;
                continue;
            }

            Collection<PathInfo> found = Ask(() => SessionState.Path.GetResolvedPSPathFromPSPath(given));
            if (found.Count == 0)
            {
                ItemNotFoundException missing = new($"An object at the specified path {given} does not exist.");
                WriteError(new ErrorRecord(missing, "ItemNotFound", ErrorCategory.ObjectNotFound, given));
            }

            foreach (PathInfo path in found)
            {
                yield return path.Path;
            }
        }
    }

    private void WriteFile(string file)
    {
        byte[] bytes = AsByteStream
            ? LanguagePrimitives.ConvertTo<byte[]>(_values)
            : new UTF8Encoding(encoderShouldEmitUTF8Identifier: false).GetBytes(Text());
        FileMode mode = Append ? FileMode.Append : FileMode.Create;
        using FileStream stream = new(file, mode, FileAccess.Write, FileShare.Read);
        stream.Write(bytes);
    }

    private string Text()
    {
        string end = NoNewline ? "" : Environment.NewLine;
        return string.Concat(_values.Select(value => LanguagePrimitives.ConvertTo<string>(value) + end));
    }

    private void WriteItem(string path)
    {
        foreach (IContentWriter writer in Ask(() => InvokeProvider.Content.GetWriter([path], Force, literalPath: true)))
        {
            using (writer)
            {
                writer.Write(_values);
            }
        }
    }
}
