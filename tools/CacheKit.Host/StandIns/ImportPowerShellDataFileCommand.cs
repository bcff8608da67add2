using System.Management.Automation;
using System.Management.Automation.Language;

namespace Microsoft.PowerShell.Commands;

/// <summary>Stand-in for Import-PowerShellDataFile: reads the hashtable of a data file without running it.</summary>
[Cmdlet(VerbsData.Import, "PowerShellDataFile", DefaultParameterSetName = PathSet)]
public sealed class ImportPowerShellDataFileCommand : PathCommand
{
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = PathSet)]
    public string[] Path { get => Given; set => Given = value; }

    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath", "LP")]
    public string[] LiteralPath { get => Given; set => Given = value; }

    protected override void ProcessRecord()
    {
        foreach ((string path, ProviderInfo _) in Resolve())
        {
            ScriptBlockAst file = Parser.ParseFile(path, out Token[] _, out ParseError[] errors);
            Ast? found = file.Find(ast => ast is HashtableAst, searchNestedScriptBlocks: false);
            if (errors.Length == 0 && found is HashtableAst table)
            {
                WriteObject(table.SafeGetValue());
                continue;
            }

            PSInvalidOperationException invalid = new($"The file '{path}' is not a valid PowerShell data file.");
            WriteError(new ErrorRecord(invalid, "CouldNotParseAsPowerShellDataFile", ErrorCategory.InvalidData, path));
        }
    }
}
