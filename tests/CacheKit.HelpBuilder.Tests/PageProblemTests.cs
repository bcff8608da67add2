using CacheKit.HelpBuilder.Reading;
using Xunit;

namespace CacheKit.HelpBuilder.Tests;

/// <summary>
/// Each row changes one passage of the sample page, and names the place and the reason that must be told.
/// </summary>
public sealed class PageProblemTests
{
    public static TheoryData<string, string, string, string> FrontMatterRows => new()
    {
        {
            "---\ndocument type",
            "document type",
            "document type",
            "the page must start with front matter between two lines of '---'"
        },
        {
            "title: Get-Tide\n---",
            "title: Get-Tide",
            "---",
            "the page must start with front matter between two lines of '---'"
        },
        { "title: Get-Tide", "title: [Get-Tide", "---\n\n# Get-Tide", "the front matter is not valid yaml: " },
        {
            "document type: cmdlet",
            "document type: module",
            "document type",
            "the front matter: 'document type' is 'module', expected 'cmdlet'"
        },
        {
            "2024-05-01",
            "2.0.0",
            "PlatyPS",
            "the front matter: 'PlatyPS schema version' is '2.0.0', expected '2024-05-01'"
        },
        { "Module Name: Tides\n", "", "document type", "the front matter lacks 'Module Name'" },
        { "Locale: en-US", "Locale: ''", "Locale", "the front matter: 'Locale' is empty" },
        {
            "11/24/2026",
            "2026-11-24",
            "ms.date",
            "the front matter: 'ms.date' is '2026-11-24', expected month/day/year as in 11/24/2026"
        },
        {
            "HelpUri: https",
            "HelpUri: http",
            "HelpUri",
            "the front matter: 'HelpUri' is 'http://example.com/tides/docs/Get-Tide.md', expected an "
                + "address that starts with https://"
        },
        {
            "title: Get-Tide",
            "title: Get-Sea",
            "# Get-Tide",
            "the heading is 'Get-Tide', but the front matter's title is 'Get-Sea'"
        },
    };

    public static TheoryData<string, string, string, string> SectionRows => new()
    {
        { "# Get-Tide\n\n## SYN", "## SYN", "---", "the page must have one heading of level 1, its command; it has 0" },
        { "## INPUTS\n", "# INPUTS\n", "# INPUTS", "the page must have one heading of level 1, its command; it has 2" },
        { "## NOTES\n", "## REMARKS\n", "## REMARKS", "section 'REMARKS' is not part of a command page" },
        { "## NOTES\n", "", "- [Elsewhere]", "section 'NOTES' is missing" },
        {
            "## NOTES\n",
            "## OUTPUTS\n\n### None\n\nNone.\n\n## NOTES\n",
            "## OUTPUTS\n\n### None",
            "section 'OUTPUTS' appears twice"
        },
        {
            "## ALIASES\n\nThis cmdlet has no aliases.\n\n## DESCRIPTION\n",
            "## DESCRIPTION\n\nText.\n\n## ALIASES\n",
            "## ALIASES",
            "section 'ALIASES' must stand before 'DESCRIPTION'"
        },
        { "Gets high & low water\nof a **harbour**.\n", "", "## SYNOPSIS", "section 'SYNOPSIS' is empty" },
        {
            "### System.String[]\n",
            "",
            "## INPUTS",
            "section 'INPUTS' must be headings '### <type>' with text under each"
        },
        { "One object for each tide.\n", "", "### Tides.Tide", "section 'Tides.Tide' is empty" },
        {
            "- [Set-Tide](Set-Tide.md)\n",
            "- [Set-Tide](Set-Tide.md) and more\n",
            "- [Set-Tide](Set-Tide.md) and",
            "an item of 'RELATED LINKS' must be one link: [text](address)"
        },
        {
            "- [Elsewhere](https://example.com/other)",
            "\nElsewhere",
            "Elsewhere",
            "section 'RELATED LINKS' must be a list of links"
        },
        {
            "First note.",
            "{{ Fill in the Notes }}",
            "{{ Fill",
            "'{{' marks a placeholder that is still to be filled in"
        },
        {
            "First note.",
            "First \u0007 note.",
            "First \u0007",
            "the line has a control character or a byte that is not UTF-8"
        },
        {
            "First note.",
            "First \ufffd note.",
            "First \ufffd",
            "the line has a control character or a byte that is not UTF-8"
        },
    };

    [Theory]
    [MemberData(nameof(FrontMatterRows))]
    [MemberData(nameof(SectionRows))]
    public void Help_a_page_error_is_reported_with_its_line(
        string passage, string replacement, string place, string reason)
    {
        SamplePage.AssertProblem(SamplePage.Edit(passage, replacement), place, reason);
    }

    [Fact]
    public void Help_the_sample_page_has_no_error()
    {
        Assert.Empty(SamplePage.ProblemsOf(SamplePage.Text));
    }

    [Theory]
    [InlineData("## PARAMETERS\n\n### -Days\n", "EXAMPLES")]
    [InlineData("## EXAMPLES", "SYNTAX")]
    public void Help_an_empty_section_is_an_error(string end, string section)
    {
        int from = SamplePage.Text.IndexOf($"## {section}\n", StringComparison.Ordinal) + section.Length + 4;
        int to = SamplePage.Text.IndexOf(end, StringComparison.Ordinal);
        IReadOnlyList<PageProblem> problems = SamplePage.ProblemsOf(SamplePage.Text[..from] + SamplePage.Text[to..]);
        string reason = $"section '{section}' must have a heading";
        Assert.Contains(problems, problem => problem.Reason.StartsWith(reason, StringComparison.Ordinal));
    }

    [Fact]
    public void Help_an_empty_page_is_an_error()
    {
        SamplePage.AssertProblem("", "", "the page must start with front matter between two lines of '---'");
    }

    [Fact]
    public void Help_a_file_must_be_named_after_its_command()
    {
        ProblemList problems = new("docs/Get-Sea.md");
        _ = PageReader.Read("docs/Get-Sea.md", SamplePage.Text, problems);
        PageProblem problem = Assert.Single(problems.All);
        Assert.Equal(
            "docs/Get-Sea.md(12): error: the heading is 'Get-Tide', but the file is named 'Get-Sea'",
            problem.ToString());
    }

    [Fact]
    public void Help_all_errors_of_a_page_are_reported_in_line_order()
    {
        string text = SamplePage.Edit("## NOTES\n", "## REMARKS\n")
            .Replace("How many days.", "", StringComparison.Ordinal)
            .Replace("Locale: en-US", "Locale: ''", StringComparison.Ordinal);
        IReadOnlyList<PageProblem> problems = SamplePage.ProblemsOf(text);
        Assert.Equal(
            [
                "the front matter: 'Locale' is empty",
                "parameter -Days has no description",
                "section 'REMARKS' is not part of a command page",
                "section 'NOTES' is missing",
            ],
            problems.Select(problem => problem.Reason));
    }
}
