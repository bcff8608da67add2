using System.Management.Automation;
using System.Text.RegularExpressions;

namespace CacheKit.PowerShell.Tests.PesterStandIn;

/// <summary>
/// Runs the script blocks of a test file in the scopes that Pester gives them. A block is one scope: its BeforeAll is
/// dot-sourced there, and everything inside runs in scopes below. A test is one scope, shared with its BeforeEach and
/// AfterEach. The odd variable names keep out of the way of the tests, which see them.
/// </summary>
internal static partial class PesterScopes
{
    private static readonly ScriptBlock s_body = ScriptBlock.Create("""
        param($______item, $______data)
        . $______item.Body @______data
        """);

    private static readonly ScriptBlock s_block = ScriptBlock.Create("""
        param($______item, $______drive, $______data)
        try {
            foreach ($______hook in $______item.Hooks['BeforeAll']) { . $______hook @______data }
            $______item.RunChildren($______drive)
        } catch {
            $______item.Fail($_)
        }
        try {
            foreach ($______hook in $______item.Hooks['AfterAll']) { . $______hook @______data }
        } catch {
            $______item.Fail($_)
        }
        """);

    private static readonly ScriptBlock s_test = ScriptBlock.Create("""
        param($______item, $______data)
        try {
            foreach ($______hook in $______item.Setups) { . $______hook @______data }
            . $______item.Body @______data
        } catch {
            $______item.Fail($_)
        }
        try {
            foreach ($______hook in $______item.Teardowns) { . $______hook @______data }
        } catch {
            $______item.Fail($_)
        }
        """);

    /// <summary>Runs the body of a block, for discovery.</summary>
    public static void Discover(PesterBlock block)
    {
        s_body.InvokeWithContext(null, block.Data.CreateVariables(), block, block.Arguments);
    }

    public static void RunBlock(PesterBlock block, TestDrive drive)
    {
        s_block.InvokeWithContext(null, block.Data.CreateVariables(), block, drive, block.Arguments);
    }

    public static void RunTest(PesterTest test)
    {
        s_test.InvokeWithContext(null, test.Data.CreateVariables(), test, test.Arguments);
    }

    /// <summary>Fills the templates of a name, such as <c>&lt;_&gt;</c> and <c>&lt;key.Property&gt;</c>.</summary>
    public static string ExpandName(string name, PesterData data)
    {
        if (!name.Contains('<', StringComparison.Ordinal))
        {
            return name;
        }

        string escaped = SpecialCharacter().Replace(name, "`$0");
        ScriptBlock expand = ScriptBlock.Create($"\"{Template().Replace(escaped, "$$($$$1)")}\"");
        return string.Concat(expand.InvokeWithContext(null, data.CreateVariables()));
    }

    [GeneratedRegex("[$\"]")]
    private static partial Regex SpecialCharacter();

    [GeneratedRegex("(?<!`)<([^>^`]+)>")]
    private static partial Regex Template();
}
