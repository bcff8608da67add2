using System.Text;
using System.Xml;
using CacheKit.HelpBuilder.Model;
using Markdig;
using Markdig.Syntax;

namespace CacheKit.HelpBuilder.Reading;

/// <summary>Reads a command page of PlatyPS's schema 2024-05-01.</summary>
internal static class PageReader
{
    private const string Aliases = "ALIASES";

    private static readonly string[] s_sections =
    [
        "SYNOPSIS",
        "SYNTAX",
        Aliases,
        "DESCRIPTION",
        "EXAMPLES",
        "PARAMETERS",
        "INPUTS",
        "OUTPUTS",
        "NOTES",
        "RELATED LINKS",
    ];

    // Angle brackets are placeholders in these pages, never tags.
    private static readonly MarkdownPipeline s_pipeline = new MarkdownPipelineBuilder()
        .UseYamlFrontMatter()
        .UsePipeTables()
        .DisableHtml()
        .Build();

    /// <summary>Reads a page; null when it is malformed.</summary>
    /// <param name="file">The file, for its name.</param>
    /// <param name="markdown">Its text.</param>
    /// <param name="problems">Where faults go.</param>
    public static CommandPage? Read(string file, string markdown, ProblemList problems)
    {
        CheckText(markdown, problems);
        MarkdownDocument document = Markdown.Parse(markdown, s_pipeline);
        if (FrontMatter.Read(document, problems) is not { } front)
        {
            return null;
        }

        CheckTitle(document, front, file, problems);
        CommandPage page = ReadSections(document, front, LastLine(markdown), problems);
        return problems.IsEmpty ? page : null;
    }

    private static CommandPage ReadSections(
        MarkdownDocument document,
        FrontMatter front,
        int lastLine,
        ProblemList problems)
    {
        IReadOnlyList<PageSection> sections = PageSection.Split(document, 2, out _);
        CheckSections(sections, lastLine, problems);
        PageSection Section(string title)
        {
            return sections.FirstOrDefault(section => section.Title == title) ?? new PageSection(title, 1, []);
        }

        IReadOnlyList<SyntaxForm> syntax = SyntaxReader.Read(Section("SYNTAX"), front.Title, problems);
        IReadOnlyList<(CommandParameter Parameter, int Line)> parameters
            = ParameterReader.Read(Section("PARAMETERS"), problems);
        if (problems.IsEmpty)
        {
            // With a fault in either place, their comparison would only repeat it.
            ParameterChecks.Compare(syntax, parameters, problems);
        }

        return new CommandPage
        {
            Name = front.Title,
            ExternalHelpFile = front.ExternalHelpFile,
            HelpUri = front.HelpUri,
            Synopsis = string.Join(' ', Prose(Section("SYNOPSIS"), problems)),
            Syntax = syntax,
            Description = Prose(Section("DESCRIPTION"), problems),
            Examples = ExampleReader.Read(Section("EXAMPLES"), problems),
            Parameters = [.. parameters.Select(item => item.Parameter)],
            Inputs = DataTypes(Section("INPUTS"), problems),
            Outputs = DataTypes(Section("OUTPUTS"), problems),
            Notes = PlainText.Paragraphs(Section("NOTES").Blocks),
            Links = LinkReader.Read(Section("RELATED LINKS"), front.HelpUri, problems),
        };
    }

    private static int LastLine(string markdown) => markdown.TrimEnd().Count(character => character == '\n') + 1;

    private static void CheckText(string markdown, ProblemList problems)
    {
        string[] lines = markdown.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].Contains("{{", StringComparison.Ordinal))
            {
                problems.Add(i + 1, "'{{' marks a placeholder that is still to be filled in");
            }

            if (!lines[i].EnumerateRunes().All(IsText))
            {
                problems.Add(i + 1, "the line has a control character or a byte that is not UTF-8");
            }
        }
    }

    private static bool IsText(Rune rune)
    {
        return rune.Value != 0xFFFD && (rune.Value > 0xFFFF || XmlConvert.IsXmlChar((char)rune.Value));
    }

    private static void CheckTitle(MarkdownDocument document, FrontMatter front, string file, ProblemList problems)
    {
        HeadingBlock[] titles = [.. document.OfType<HeadingBlock>().Where(heading => heading.Level == 1)];
        if (titles.Length != 1)
        {
            int line = titles.Length == 0 ? 1 : PageSection.LineOf(titles[1]);
            problems.Add(line, $"the page must have one heading of level 1, its command; it has {titles.Length}");
            return;
        }

        int titleLine = PageSection.LineOf(titles[0]);
        string title = PlainText.Of(titles[0]);
        if (front.Title.Length > 0 && title != front.Title)
        {
            problems.Add(titleLine, $"the heading is '{title}', but the front matter's title is '{front.Title}'");
        }

        string name = Path.GetFileNameWithoutExtension(file);
        if (name != title)
        {
            problems.Add(titleLine, $"the heading is '{title}', but the file is named '{name}'");
        }
    }

    private static void CheckSections(IReadOnlyList<PageSection> sections, int lastLine, ProblemList problems)
    {
        int reached = -1;
        foreach (PageSection section in sections)
        {
            int index = Array.IndexOf(s_sections, section.Title);
            if (index < 0)
            {
                problems.Add(section.Line, $"section '{section.Title}' is not part of a command page");
            }
            else if (index == reached)
            {
                problems.Add(section.Line, $"section '{section.Title}' appears twice");
            }
            else if (index < reached)
            {
                problems.Add(section.Line, $"section '{section.Title}' must stand before '{s_sections[reached]}'");
            }

            reached = Math.Max(reached, index);
        }

        foreach (string title in s_sections)
        {
            if (title != Aliases && sections.All(section => section.Title != title))
            {
                problems.Add(lastLine, $"section '{title}' is missing");
            }
        }
    }

    private static IReadOnlyList<string> Prose(PageSection section, ProblemList problems)
    {
        IReadOnlyList<string> paragraphs = PlainText.Paragraphs(section.Blocks);
        if (paragraphs.Count == 0)
        {
            problems.Add(section.Line, $"section '{section.Title}' is empty");
        }

        return paragraphs;
    }

    private static List<DataType> DataTypes(PageSection section, ProblemList problems)
    {
        List<DataType> types = [];
        IReadOnlyList<PageSection> items = PageSection.Split(section.Blocks, 3, out IReadOnlyList<Block> preamble);
        foreach (PageSection item in items)
        {
            types.Add(new DataType(item.Title, Prose(item, problems)));
        }

        if (types.Count == 0 || preamble.Count > 0)
        {
            problems.Add(section.Line, $"section '{section.Title}' must be headings '### <type>' with text under each");
        }

        return types;
    }
}
