using System.Text;
using CacheKit.HelpBuilder.Model;
using Markdig.Syntax;

namespace CacheKit.HelpBuilder.Reading;

/// <summary>Reads the section EXAMPLES.</summary>
/// <remarks>
/// MAML has room for one piece of code in an example, between an introduction and remarks. An example with several
/// code blocks keeps its order: what stands between the first and the last becomes comments of the code, so that a
/// reader can still paste it.
/// </remarks>
internal static class ExampleReader
{
    private const int CommentWidth = 78;

    /// <summary>Reads the examples.</summary>
    /// <param name="section">The section.</param>
    /// <param name="problems">Where faults go.</param>
    public static IReadOnlyList<CommandExample> Read(PageSection section, ProblemList problems)
    {
        List<CommandExample> examples = [];
        IReadOnlyList<PageSection> items = PageSection.Split(section.Blocks, 3, out IReadOnlyList<Block> preamble);
        if (preamble.Count > 0)
        {
            int line = PageSection.LineOf(preamble[0]);
            problems.Add(line, "text of section 'EXAMPLES' must stand under the heading of an example");
        }

        foreach (PageSection example in items)
        {
            if (ReadOne(example, problems) is { } read)
            {
                examples.Add(read);
            }
        }

        if (examples.Count == 0)
        {
            problems.Add(section.Line, "section 'EXAMPLES' must have a heading '### <title>' with an example under it");
        }

        return examples;
    }

    private static CommandExample? ReadOne(PageSection example, ProblemList problems)
    {
        List<Block> blocks = [.. example.Blocks];
        int first = blocks.FindIndex(IsScript);
        int last = blocks.FindLastIndex(IsScript);
        if (first < 0)
        {
            problems.Add(example.Line, $"'{example.Title}' has no code block marked powershell");
            return null;
        }

        IReadOnlyList<string> introduction = PlainText.Paragraphs(blocks[..first]);
        IReadOnlyList<string> remarks = PlainText.Paragraphs(blocks[(last + 1)..]);
        string code = CodeOf(blocks[first..(last + 1)]);
        if (code.Length == 0)
        {
            problems.Add(example.Line, $"'{example.Title}' has an empty code block");
        }

        if (introduction.Count + remarks.Count == 0)
        {
            problems.Add(example.Line, $"'{example.Title}' does not say what its code shows");
        }

        return new CommandExample(example.Title, introduction, code, remarks);
    }

    private static bool IsScript(Block block) => block is FencedCodeBlock { Info: "powershell" };

    private static string CodeOf(IReadOnlyList<Block> blocks)
    {
        List<string> parts = [];
        foreach (Block block in blocks)
        {
            if (IsScript(block))
            {
                parts.Add(PlainText.CodeOf((FencedCodeBlock)block));
            }
            else
            {
                parts.AddRange(PlainText.Paragraphs([block]).Select(Comment));
            }
        }

        return string.Join("\n\n", parts).Trim();
    }

    private static string Comment(string paragraph)
    {
        StringBuilder text = new();
        foreach (string line in paragraph.Split('\n'))
        {
            int width = 0;
            foreach (string word in line.Split(' '))
            {
                bool fits = width > 0 && width + 1 + word.Length <= CommentWidth;
                if (!fits)
                {
                    text.Append(text.Length > 0 ? "\n#" : "#");
                    width = 1;
                }

                text.Append(' ').Append(word);
                width += 1 + word.Length;
            }
        }

        return text.ToString();
    }
}
