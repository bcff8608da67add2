using System.Management.Automation;
using System.Management.Automation.Runspaces;
using CacheKit.HelpBuilder.Writing;
using Xunit;

namespace CacheKit.HelpBuilder.Tests;

/// <summary>What the real Get-Help makes of the help file.</summary>
public sealed class GetHelpTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cachekit-help-").FullName;
    private readonly Runspace _runspace;

    public GetHelpTests()
    {
        string help = Path.Combine(_folder, SamplePage.HelpFile);
        using (StreamWriter writer = new(help))
        {
            MamlWriter.Write([SamplePage.Read()], writer);
        }

        InitialSessionState state = InitialSessionState.CreateDefault2();
        _runspace = RunspaceFactory.CreateRunspace(state);
        _runspace.Open();
        Invoke($$"""
            # .ExternalHelp {{help}}
            function global:Get-Tide { [CmdletBinding()] param($Name) }
            """);
    }

    [Fact]
    public void Help_synopsis_and_description_are_shown()
    {
        Assert.Equal("Gets high & low water of a harbour.", Text("(Get-Help Get-Tide).Synopsis"));
        Assert.Equal("5", Text("(Get-Help Get-Tide).Description.Count"));
        Assert.Equal("Two kinds of lists:", Text("(Get-Help Get-Tide).Description[1].Text"));
    }

    [Fact]
    public void Help_example_code_is_shown_as_code()
    {
        Assert.Equal("3", Text("(Get-Help Get-Tide -Examples).Examples.Example.Count"));
        Assert.Equal(
            "Get-Tide -Name 'Brest' |\n    Where-Object { $_.Level -lt 2 }",
            Text("(Get-Help Get-Tide -Examples).Examples.Example[0].Code"));
        Assert.Equal("Gets <low> water.", Text("(Get-Help Get-Tide -Examples).Examples.Example[0].Remarks[0].Text"));
        Assert.Equal(
            "The text stands before the code.\n\n",
            Raw("(Get-Help Get-Tide -Examples).Examples.Example[2].Introduction[0].Text"));
    }

    [Fact]
    public void Help_a_parameter_is_found_by_its_name()
    {
        Assert.Equal("Which water.", Text("(Get-Help Get-Tide -Parameter Level).Description[0].Text"));
        Assert.Equal("High", Text("(Get-Help Get-Tide -Parameter Level).DefaultValue"));
        Assert.Equal("Water, Kind", Text("(Get-Help Get-Tide -Parameter Level).Aliases"));
        Assert.Equal("Level", Text("(Get-Help Get-Tide -Parameter Level).ParameterValue"));
        Assert.Equal("true", Text("(Get-Help Get-Tide -Parameter Name).Required"));
        Assert.Equal("6", Text("(Get-Help Get-Tide -Parameter *).Count"));
    }

    [Fact]
    public void Help_syntax_shows_both_forms_and_the_accepted_values()
    {
        Assert.Equal("2", Text("(Get-Help Get-Tide).Syntax.SyntaxItem.Count"));
        const string Group = "(Get-Help Get-Tide).Syntax.SyntaxItem[0].Parameter[2].ParameterValueGroup";
        Assert.Equal("High | Low", Text($"{Group}.ParameterValue -join ' | '"));
    }

    [Fact]
    public void Help_the_first_related_link_is_the_online_page()
    {
        Assert.Equal(
            "https://example.com/tides/docs/Get-Tide.md",
            Text("(Get-Help Get-Tide).RelatedLinks.NavigationLink[0].Uri"));
    }

    public void Dispose()
    {
        _runspace.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string Text(string script) => Raw(script).Trim().ReplaceLineEndings("\n");

    private string Raw(string script) => Assert.Single(Invoke(script)).ToString();

    private ICollection<PSObject> Invoke(string script)
    {
        using PowerShell shell = PowerShell.Create(_runspace);
        ICollection<PSObject> results = shell.AddScript(script).Invoke();
        Assert.Empty(shell.Streams.Error);
        return results;
    }
}
