using Xunit;

namespace CacheKit.HelpBuilder.Tests;

/// <summary>
/// Each row changes one passage of the sample page, and names the place and the reason that must be told.
/// </summary>
public sealed class ParameterProblemTests
{
    public static TheoryData<string, string, string, string> SyntaxRows => new()
    {
        {
            "### ByObject\n\n```",
            "### ByObject\n\nText.\n\n```",
            "### ByObject",
            "parameter set 'ByObject' must have one code block with its syntax"
        },
        { "### ByObject\n", "### ByObject (Default)\n", "## SYNTAX", "only one parameter set can be the default" },
        {
            "Get-Tide -InputObject",
            "Get-Sea -InputObject",
            "Get-Sea -InputObject",
            "the syntax must start with 'Get-Tide'"
        },
        {
            "[[-Days] <int>]",
            "[[-Days] <int>",
            "Get-Tide [-Name] <string[]> [[-Days] <int> ",
            "the syntax cannot be read from '[[-Days] <int> [-Level <Level>...' on"
        },
        {
            " [<CommonParameters>]\n```\n\n### ByObject",
            " [-Extra]\n```\n\n### ByObject",
            " [-Extra]",
            "the syntax shows -Extra, which is not in section 'PARAMETERS'"
        },
        {
            " [<CommonParameters>]\n```\n\n### ByObject",
            " -InputObject <psobject>\n```\n\n### ByObject",
            " -InputObject <psobject>\n",
            "the syntax shows -InputObject, which is not in parameter set 'ByName'"
        },
        {
            "[-Name] <string[]>",
            "-Name <string[]>",
            "Get-Tide -Name",
            "the syntax shows -Name as named, its yaml says otherwise"
        },
        {
            "[[-Days] <int>]",
            "[-Days] <int>",
            "Get-Tide [-Name]",
            "the syntax shows -Days as required, its yaml says otherwise"
        },
        {
            "[-Format <string>] -Raw",
            "[-Format <string>] -Raw <bool>",
            "Get-Tide -InputObject",
            "the syntax shows -Raw with a value, but its type is System.Management.Automation.SwitchParameter"
        },
        { "[[-Days] <int>] ", "", "### -Days", "parameter -Days is missing in the syntax of 'ByName'" },
    };

    public static TheoryData<string, string, string, string> ExampleRows => new()
    {
        {
            "### Example 1: One",
            "Text.\n\n### Example 1: One",
            "Text.",
            "text of section 'EXAMPLES' must stand under the heading of an example"
        },
        {
            "```powershell\nGet-Tide Brest -Raw",
            "```\nGet-Tide Brest -Raw",
            "### Example 3",
            "'Example 3: Text first' has no code block marked powershell"
        },
        { "Get-Tide Brest -Raw\n", "", "### Example 3", "'Example 3: Text first' has an empty code block" },
        {
            "The text stands before the code.\n",
            "",
            "### Example 3",
            "'Example 3: Text first' does not say what its code shows"
        },
    };

    public static TheoryData<string, string, string, string> ParameterRows => new()
    {
        { "### -Days", "### Days", "### Days", "the heading of a parameter must be '### -<name>', not 'Days'" },
        { "### -Format", "### -Days", "### -Days\n\nHow times", "parameter -Days is described twice" },
        { "How many days.\n", "", "### -Days", "parameter -Days has no description" },
        {
            "```yaml\nType: System.Int32",
            "```\nType: System.Int32",
            "### -Days",
            "parameter -Days must have one yaml block; it has 0"
        },
        {
            "Type: System.Int32\n",
            "Type: System.Int32\nRequired: true\n",
            "Required: true",
            "the yaml of -Days has an unknown key 'Required'"
        },
        { "Type: System.Int32\n", "", "DefaultValue: 1", "the yaml of -Days lacks 'Type'" },
        {
            "Type: System.Int32\n",
            "Type: [System.Int32]\n",
            "Type: [System.Int32]",
            "the yaml of -Days: 'Type' must be a single value"
        },
        {
            "Type: System.Int32\n",
            "Type: 'System.Int32\n",
            "Type: 'System.Int32",
            "the yaml of -Days is not valid yaml: "
        },
        {
            "Type: System.Int32\n",
            "Type: System.Int32\nType: System.Int32\n",
            "Type: System.Int32\nDefault",
            "the yaml of -Days is not valid yaml: "
        },
        {
            "SupportsWildcards: true",
            "SupportsWildcards: yes",
            "SupportsWildcards: yes",
            "the yaml of -Name: 'SupportsWildcards' is 'yes', expected true or false"
        },
        {
            "Aliases:\n- Water\n- Kind\n",
            "Aliases: Water\n",
            "Aliases: Water",
            "the yaml of -Level: 'Aliases' must be a list"
        },
        { "- Kind\n", "- a: b\n", "- a: b", "the yaml of -Level: 'Aliases' has an item that is not a text" },
        {
            "  Position: 1\n",
            "  Position: first\n",
            "  Position: first",
            "the yaml of -Days, 'ParameterSets' item: 'Position' is 'first', expected a number or Named"
        },
        {
            "  Position: 1\n",
            "",
            "- Name: ByName\n  IsRequired",
            "the yaml of -Days, 'ParameterSets' item lacks 'Position'"
        },
        {
            "  Position: 1\n",
            "  Position: 1\n  Extra: 1\n",
            "  Extra: 1",
            "the yaml of -Days, 'ParameterSets' item has an unknown key 'Extra'"
        },
        {
            "- Name: ByName\n  Position: 1\n",
            "- Name: ByDay\n  Position: 1\n",
            "### -Days",
            "parameter -Days is said to be in 'ByDay', which SYNTAX lacks"
        },
    };

    [Theory]
    [MemberData(nameof(SyntaxRows))]
    [MemberData(nameof(ExampleRows))]
    [MemberData(nameof(ParameterRows))]
    public void Help_a_parameter_error_is_reported_with_its_line(
        string passage, string replacement, string place, string reason)
    {
        SamplePage.AssertProblem(SamplePage.Edit(passage, replacement), place, reason);
    }
}
