using Markdig.Syntax;

namespace CacheKit.HelpBuilder.Reading;

/// <summary>A heading and what stands under it.</summary>
/// <param name="Title">The text of the heading.</param>
/// <param name="Line">The line of the heading, from 1.</param>
/// <param name="Blocks">The blocks up to the next heading of the same level.</param>
internal sealed record PageSection(string Title, int Line, IReadOnlyList<Block> Blocks)
{
    /// <summary>Splits blocks at the headings of one level.</summary>
    /// <param name="blocks">The blocks.</param>
    /// <param name="level">The level of the headings.</param>
    /// <param name="preamble">What stands before the first such heading.</param>
    public static IReadOnlyList<PageSection> Split(
        IEnumerable<Block> blocks,
        int level,
        out IReadOnlyList<Block> preamble)
    {
        List<Block> before = [];
        List<PageSection> sections = [];
        List<Block> current = before;
        foreach (Block block in blocks)
        {
            if (block is HeadingBlock heading && heading.Level == level)
            {
                current = [];
                sections.Add(new PageSection(PlainText.Of(heading), LineOf(heading), current));
            }
            else
            {
                current.Add(block);
            }
        }

        preamble = before;
        return sections;
    }

    /// <summary>The line of a block, from 1.</summary>
    /// <param name="block">The block.</param>
    public static int LineOf(Block block) => block.Line + 1;
}
