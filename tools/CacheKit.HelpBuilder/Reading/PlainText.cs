using System.Text;
using Markdig.Extensions.Tables;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace CacheKit.HelpBuilder.Reading;

/// <summary>Turns markdown into text for a console: no markup, one string for each paragraph, list or table.</summary>
/// <remarks>
/// Get-Help shows list elements of MAML in some places and swallows their bullets in others (notes, remarks, inputs).
/// A list is therefore one paragraph of lines, which reads the same everywhere.
/// </remarks>
internal static class PlainText
{
    /// <summary>The paragraphs of some blocks.</summary>
    /// <param name="blocks">The blocks.</param>
    public static IReadOnlyList<string> Paragraphs(IEnumerable<Block> blocks)
    {
        List<string> paragraphs = [];
        foreach (Block block in blocks)
        {
            if (block is QuoteBlock quote)
            {
                paragraphs.AddRange(Paragraphs(quote));
                continue;
            }

            string text = string.Join('\n', Lines(block)).Trim();
            if (text.Length > 0)
            {
                paragraphs.Add(text);
            }
        }

        return paragraphs;
    }

    /// <summary>The text of a heading or a paragraph. Lines are joined; only a hard line break stays one.</summary>
    /// <param name="block">The block.</param>
    public static string Of(LeafBlock block)
    {
        StringBuilder text = new();
        Append(block.Inline, text);
        return text.ToString().Trim();
    }

    /// <summary>The lines of a code block as they stand.</summary>
    /// <param name="block">The block.</param>
    public static string CodeOf(CodeBlock block) => block.Lines.ToString().TrimEnd().ReplaceLineEndings("\n");

    private static IEnumerable<string> Lines(Block block)
    {
        return block switch
        {
            CodeBlock code => CodeOf(code).Split('\n'),
            ParagraphBlock or HeadingBlock => Of((LeafBlock)block).Split('\n'),
            ListBlock list => ListLines(list),
            Table table => TableLines(table),
            ContainerBlock container => container.SelectMany(Lines),
            _ => [],
        };
    }

    private static IEnumerable<string> ListLines(ListBlock list)
    {
        int number = int.TryParse(list.OrderedStart, out int start) ? start : 1;
        foreach (Block item in list)
        {
            string marker = list.IsOrdered ? $"{number++}. " : "- ";
            string indent = new(' ', marker.Length);
            bool first = true;
            foreach (string line in Lines(item))
            {
                yield return (first ? marker : indent) + line;
                first = false;
            }
        }
    }

    private static IEnumerable<string> TableLines(Table table)
    {
        List<string[]> rows = [.. table.OfType<TableRow>().Select(CellTexts)];
        int[] widths = new int[rows.Max(row => row.Length)];
        foreach ((int i, string cell) in rows.SelectMany(row => row.Index()))
        {
            widths[i] = Math.Max(widths[i], cell.Length);
        }

        for (int i = 0; i < rows.Count; i++)
        {
            yield return Row(rows[i], widths);
            if (i == 0)
            {
                yield return Row([.. widths.Select(width => new string('-', width))], widths);
            }
        }
    }

    private static string[] CellTexts(TableRow row)
    {
        return [.. row.OfType<TableCell>().Select(cell => string.Join(' ', cell.SelectMany(Lines)))];
    }

    private static string Row(string[] cells, int[] widths)
    {
        return string.Join("  ", cells.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd();
    }

    private static void Append(ContainerInline? container, StringBuilder text)
    {
        if (container is null)
        {
            return;
        }

        foreach (Inline inline in container)
        {
            switch (inline)
            {
                case LiteralInline literal:
                    text.Append(literal.Content.AsSpan());
                    break;
                case CodeInline code:
                    text.Append(code.Content);
                    break;
                case HtmlEntityInline entity:
                    text.Append(entity.Transcoded.AsSpan());
                    break;
                case AutolinkInline autolink:
                    text.Append(autolink.Url);
                    break;
                case LineBreakInline line:
                    text.Append(line.IsHard ? '\n' : ' ');
                    break;
                case LinkInline link:
                    AppendLink(link, text);
                    break;
                case ContainerInline inner:
                    Append(inner, text);
                    break;
            }
        }
    }

    private static void AppendLink(LinkInline link, StringBuilder text)
    {
        int start = text.Length;
        Append(link, text);
        string url = link.Url ?? string.Empty;
        bool isWeb = Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) && (uri.Scheme is "https" or "http");
        if (isWeb && text.ToString(start, text.Length - start) != url)
        {
            text.Append(" (").Append(url).Append(')');
        }
    }
}
