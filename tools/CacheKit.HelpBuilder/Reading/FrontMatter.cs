using System.Globalization;
using Markdig.Extensions.Yaml;
using Markdig.Syntax;

namespace CacheKit.HelpBuilder.Reading;

/// <summary>The part of a page between the first two lines of hyphens.</summary>
/// <param name="Title">The command.</param>
/// <param name="ExternalHelpFile">The help file that the page belongs to.</param>
/// <param name="HelpUri">Where the page is on the web.</param>
internal sealed record FrontMatter(string Title, string ExternalHelpFile, string HelpUri)
{
    /// <summary>The only schema that is understood.</summary>
    public const string Schema = "2024-05-01";

    /// <summary>Reads and checks it; null when there is none.</summary>
    /// <param name="document">The page.</param>
    /// <param name="problems">Where faults go.</param>
    public static FrontMatter? Read(MarkdownDocument document, ProblemList problems)
    {
        if (document.FirstOrDefault() is not YamlFrontMatterBlock block)
        {
            problems.Add(1, "the page must start with front matter between two lines of '---'");
            return null;
        }

        YamlFields? fields = YamlFields.Parse(block.Lines.ToString(), block.Line + 1, problems, "the front matter");
        if (fields is null)
        {
            return null;
        }

        fields.Expect("document type", "cmdlet");
        fields.Expect("PlatyPS schema version", Schema);
        fields.RequiredText("Locale");
        fields.RequiredText("Module Name");
        CheckDate(fields);
        return new FrontMatter(
            fields.RequiredText("title"),
            fields.RequiredText("external help file"),
            ReadUri(fields));
    }

    private static void CheckDate(YamlFields fields)
    {
        string date = fields.RequiredText("ms.date");
        CultureInfo culture = CultureInfo.InvariantCulture;
        if (date.Length > 0 && !DateOnly.TryParseExact(date, "MM/dd/yyyy", culture, DateTimeStyles.None, out _))
        {
            fields.Refuse("ms.date", $"is '{date}', expected month/day/year as in 11/24/2026");
        }
    }

    private static string ReadUri(YamlFields fields)
    {
        string text = fields.RequiredText("HelpUri");
        bool isWeb = Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.Scheme == Uri.UriSchemeHttps;
        if (text.Length > 0 && !isWeb)
        {
            fields.Refuse("HelpUri", $"is '{text}', expected an address that starts with https://");
        }

        return isWeb ? text : string.Empty;
    }
}
