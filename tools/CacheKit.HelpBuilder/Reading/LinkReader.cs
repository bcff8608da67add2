using CacheKit.HelpBuilder.Model;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace CacheKit.HelpBuilder.Reading;

/// <summary>Reads the section RELATED LINKS: a list of links.</summary>
internal static class LinkReader
{
    /// <summary>Reads the links. A relative address is completed from the page's own.</summary>
    /// <param name="section">The section.</param>
    /// <param name="helpUri">The page's own address.</param>
    /// <param name="problems">Where faults go.</param>
    public static IReadOnlyList<RelatedLink> Read(PageSection section, string helpUri, ProblemList problems)
    {
        List<RelatedLink> links = [];
        foreach (Block block in section.Blocks)
        {
            if (block is not ListBlock list)
            {
                problems.Add(PageSection.LineOf(block), "section 'RELATED LINKS' must be a list of links");
                continue;
            }

            foreach (Block item in list)
            {
                if (item is ListItemBlock and [ParagraphBlock { Inline: { } inline }]
                    && inline.FirstChild is LinkInline link && link == inline.LastChild)
                {
                    links.Add(new RelatedLink(TextOf(link), Complete(link.Url ?? string.Empty, helpUri)));
                }
                else
                {
                    int line = PageSection.LineOf(item);
                    problems.Add(line, "an item of 'RELATED LINKS' must be one link: [text](address)");
                }
            }
        }

        return links;
    }

    private static string TextOf(LinkInline link)
    {
        return string.Concat(link.Select(inline => inline switch
        {
            LiteralInline literal => literal.Content.ToString(),
            CodeInline code => code.Content,
            _ => string.Empty,
        }));
    }

    private static string Complete(string address, string helpUri)
    {
        bool isComplete = address.Length == 0 || helpUri.Length == 0 || Uri.TryCreate(address, UriKind.Absolute, out _);
        return isComplete ? address : new Uri(new Uri(helpUri), address).AbsoluteUri;
    }
}
