using CacheKit.HelpBuilder.Model;
using Xunit;

namespace CacheKit.HelpBuilder.Tests;

public sealed class ExampleTests
{
    private readonly IReadOnlyList<CommandExample> _examples = SamplePage.Read().Examples;

    [Fact]
    public void Help_an_example_has_code_then_remarks()
    {
        CommandExample example = _examples[0];
        Assert.Equal("Example 1: One piece of code", example.Title);
        Assert.Empty(example.Introduction);
        Assert.Equal("Get-Tide -Name 'Brest' |\n    Where-Object { $_.Level -lt 2 }", example.Code);
        Assert.Equal(["Gets <low> water.", "A second paragraph."], example.Remarks);
    }

    [Fact]
    public void Help_text_between_pieces_of_code_becomes_comments()
    {
        CommandExample example = _examples[1];
        Assert.Equal(["Start here:"], example.Introduction);
        Assert.Equal(
            """
            $tide = Get-Tide Brest

            # This is what stands between the two pieces of code, and it is long enough
            # that it must be wrapped into two lines.

            # High 07:12

            $tide.Level
            """.ReplaceLineEndings("\n"),
            example.Code);
        Assert.Equal(["It prints:", "High\n  Low"], example.Remarks);
    }

    [Fact]
    public void Help_text_before_the_code_is_the_introduction()
    {
        CommandExample example = _examples[2];
        Assert.Equal(["The text stands before the code."], example.Introduction);
        Assert.Equal("Get-Tide Brest -Raw", example.Code);
        Assert.Empty(example.Remarks);
    }

    [Fact]
    public void Help_code_keeps_blank_lines_indentation_and_markup()
    {
        string text = SamplePage.Edit("Get-Tide Brest -Raw\n", "if ($a) {\n\n    # **not** `markup` <b>\n}\n");
        Assert.Equal("if ($a) {\n\n    # **not** `markup` <b>\n}", SamplePage.Read(text).Examples[2].Code);
    }
}
