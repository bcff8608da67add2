using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Provider;

namespace Microsoft.PowerShell.Commands;

/// <summary>Stand-in for Get-Content. Lines come without the path properties that the original adds to each.</summary>
[Cmdlet(VerbsCommon.Get, "Content", DefaultParameterSetName = PathSet)]
public sealed class GetContentCommand : PathCommand
{
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = PathSet, ValueFromPipelineByPropertyName = true)]
    public string[] Path { get => Given; set => Given = value; }

    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    public string[] LiteralPath { get => Given; set => Given = value; }

    [Parameter]
    public SwitchParameter Raw { get; set; }

    [Parameter]
    public SwitchParameter AsByteStream { get; set; }

    [Parameter]
    [Alias("First", "Head")]
    public long TotalCount { get; set; } = -1;

    protected override void ProcessRecord()
    {
        foreach ((string path, ProviderInfo provider) in Resolve())
        {
            if (IsFileSystem(provider) && AsByteStream)
            {
                WriteObject(File.ReadAllBytes(path), enumerateCollection: !Raw);
            }
            else if (IsFileSystem(provider) && Raw)
            {
                WriteObject(File.ReadAllText(path));
            }
            else
            {
                WriteLines(path, provider);
            }
        }
    }

    private void WriteLines(string path, ProviderInfo provider)
    {
        string item = $"{provider.Name}::{path}";
        foreach (IContentReader reader in Ask(() => InvokeProvider.Content.GetReader([item], true, literalPath: true)))
        {
            using (reader)
            {
                for (long left = TotalCount; left != 0; left--)
                {
                    IList lines = reader.Read(1);
                    if (lines is not { Count: > 0 })
                    {
                        break;
                    }

                    WriteObject(lines, enumerateCollection: true);
                }
            }
        }
    }
}
