using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Stand-in for Test-Path.</summary>
[Cmdlet(VerbsDiagnostic.Test, "Path", DefaultParameterSetName = PathSet)]
[OutputType(typeof(bool))]
public sealed class TestPathCommand : PathCommand
{
    [Parameter(
        Position = 0,
        Mandatory = true,
        ParameterSetName = PathSet,
        ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyCollection]
    [AllowEmptyString]
    public string[] Path { get => Given; set => Given = value; }

    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    [AllowNull]
    [AllowEmptyCollection]
    [AllowEmptyString]
    public string[] LiteralPath { get => Given; set => Given = value; }

    [Parameter]
    [Alias("Type")]
    public TestPathType PathType { get; set; } = TestPathType.Any;

    protected override void ProcessRecord()
    {
        foreach (string? path in Given ?? [])
        {
            WriteObject(!string.IsNullOrWhiteSpace(path) && Exists(path));
        }
    }

    private bool Exists(string path)
    {
        try
        {
            return InvokeProvider.Item.Exists(path, force: true, IsLiteral) && HasType(path);
        }
        catch (SessionStateException)
        {
            // A drive or provider that does not exist holds nothing.
            return false;
        }
    }

    private bool HasType(string path)
    {
        string exact = IsLiteral ? WildcardPattern.Escape(path) : path;
        return PathType == TestPathType.Any
            || InvokeProvider.Item.IsContainer(exact) == (PathType == TestPathType.Container);
    }
}
