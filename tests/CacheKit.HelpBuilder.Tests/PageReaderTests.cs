using CacheKit.HelpBuilder.Model;
using Xunit;

namespace CacheKit.HelpBuilder.Tests;

public sealed class PageReaderTests
{
    private readonly CommandPage _page = SamplePage.Read();

    [Fact]
    public void Help_the_page_header_is_read()
    {
        Assert.Equal("Get-Tide", _page.Name);
        Assert.Equal("Get", _page.Verb);
        Assert.Equal("Tide", _page.Noun);
        Assert.Equal("Tides-Help.xml", _page.ExternalHelpFile);
        Assert.Equal("https://example.com/tides/docs/Get-Tide.md", _page.HelpUri);
        Assert.Equal("Gets high & low water of a harbour.", _page.Synopsis);
    }

    [Fact]
    public void Help_the_description_has_one_text_for_each_paragraph_list_and_table()
    {
        Assert.Equal(
            [
                "Reads the tables of a harbour (https://example.com/harbours), see Set-Tide. "
                    + "<name> & \"quotes\" stay what they are.",
                "Two kinds of lists:",
                "- first, which goes on in a second line\n- second\n  - nested",
                "1. one\n2. two",
                "Level  Meaning\n-----  ---------\nHigh   max water\nLow    least",
            ],
            _page.Description);
    }

    [Fact]
    public void Help_syntax_has_one_form_for_each_parameter_set()
    {
        Assert.Equal(["ByName", "ByObject"], _page.Syntax.Select(form => form.SetName));
        Assert.Equal([true, false], _page.Syntax.Select(form => form.IsDefault));
        Assert.Equal(
            ["Name string[] required positional", "Days int positional", "Level Level", "Format string", "Raw"],
            _page.Syntax[0].Parameters.Select(Shown));
        Assert.Equal(
            ["InputObject psobject required", "Level Level", "Format string", "Raw required"],
            _page.Syntax[1].Parameters.Select(Shown));
    }

    [Fact]
    public void Help_parameters_match_their_YAML()
    {
        Assert.Equal(
            ["Days", "Format", "InputObject", "Level", "Name", "Raw"],
            _page.Parameters.Select(parameter => parameter.Name));
        CommandParameter level = _page.Parameters[3];
        Assert.Equal(["Which water.", "- High, the default\n- Low"], level.Description);
        Assert.Equal("Tides.Level", level.TypeName);
        Assert.Equal("High", level.DefaultValue);
        Assert.Equal(["Water", "Kind"], level.Aliases);
        Assert.Equal(["High", "Low"], level.AcceptedValues);
        Assert.False(level.SupportsWildcards);
        Assert.Equal([new ParameterInSet("(All)", null, false, false, false, false)], level.Sets);
        CommandParameter name = _page.Parameters[4];
        Assert.True(name.SupportsWildcards);
        Assert.Equal([new ParameterInSet("ByName", 0, true, true, true, true)], name.Sets);
        Assert.Null(name.In("ByObject"));
        Assert.True(_page.Parameters[5].IsSwitch);
        Assert.True(_page.Parameters[5].In("ByObject")!.IsRequired);
    }

    [Fact]
    public void Help_types_notes_and_links_are_read()
    {
        Assert.Equal(["System.String[]"], _page.Inputs.Select(type => type.Name));
        Assert.Equal(["Tides.Tide", "None"], _page.Outputs.Select(type => type.Name));
        Assert.Equal(["With -Raw nothing."], _page.Outputs[1].Description);
        Assert.Equal(["First note.", "- second\n- note"], _page.Notes);
        Assert.Equal(
            [
                new RelatedLink("Set-Tide", "https://example.com/tides/docs/Set-Tide.md"),
                new RelatedLink("about_Tides", ""),
                new RelatedLink("Elsewhere", "https://example.com/other"),
            ],
            _page.Links);
    }

    [Fact]
    public void Help_a_hidden_parameter_need_not_be_in_the_syntax()
    {
        string text = SamplePage.Edit("[-Level <Level>] [-Format <string>] [-Raw]", "[-Level <Level>] [-Raw]")
            .Replace("[-Format <string>] -Raw", "-Raw", StringComparison.Ordinal);
        int format = text.IndexOf("### -Format", StringComparison.Ordinal);
        int hidden = text.IndexOf("DontShow: false", format, StringComparison.Ordinal);
        CommandPage page = SamplePage.Read(text[..hidden] + "DontShow: true" + text[(hidden + 15)..]);
        Assert.True(page.Parameters[1].DontShow);
    }

    [Fact]
    public void Help_Windows_line_endings_make_no_difference()
    {
        CommandPage page = SamplePage.Read(SamplePage.Text.ReplaceLineEndings("\r\n"));
        Assert.Equal(_page.Description, page.Description);
        Assert.Equal(_page.Examples.Select(example => example.Code), page.Examples.Select(example => example.Code));
        Assert.Equal(_page.Syntax[0].Parameters, page.Syntax[0].Parameters);
    }

    private static string Shown(SyntaxParameter parameter)
    {
        string?[] words =
        [
            parameter.Name,
            parameter.ValueName,
            parameter.IsRequired ? "required" : null,
            parameter.IsPositional ? "positional" : null,
        ];
        return string.Join(' ', words.Where(word => word is not null));
    }
}
