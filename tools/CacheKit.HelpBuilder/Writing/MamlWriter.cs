using System.Xml;
using CacheKit.HelpBuilder.Model;

namespace CacheKit.HelpBuilder.Writing;

/// <summary>Writes command pages as MAML external help, where Get-Help of PowerShell 7.4+ looks for it.</summary>
internal static class MamlWriter
{
    /// <summary>Writes the help file.</summary>
    /// <param name="pages">The pages.</param>
    /// <param name="output">Where to.</param>
    public static void Write(IEnumerable<CommandPage> pages, TextWriter output)
    {
        XmlWriterSettings settings = new() { Indent = true, NewLineChars = "\n" };
        using XmlWriter xml = XmlWriter.Create(output, settings);
        xml.WriteStartElement("helpItems", MamlNamespaces.Root);
        xml.WriteAttributeString("xmlns", "maml", null, MamlNamespaces.Maml);
        xml.WriteAttributeString("xmlns", "command", null, MamlNamespaces.Command);
        xml.WriteAttributeString("xmlns", "dev", null, MamlNamespaces.Dev);
        xml.WriteAttributeString("schema", "maml");
        foreach (CommandPage page in pages)
        {
            WriteCommand(xml, page);
        }

        xml.WriteEndElement();
        xml.Flush();
        output.Write('\n');
    }

    private static void WriteCommand(XmlWriter xml, CommandPage page)
    {
        xml.WriteStartElement("command", MamlNamespaces.Command);
        xml.WriteStartElement("details", MamlNamespaces.Command);
        xml.WriteElementString("name", MamlNamespaces.Command, page.Name);
        WriteParagraphs(xml, "description", MamlNamespaces.Maml, [page.Synopsis]);
        xml.WriteElementString("verb", MamlNamespaces.Command, page.Verb);
        xml.WriteElementString("noun", MamlNamespaces.Command, page.Noun);
        xml.WriteEndElement();
        WriteParagraphs(xml, "description", MamlNamespaces.Maml, page.Description);
        WriteSyntax(xml, page);
        xml.WriteStartElement("parameters", MamlNamespaces.Command);
        foreach (CommandParameter parameter in page.Parameters)
        {
            ParameterInSet set = parameter.Sets[0] with { IsRequired = parameter.Sets.Any(item => item.IsRequired) };
            MamlParameter.Write(xml, parameter, set, ValueName(page, parameter), listsValues: true);
        }

        xml.WriteEndElement();
        WriteTypes(xml, "inputTypes", "inputType", page.Inputs);
        WriteTypes(xml, "returnValues", "returnValue", page.Outputs);
        WriteNotes(xml, page.Notes);
        WriteExamples(xml, page.Examples);
        WriteLinks(xml, page);
        xml.WriteEndElement();
    }

    private static void WriteSyntax(XmlWriter xml, CommandPage page)
    {
        xml.WriteStartElement("syntax", MamlNamespaces.Command);
        foreach (SyntaxForm form in page.Syntax)
        {
            xml.WriteStartElement("syntaxItem", MamlNamespaces.Command);
            xml.WriteElementString("name", MamlNamespaces.Maml, page.Name);
            foreach (SyntaxParameter shown in form.Parameters)
            {
                CommandParameter parameter = page.Parameters.First(item => item.Name == shown.Name);
                MamlParameter.Write(xml, parameter, parameter.In(form.SetName)!, shown.ValueName, listsValues: false);
            }

            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private static string? ValueName(CommandPage page, CommandParameter parameter)
    {
        SyntaxParameter? shown
            = page.Syntax.SelectMany(form => form.Parameters).FirstOrDefault(item => item.Name == parameter.Name);
        return shown is null && !parameter.IsSwitch ? parameter.TypeName : shown?.ValueName;
    }

    private static void WriteTypes(XmlWriter xml, string list, string item, IReadOnlyList<DataType> types)
    {
        xml.WriteStartElement(list, MamlNamespaces.Command);
        foreach (DataType type in types)
        {
            xml.WriteStartElement(item, MamlNamespaces.Command);
            xml.WriteStartElement("type", MamlNamespaces.Dev);
            xml.WriteElementString("name", MamlNamespaces.Maml, type.Name);
            xml.WriteEndElement();
            WriteParagraphs(xml, "description", MamlNamespaces.Maml, type.Description);
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private static void WriteNotes(XmlWriter xml, IReadOnlyList<string> notes)
    {
        if (notes.Count > 0)
        {
            xml.WriteStartElement("alertSet", MamlNamespaces.Maml);
            WriteParagraphs(xml, "alert", MamlNamespaces.Maml, notes);
            xml.WriteEndElement();
        }
    }

    private static void WriteExamples(XmlWriter xml, IReadOnlyList<CommandExample> examples)
    {
        xml.WriteStartElement("examples", MamlNamespaces.Command);
        foreach (CommandExample example in examples)
        {
            xml.WriteStartElement("example", MamlNamespaces.Command);
            xml.WriteElementString("title", MamlNamespaces.Maml, $"-------- {example.Title} --------");
            WriteIntroduction(xml, example.Introduction);
            xml.WriteElementString("code", MamlNamespaces.Dev, example.Code);
            WriteRemarks(xml, example.Remarks);
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    // Get-Help writes the code right behind the last character of the introduction, which it alone does not trim.
    private static void WriteIntroduction(XmlWriter xml, IReadOnlyList<string> introduction)
    {
        if (introduction.Count > 0)
        {
            string[] spaced = [.. introduction.SkipLast(1), introduction[^1] + "\n\n"];
            WriteParagraphs(xml, "introduction", MamlNamespaces.Maml, spaced);
        }
    }

    // The empty paragraph is the blank line before the next example.
    private static void WriteRemarks(XmlWriter xml, IReadOnlyList<string> remarks)
    {
        if (remarks.Count > 0)
        {
            WriteParagraphs(xml, "remarks", MamlNamespaces.Dev, [.. remarks, string.Empty]);
        }
    }

    private static void WriteLinks(XmlWriter xml, CommandPage page)
    {
        xml.WriteStartElement("relatedLinks", MamlNamespaces.Command);
        RelatedLink online = new("Online Version:", page.HelpUri);
        foreach (RelatedLink link in page.Links.Prepend(online))
        {
            xml.WriteStartElement("navigationLink", MamlNamespaces.Maml);
            xml.WriteElementString("linkText", MamlNamespaces.Maml, link.Text);
            xml.WriteElementString("uri", MamlNamespaces.Maml, link.Uri);
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    /// <summary>Writes an element of paragraphs.</summary>
    /// <param name="xml">Where to.</param>
    /// <param name="name">The element's name.</param>
    /// <param name="ns">Its namespace.</param>
    /// <param name="paragraphs">The paragraphs.</param>
    internal static void WriteParagraphs(XmlWriter xml, string name, string ns, IReadOnlyList<string> paragraphs)
    {
        xml.WriteStartElement(name, ns);
        foreach (string paragraph in paragraphs)
        {
            xml.WriteElementString("para", MamlNamespaces.Maml, paragraph);
        }

        xml.WriteEndElement();
    }
}
