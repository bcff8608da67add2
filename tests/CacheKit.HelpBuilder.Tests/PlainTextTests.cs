using CacheKit.HelpBuilder.Model;
using Xunit;

namespace CacheKit.HelpBuilder.Tests;

public sealed class PlainTextTests
{
    [Theory]
    [InlineData("plain *em* **strong** `code`", "plain em strong code")]
    [InlineData("a\nb", "a b")]
    [InlineData("a\\\nb", "a\nb")]
    [InlineData("a  \nb", "a\nb")]
    [InlineData("5 < 6 & 7 > 3, &lt;tag&gt; &amp; <T>", "5 < 6 & 7 > 3, <tag> & <T>")]
    [InlineData("[text](page.md) and [text](https://example.com/x)", "text and text (https://example.com/x)")]
    [InlineData("<https://example.com>", "https://example.com")]
    [InlineData("[https://example.com](https://example.com)", "https://example.com")]
    [InlineData("snake_case_name and \\*star\\*", "snake_case_name and *star*")]
    [InlineData("`$_.a` and `` ` ``", "$_.a and `")]
    public void Help_markup_is_removed_and_characters_stay(string markdown, string expected)
    {
        Assert.Equal([expected], Describe(markdown));
    }

    [Fact]
    public void Help_lists_keep_their_shape()
    {
        Assert.Equal(
            ["3. three\n4. four\n   goes on\n   more"],
            Describe("3. three\n4. four\\\n   goes on\n\n   more"));
        Assert.Equal(["- a\n  1. b\n     - c\n- d"], Describe("- a\n  1. b\n     - c\n- d"));
    }

    [Fact]
    public void Help_a_table_is_aligned_and_may_have_short_rows()
    {
        Assert.Equal(
            ["A     Long heading\n----  ------------\nx\nlong  y z"],
            Describe("| A | Long heading |\n|---|---|\n| x |  |\n| long | y *z* |"));
    }

    [Fact]
    public void Help_code_and_quotes_are_paragraphs()
    {
        Assert.Equal(
            ["before", "one\n  two", "quoted", "again"],
            Describe("before\n\n```text\none\n  two\n```\n\n> quoted\n>\n> again"));
    }

    [Fact]
    public void Help_deeper_headings_of_the_description_are_paragraphs()
    {
        Assert.Equal(["Text.", "Heading", "More."], Describe("Text.\n\n### Heading\n\nMore."));
    }

    private static IReadOnlyList<string> Describe(string markdown)
    {
        int start = SamplePage.Text.IndexOf("Reads the *tables*", StringComparison.Ordinal);
        int end = SamplePage.Text.IndexOf("## EXAMPLES", StringComparison.Ordinal);
        CommandPage page = SamplePage.Read(SamplePage.Text[..start] + markdown + "\n\n" + SamplePage.Text[end..]);
        return page.Description;
    }
}
