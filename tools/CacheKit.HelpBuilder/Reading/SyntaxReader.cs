using System.Text.RegularExpressions;
using CacheKit.HelpBuilder.Model;
using Markdig.Syntax;

namespace CacheKit.HelpBuilder.Reading;

/// <summary>Reads the section SYNTAX: a heading and a code block for each parameter set.</summary>
internal static partial class SyntaxReader
{
    private const string DefaultMark = " (Default)";

    /// <summary>Reads the forms.</summary>
    /// <param name="section">The section.</param>
    /// <param name="command">The command's name, with which each form starts.</param>
    /// <param name="problems">Where faults go.</param>
    public static IReadOnlyList<SyntaxForm> Read(PageSection section, string command, ProblemList problems)
    {
        List<SyntaxForm> forms = [];
        foreach (PageSection set in PageSection.Split(section.Blocks, 3, out _))
        {
            if (set.Blocks is not [CodeBlock code])
            {
                problems.Add(set.Line, $"parameter set '{set.Title}' must have one code block with its syntax");
                continue;
            }

            bool isDefault = set.Title.EndsWith(DefaultMark, StringComparison.Ordinal);
            string name = isDefault ? set.Title[..^DefaultMark.Length] : set.Title;
            forms.Add(new SyntaxForm(name, isDefault, ReadParameters(code, command, problems)));
        }

        if (forms.Count == 0)
        {
            problems.Add(section.Line, "section 'SYNTAX' must have a heading '### <set>' with a code block under it");
        }

        if (forms.Count(form => form.IsDefault) > 1)
        {
            problems.Add(section.Line, "only one parameter set can be the default");
        }

        return forms;
    }

    private static List<SyntaxParameter> ReadParameters(CodeBlock code, string command, ProblemList problems)
    {
        string text = PlainText.CodeOf(code);
        int firstLine = PageSection.LineOf(code) + (code is FencedCodeBlock ? 1 : 0);
        List<SyntaxParameter> parameters = [];
        if (!text.StartsWith(command, StringComparison.Ordinal))
        {
            problems.Add(firstLine, $"the syntax must start with '{command}'");
            return parameters;
        }

        int position = command.Length;
        while (position < text.Length)
        {
            Match match = Token().Match(text, position);
            if (!match.Success)
            {
                problems.Add(LineAt(position), $"the syntax cannot be read from '{FirstWords(text, position)}' on");
                break;
            }

            if (match.Groups["name"].Success)
            {
                parameters.Add(ToParameter(match, LineAt(match.Groups["name"].Index)));
            }

            position = match.Index + match.Length;
        }

        return parameters;

        int LineAt(int index) => firstLine + text.AsSpan(0, index).Count('\n');
    }

    private static SyntaxParameter ToParameter(Match match, int line)
    {
        Group type = match.Groups["type"];
        return new SyntaxParameter(
            match.Groups["name"].Value,
            type.Success ? type.Value : null,
            IsRequired: !match.Groups["optional"].Success,
            IsPositional: match.Groups["positional"].Success,
            line);
    }

    private static string FirstWords(string text, int position)
    {
        string rest = text[position..].Trim().ReplaceLineEndings(" ");
        return rest.Length > 30 ? rest[..30] + "..." : rest;
    }

    // [-Name <type>]  -Name <type>  [-Name] <type>  [[-Name] <type>]  [-Name]  -Name  [<CommonParameters>]
    [GeneratedRegex("""
        \G\s+(?:
            (?<optional>\[)(?<positional>\[)-(?<name>\w+)\]\s+<(?<type>\S+)>\]
          | (?<positional>\[)-(?<name>\w+)\]\s+<(?<type>\S+)>
          | (?<optional>\[)-(?<name>\w+)\s+<(?<type>\S+)>\]
          | -(?<name>\w+)\s+<(?<type>\S+)>
          | (?<optional>\[)-(?<name>\w+)\]
          | -(?<name>\w+)
          | \[<CommonParameters>\]
        )(?=\s|\z)
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant)]
    private static partial Regex Token();
}
