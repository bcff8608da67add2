using System.Xml;
using System.Xml.Linq;
using CacheKit.HelpBuilder.Writing;
using Xunit;

namespace CacheKit.HelpBuilder.Tests;

public sealed class MamlWriterTests
{
    private static readonly XNamespace s_maml = MamlNamespaces.Maml;
    private static readonly XNamespace s_command = MamlNamespaces.Command;
    private static readonly XNamespace s_dev = MamlNamespaces.Dev;

    private readonly XElement _command = Write().Root!.Element(s_command + "command")!;

    [Fact]
    public void Help_the_root_declares_the_MAML_schema()
    {
        XElement root = Write().Root!;
        Assert.Equal(XName.Get("helpItems", "http://msh"), root.Name);
        Assert.Equal("maml", root.Attribute("schema")!.Value);
    }

    [Fact]
    public void Help_details_have_the_command_name_and_the_synopsis()
    {
        XElement details = _command.Element(s_command + "details")!;
        Assert.Equal("Get-Tide", details.Element(s_command + "name")!.Value);
        Assert.Equal("Get", details.Element(s_command + "verb")!.Value);
        Assert.Equal("Tide", details.Element(s_command + "noun")!.Value);
        Assert.Equal(["Gets high & low water of a harbour."], Paragraphs(details.Element(s_maml + "description")));
    }

    [Fact]
    public void Help_special_characters_survive()
    {
        string text = Paragraphs(_command.Element(s_maml + "description"))[0];
        Assert.EndsWith("<name> & \"quotes\" stay what they are.", text, StringComparison.Ordinal);
        Assert.Equal(
            "Get-Tide -Name 'Brest' |\n    Where-Object { $_.Level -lt 2 }",
            Example(0).Element(s_dev + "code")!.Value);
    }

    [Fact]
    public void Help_each_paragraph_is_its_own_element()
    {
        Assert.Equal(5, Paragraphs(_command.Element(s_maml + "description")).Length);
        XElement alert = _command.Element(s_maml + "alertSet")!.Element(s_maml + "alert")!;
        Assert.Equal(["First note.", "- second\n- note"], Paragraphs(alert));
    }

    [Fact]
    public void Help_examples_have_title_code_and_text_in_their_own_elements()
    {
        XElement example = Example(0);
        Assert.Equal("-------- Example 1: One piece of code --------", example.Element(s_maml + "title")!.Value);
        Assert.Null(example.Element(s_maml + "introduction"));
        Assert.Equal(["Gets <low> water.", "A second paragraph.", ""], Paragraphs(example.Element(s_dev + "remarks")));
        Assert.Equal(["The text stands before the code.\n\n"], Paragraphs(Example(2).Element(s_maml + "introduction")));
        Assert.Null(Example(2).Element(s_dev + "remarks"));
    }

    [Fact]
    public void Help_syntax_items_describe_the_parameter_in_that_set()
    {
        XElement[] forms = [.. _command.Element(s_command + "syntax")!.Elements(s_command + "syntaxItem")];
        Assert.Equal(["Get-Tide", "Get-Tide"], forms.Select(form => form.Element(s_maml + "name")!.Value));
        Assert.Equal(["Name", "Days", "Level", "Format", "Raw"], Names(forms[0]));
        Assert.Equal(["InputObject", "Level", "Format", "Raw"], Names(forms[1]));
        Assert.Equal("false", Parameter(forms[0], "Raw").Attribute("required")!.Value);
        Assert.Equal("true", Parameter(forms[1], "Raw").Attribute("required")!.Value);
        XElement name = Parameter(forms[0], "Name");
        Assert.Equal("0", name.Attribute("position")!.Value);
        Assert.Equal("string[]", name.Element(s_command + "parameterValue")!.Value);
        Assert.Equal(["The harbours."], Paragraphs(name.Element(s_maml + "description")));
        Assert.Equal("1", Parameter(forms[0], "Days").Element(s_dev + "defaultValue")!.Value);
    }

