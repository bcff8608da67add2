using System.Globalization;
using System.Xml;
using CacheKit.HelpBuilder.Model;

namespace CacheKit.HelpBuilder.Writing;

/// <summary>Writes one parameter, as it stands in a syntax item or in the list of parameters.</summary>
internal static class MamlParameter
{
    /// <summary>Writes the parameter.</summary>
    /// <param name="xml">Where to.</param>
    /// <param name="parameter">The parameter.</param>
    /// <param name="set">How it behaves in the set at hand.</param>
    /// <param name="valueName">The short name of its type; null for a switch.</param>
    /// <param name="listsValues">Whether the text lists the accepted values; a form shows them by itself.</param>
    public static void Write(
        XmlWriter xml,
        CommandParameter parameter,
        ParameterInSet set,
        string? valueName,
        bool listsValues)
    {
        xml.WriteStartElement("parameter", MamlNamespaces.Command);
        WriteAttributes(xml, parameter, set);
        xml.WriteElementString("name", MamlNamespaces.Maml, parameter.Name);
        MamlWriter.WriteParagraphs(xml, "description", MamlNamespaces.Maml, DescriptionOf(parameter, listsValues));
        WriteValueGroup(xml, parameter.AcceptedValues);
        if (valueName is not null)
        {
            WriteValue(xml, valueName, parameter.TypeName.EndsWith("[]", StringComparison.Ordinal));
        }

        xml.WriteStartElement("type", MamlNamespaces.Dev);
        xml.WriteElementString("name", MamlNamespaces.Maml, parameter.TypeName);
        xml.WriteElementString("uri", MamlNamespaces.Maml, string.Empty);
        xml.WriteEndElement();
        xml.WriteElementString("defaultValue", MamlNamespaces.Dev, DefaultOf(parameter));
        xml.WriteEndElement();
    }

    private static IReadOnlyList<string> DescriptionOf(CommandParameter parameter, bool listsValues)
    {
        bool hasList = listsValues && parameter.AcceptedValues.Count > 0;
        return hasList
            ? [.. parameter.Description, $"Accepted values: {string.Join(", ", parameter.AcceptedValues)}"]
            : parameter.Description;
    }

    private static void WriteAttributes(XmlWriter xml, CommandParameter parameter, ParameterInSet set)
    {
        xml.WriteAttributeString("required", Text(set.IsRequired));
        xml.WriteAttributeString("variableLength", Text(set.FromRemainingArguments));
        xml.WriteAttributeString("globbing", Text(parameter.SupportsWildcards));
        xml.WriteAttributeString("pipelineInput", PipelineInput(parameter));
        xml.WriteAttributeString("position", set.Position?.ToString(CultureInfo.InvariantCulture) ?? "named");
        string aliases = string.Join(", ", parameter.Aliases);
        xml.WriteAttributeString("aliases", aliases.Length == 0 ? "none" : aliases);
    }

    private static string PipelineInput(CommandParameter parameter)
    {
        List<string> ways = [];
        if (parameter.Sets.Any(set => set.FromPipeline))
        {
            ways.Add("ByValue");
        }

        if (parameter.Sets.Any(set => set.FromPipelineByPropertyName))
        {
            ways.Add("ByPropertyName");
        }

        return ways.Count == 0 ? "false" : $"true ({string.Join(", ", ways)})";
    }

    private static string DefaultOf(CommandParameter parameter)
    {
        if (parameter.DefaultValue.Length > 0)
        {
            return parameter.DefaultValue;
        }

        return parameter.IsSwitch ? "False" : "None";
    }

    private static void WriteValueGroup(XmlWriter xml, IReadOnlyList<string> values)
    {
        if (values.Count == 0)
        {
            return;
        }

        xml.WriteStartElement("parameterValueGroup", MamlNamespaces.Command);
        foreach (string value in values)
        {
            WriteValue(xml, value, isVariable: false);
        }

        xml.WriteEndElement();
    }

    private static void WriteValue(XmlWriter xml, string value, bool isVariable)
    {
        xml.WriteStartElement("parameterValue", MamlNamespaces.Command);
        xml.WriteAttributeString("required", "true");
        xml.WriteAttributeString("variableLength", Text(isVariable));
        xml.WriteString(value);
        xml.WriteEndElement();
    }

    private static string Text(bool value) => value ? "true" : "false";
}
