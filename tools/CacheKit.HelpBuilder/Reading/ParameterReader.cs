using System.Globalization;
using CacheKit.HelpBuilder.Model;
using Markdig.Syntax;

namespace CacheKit.HelpBuilder.Reading;

/// <summary>Reads the section PARAMETERS: for each parameter a heading, text and a yaml block.</summary>
internal static class ParameterReader
{
    private static readonly string[] s_common = ["CommonParameters", "WorkflowCommonParameters"];

    /// <summary>Reads the parameters, each with the line of its heading.</summary>
    /// <param name="section">The section.</param>
    /// <param name="problems">Where faults go.</param>
    public static IReadOnlyList<(CommandParameter Parameter, int Line)> Read(PageSection section, ProblemList problems)
    {
        List<(CommandParameter Parameter, int Line)> parameters = [];
        foreach (PageSection item in PageSection.Split(section.Blocks, 3, out _))
        {
            if (s_common.Contains(item.Title))
            {
                continue;
            }

            if (!item.Title.StartsWith('-') || item.Title.Length == 1)
            {
                problems.Add(item.Line, $"the heading of a parameter must be '### -<name>', not '{item.Title}'");
                continue;
            }

            string name = item.Title[1..];
            if (parameters.Any(known => known.Parameter.Name == name))
            {
                problems.Add(item.Line, $"parameter -{name} is described twice");
            }

            if (ReadOne(name, item, problems) is { } parameter)
            {
                parameters.Add((parameter, item.Line));
            }
        }

        return parameters;
    }

    private static CommandParameter? ReadOne(string name, PageSection item, ProblemList problems)
    {
        IReadOnlyList<string> description = PlainText.Paragraphs(item.Blocks.Where(block => !IsYaml(block)));
        if (description.Count == 0)
        {
            problems.Add(item.Line, $"parameter -{name} has no description");
        }

        FencedCodeBlock[] blocks = [.. item.Blocks.Where(IsYaml).Cast<FencedCodeBlock>()];
        if (blocks.Length != 1)
        {
            problems.Add(item.Line, $"parameter -{name} must have one yaml block; it has {blocks.Length}");
            return null;
        }

        string subject = $"the yaml of -{name}";
        YamlFields? yaml
            = YamlFields.Parse(PlainText.CodeOf(blocks[0]), PageSection.LineOf(blocks[0]), problems, subject);
        return yaml is null ? null : FromYaml(name, description, yaml);
    }

    private static bool IsYaml(Block block) => block is FencedCodeBlock { Info: "yaml" };

    private static CommandParameter FromYaml(string name, IReadOnlyList<string> description, YamlFields yaml)
    {
        yaml.RefuseOthersThan(
            "Type",
            "DefaultValue",
            "SupportsWildcards",
            "Aliases",
            "ParameterSets",
            "DontShow",
            "AcceptedValues",
            "HelpMessage");
        IReadOnlyList<YamlFields> sets = yaml.Mappings("ParameterSets");
        if (sets.Count == 0)
        {
            yaml.Refuse("ParameterSets", "must name at least one parameter set");
        }

        yaml.Text("HelpMessage");
        return new CommandParameter
        {
            Name = name,
            Description = description,
            TypeName = yaml.RequiredText("Type"),
            DefaultValue = yaml.Text("DefaultValue"),
            SupportsWildcards = yaml.Boolean("SupportsWildcards"),
            Aliases = yaml.Texts("Aliases"),
            Sets = [.. sets.Select(SetFromYaml)],
            DontShow = yaml.Boolean("DontShow"),
            AcceptedValues = yaml.Texts("AcceptedValues"),
        };
    }

    private static ParameterInSet SetFromYaml(YamlFields yaml)
    {
        yaml.RefuseOthersThan(
            "Name",
            "Position",
            "IsRequired",
            "ValueFromPipeline",
            "ValueFromPipelineByPropertyName",
            "ValueFromRemainingArguments");
        return new ParameterInSet(
            yaml.RequiredText("Name"),
            ReadPosition(yaml),
            yaml.Boolean("IsRequired"),
            yaml.Boolean("ValueFromPipeline"),
            yaml.Boolean("ValueFromPipelineByPropertyName"),
            yaml.Boolean("ValueFromRemainingArguments"));
    }

    private static int? ReadPosition(YamlFields yaml)
    {
        string text = yaml.RequiredText("Position");
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int position))
        {
            return position;
        }

        if (text.Length > 0 && text != "Named")
        {
            yaml.Refuse("Position", $"is '{text}', expected a number or Named");
        }

        return null;
    }
}