    [Fact]
    public void Help_parameters_have_attributes_type_and_default()
    {
        XElement list = _command.Element(s_command + "parameters")!;
        Assert.Equal(["Days", "Format", "InputObject", "Level", "Name", "Raw"], Names(list));
        XElement name = Parameter(list, "Name");
        Assert.Equal(
            [
                "required=true",
                "variableLength=true",
                "globbing=true",
                "pipelineInput=true (ByValue, ByPropertyName)",
                "position=0",
                "aliases=none",
            ],
            name.Attributes().Select(attribute => $"{attribute.Name}={attribute.Value}"));
        Assert.Equal("System.String[]", name.Element(s_dev + "type")!.Element(s_maml + "name")!.Value);
        Assert.Equal("true", name.Element(s_command + "parameterValue")!.Attribute("variableLength")!.Value);
        Assert.Equal("None", name.Element(s_dev + "defaultValue")!.Value);
        Assert.Equal("true (ByValue)", Parameter(list, "InputObject").Attribute("pipelineInput")!.Value);
        Assert.Equal("false", Parameter(list, "Days").Attribute("pipelineInput")!.Value);
        Assert.Equal("named", Parameter(list, "Level").Attribute("position")!.Value);
        Assert.Equal("Water, Kind", Parameter(list, "Level").Attribute("aliases")!.Value);
        Assert.Equal("High", Parameter(list, "Level").Element(s_dev + "defaultValue")!.Value);
    }

    [Fact]
    public void Help_a_switch_has_no_value_and_is_required_if_any_set_requires_it()
    {
        XElement raw = Parameter(_command.Element(s_command + "parameters")!, "Raw");
        Assert.Null(raw.Element(s_command + "parameterValue"));
        Assert.Equal("False", raw.Element(s_dev + "defaultValue")!.Value);
        Assert.Equal("true", raw.Attribute("required")!.Value);
    }

    [Fact]
    public void Help_accepted_values_are_a_group_and_a_line_of_the_description()
    {
        XElement syntax = Parameter(_command.Descendants(s_command + "syntaxItem").First(), "Level");
        XElement listed = Parameter(_command.Element(s_command + "parameters")!, "Level");
        foreach (XElement parameter in new[] { syntax, listed })
        {
            Assert.Equal(
                ["High", "Low"],
                parameter.Element(s_command + "parameterValueGroup")!.Elements().Select(value => value.Value));
        }

        Assert.Equal(2, Paragraphs(syntax.Element(s_maml + "description")).Length);
        Assert.Equal("Accepted values: High, Low", Paragraphs(listed.Element(s_maml + "description"))[2]);
        XElement format = Parameter(_command.Element(s_command + "parameters")!, "Format");
        Assert.Null(format.Element(s_command + "parameterValueGroup"));
    }

    [Fact]
    public void Help_types_are_listed_with_their_descriptions()
    {
        XElement[] outputs = [.. _command.Element(s_command + "returnValues")!.Elements(s_command + "returnValue")];
        Assert.Equal(
            ["Tides.Tide", "None"],
            outputs.Select(output => output.Element(s_dev + "type")!.Element(s_maml + "name")!.Value));
        Assert.Equal(["One object for each tide."], Paragraphs(outputs[0].Element(s_maml + "description")));
        Assert.Single(_command.Element(s_command + "inputTypes")!.Elements(s_command + "inputType"));
    }

    [Fact]
    public void Help_the_first_link_is_the_page_itself()
    {
        Assert.Equal(
            [
                "Online Version: https://example.com/tides/docs/Get-Tide.md",
                "Set-Tide https://example.com/tides/docs/Set-Tide.md",
                "about_Tides ",
                "Elsewhere https://example.com/other",
            ],
            _command.Element(s_command + "relatedLinks")!.Elements(s_maml + "navigationLink")
                .Select(link => $"{link.Element(s_maml + "linkText")!.Value} {link.Element(s_maml + "uri")!.Value}"));
    }

    private static XDocument Write()
    {
        using StringWriter text = new();
        MamlWriter.Write([SamplePage.Read()], text);
        using XmlReader reader = XmlReader.Create(new StringReader(text.ToString()));
        return XDocument.Load(reader);
    }

    private static string[] Paragraphs(XElement? element)
    {
        return [.. element!.Elements(s_maml + "para").Select(paragraph => paragraph.Value)];
    }

    private static IEnumerable<string> Names(XElement list)
    {
        return list.Elements(s_command + "parameter").Select(parameter => parameter.Element(s_maml + "name")!.Value);
    }

    private static XElement Parameter(XElement list, string name)
    {
        return list.Elements(s_command + "parameter").Single(item => item.Element(s_maml + "name")!.Value == name);
    }

    private XElement Example(int index) => _command.Descendants(s_command + "example").ElementAt(index);
}
