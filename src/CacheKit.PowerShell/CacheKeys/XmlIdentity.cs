using System.Reflection;
using System.Xml;

namespace CacheKit.CacheKeys;

/// <summary>
/// The identity of XML: all nodes of the document, one by one, and which of them is meant. The text of a document would
/// not tell two texts side by side from one, and a node leads to everything around it.
/// </summary>
internal static class XmlIdentity
{
    private static readonly Assembly s_assembly = typeof(XmlNode).Assembly;

    /// <summary>Writes it.</summary>
    /// <param name="identity">Takes it.</param>
    /// <param name="node">The node.</param>
    /// <returns>Null, or the type that has no identity.</returns>
    public static Type? TryWrite(ValueIdentity identity, XmlNode node)
    {
        List<int> path = [];
        XmlNode top = node;
        while (ParentOf(top) is { } parent)
        {
            if (PositionOf(top, parent) is not { } position)
            {
                return node.GetType();
            }

            path.Add(position);
            top = parent;
        }

        // What a schema says of a document is not looked at.
        if ((node as XmlDocument ?? node.OwnerDocument) is { Schemas.Count: > 0 })
        {
            return node.GetType();
        }

        identity.WriteLabel("xml");
        if (TryWriteTree(identity, top, node) is { } type)
        {
            return type;
        }

        // A node that hangs nowhere has a document none the less.
        XmlNode? document = top.OwnerDocument;
        if (document is null)
        {
            identity.WriteText(null);
        }
        else if (TryWriteTree(identity, document, node) is { } ofDocument)
        {
            return ofDocument;
        }

        identity.WriteCount(path.Count);
        foreach (int position in path)
        {
            identity.WriteNumber(position);
        }

        return null;
    }

    private static XmlNode? ParentOf(XmlNode node) =>
        node is XmlAttribute attribute ? attribute.OwnerElement : node.ParentNode;

    /// <summary>Where a node stands: a child from 0 upwards, an attribute from -1 downwards.</summary>
    private static int? PositionOf(XmlNode node, XmlNode parent)
    {
        int position = 0;
        if (node is XmlAttribute)
        {
            foreach (XmlNode attribute in parent.Attributes!)
            {
                position--;
                if (ReferenceEquals(attribute, node))
                {
                    return position;
                }
            }

            return null;
        }

        for (XmlNode? child = parent.FirstChild; child is not null; child = child.NextSibling)
        {
            if (ReferenceEquals(child, node))
            {
                return position;
            }

            position++;
        }

        return null;
    }

    /// <summary>Writes a node and all in it. XML may nest deeper than the stack would bear.</summary>
    private static Type? TryWriteTree(ValueIdentity identity, XmlNode root, XmlNode meant)
    {
        Stack<XmlNode> waiting = new([root]);
        List<XmlNode> children = [];
        while (waiting.TryPop(out XmlNode? node))
        {
            // Another class may be anything beside its nodes. What a script added is told of the meant node alone.
            if (node.GetType().Assembly != s_assembly || (node != meant && AddedParts.Of(node).HasAny))
            {
                return node.GetType();
            }

            WriteNode(identity, node);
            children.Clear();
            identity.WriteCount(node.Attributes?.Count ?? 0);
            for (int i = 0; i < node.Attributes?.Count; i++)
            {
                children.Add(node.Attributes[i]);
            }

            int attributes = children.Count;
            for (XmlNode? child = node.FirstChild; child is not null; child = child.NextSibling)
            {
                children.Add(child);
            }

            identity.WriteCount(children.Count - attributes);
            for (int i = children.Count - 1; i >= 0; i--)
            {
                waiting.Push(children[i]);
            }
        }

        return null;
    }

    private static void WriteNode(ValueIdentity identity, XmlNode node)
    {
        identity.WriteCount((int)node.NodeType);
        identity.WriteText(node.Prefix);
        identity.WriteText(node.LocalName);
        identity.WriteText(node.NamespaceURI);
        switch (node)
        {
            case XmlElement element:
                identity.WriteCount(element.IsEmpty ? 1 : 0);
                break;
            case XmlAttribute attribute:
                // Its value is that of its children.
                identity.WriteCount(attribute.Specified ? 1 : 0);
                break;
            case XmlDocument document:
                identity.WriteCount(document.PreserveWhitespace ? 1 : 0);
                identity.WriteText(document.BaseURI);
                break;
            case XmlDocumentType type:
                identity.WriteText(type.PublicId);
                identity.WriteText(type.SystemId);
                identity.WriteText(type.InternalSubset);
                break;
            default:
                identity.WriteText(node.Value);
                break;
        }
    }
}
