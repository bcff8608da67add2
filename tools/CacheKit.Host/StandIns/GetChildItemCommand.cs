using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Stand-in for Get-ChildItem. -Filter is matched against names here, not handed to the file system.</summary>
[Cmdlet(VerbsCommon.Get, "ChildItem", DefaultParameterSetName = PathSet)]
public sealed class GetChildItemCommand : PathCommand
{
    [Parameter(
        Position = 0,
        ParameterSetName = PathSet,
        ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true)]
    public string[] Path { get => Given; set => Given = value; }

    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    public string[] LiteralPath { get => Given; set => Given = value; }

    [Parameter(Position = 1)]
    public string? Filter { get; set; }

    [Parameter]
    [Alias("s")]
    public SwitchParameter Recurse { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    [Parameter]
    public SwitchParameter Name { get; set; }

    [Parameter]
    [Alias("ad")]
    public SwitchParameter Directory { get; set; }

    [Parameter]
    [Alias("af")]
    public SwitchParameter File { get; set; }

    protected override void ProcessRecord()
    {
        foreach (string path in Given)
        {
            foreach (PSObject item in Ask(() => InvokeProvider.ChildItem.Get([path], Recurse, Force, IsLiteral)))
            {
                if (IsWanted(item))
                {
                    WriteObject(Name ? GetName(item) : item);
                }
            }
        }
    }

    private static string GetName(PSObject item)
    {
        return (string)item.Properties["PSChildName"].Value;
    }

    private bool IsWanted(PSObject item)
    {
        bool isContainer = LanguagePrimitives.IsTrue(item.Properties["PSIsContainer"]?.Value);
        if ((File && isContainer) || (Directory && !isContainer))
        {
            return false;
        }

        return Filter is null || WildcardPattern.Get(Filter, WildcardOptions.IgnoreCase).IsMatch(GetName(item));
    }
}
