using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace CacheKit.HelpBuilder.Reading;

/// <summary>The fields of a yaml mapping inside a page. Every fault is reported with the line of the page.</summary>
internal sealed class YamlFields
{
    private readonly YamlMappingNode _node;
    private readonly int _lineOffset;
    private readonly ProblemList _problems;
    private readonly string _subject;

    private YamlFields(YamlMappingNode node, int lineOffset, ProblemList problems, string subject)
    {
        _node = node;
        _lineOffset = lineOffset;
        _problems = problems;
        _subject = subject;
    }

    /// <summary>The line of the page on which the mapping starts.</summary>
    public int Line => LineOf(_node);

    /// <summary>Parses a mapping; null when the text is none.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="lineOffset">The lines of the page before it.</param>
    /// <param name="problems">Where faults go.</param>
    /// <param name="subject">What the mapping is, as a message names it.</param>
    public static YamlFields? Parse(string yaml, int lineOffset, ProblemList problems, string subject)
    {
        YamlStream stream = [];
        try
        {
            stream.Load(new StringReader(yaml));
        }
        catch (YamlException fault)
        {
            problems.Add(lineOffset + (int)fault.Start.Line, $"{subject} is not valid yaml: {fault.Message}");
            return null;
        }

        if (stream.Documents.Count == 1 && stream.Documents[0].RootNode is YamlMappingNode node)
        {
            return new YamlFields(node, lineOffset, problems, subject);
        }

        problems.Add(lineOffset + 1, $"{subject} is not a list of 'key: value' lines");
        return null;
    }

    /// <summary>Reports every key that is not one of these.</summary>
    /// <param name="known">The keys.</param>
    public void RefuseOthersThan(params ReadOnlySpan<string> known)
    {
        foreach (YamlNode key in _node.Children.Keys)
        {
            if (key is not YamlScalarNode { Value: { } name } || !known.Contains(name))
            {
                _problems.Add(LineOf(key), $"{_subject} has an unknown key '{key}'");
            }
        }
    }

    /// <summary>A text that may be empty.</summary>
    /// <param name="key">The key.</param>
    public string Text(string key)
    {
        switch (Find(key))
        {
            case YamlScalarNode scalar:
                return scalar.Value ?? string.Empty;
            case { } other:
                Refuse(other, key, "must be a single value");
                return string.Empty;
            default:
                return string.Empty;
        }
    }

    /// <summary>A text that may not be empty.</summary>
    /// <param name="key">The key.</param>
    public string RequiredText(string key)
    {
        string text = Text(key);
        if (text.Length == 0 && Peek(key) is YamlScalarNode empty)
        {
            Refuse(empty, key, "is empty");
        }

        return text;
    }

    /// <summary>A text that must be one certain text.</summary>
    /// <param name="key">The key.</param>
    /// <param name="expected">The text.</param>
    public void Expect(string key, string expected)
    {
        string text = RequiredText(key);
        if (text.Length > 0 && text != expected)
        {
            Refuse(Peek(key)!, key, $"is '{text}', expected '{expected}'");
        }
    }

    /// <summary>True or false.</summary>
    /// <param name="key">The key.</param>
    public bool Boolean(string key)
    {
        string text = RequiredText(key);
        if (bool.TryParse(text, out bool value))
        {
            return value;
        }

        if (text.Length > 0)
        {
            Refuse(Peek(key)!, key, $"is '{text}', expected true or false");
        }

        return false;
    }

    /// <summary>A list of texts.</summary>
    /// <param name="key">The key.</param>
    public IReadOnlyList<string> Texts(string key)
    {
        List<string> texts = [];
        foreach (YamlNode item in Items(key))
        {
            if (item is YamlScalarNode { Value: { Length: > 0 } text })
            {
                texts.Add(text);
            }
            else
            {
                Refuse(item, key, "has an item that is not a text");
            }
        }

        return texts;
    }

    /// <summary>A list of mappings.</summary>
    /// <param name="key">The key.</param>
    public IReadOnlyList<YamlFields> Mappings(string key)
    {
        List<YamlFields> mappings = [];
        foreach (YamlNode item in Items(key))
        {
            if (item is YamlMappingNode mapping)
            {
                mappings.Add(new YamlFields(mapping, _lineOffset, _problems, $"{_subject}, '{key}' item"));
            }
            else
            {
                Refuse(item, key, "has an item that is not a list of 'key: value' lines");
            }
        }

        return mappings;
    }

    /// <summary>Reports a fault of one field.</summary>
    /// <param name="key">The key.</param>
    /// <param name="reason">What is wrong with it.</param>
    public void Refuse(string key, string reason) => Refuse(Peek(key) ?? _node, key, reason);

    private YamlSequenceNode Items(string key)
    {
        switch (Find(key))
        {
            case YamlSequenceNode sequence:
                return sequence;
            case { } other:
                Refuse(other, key, "must be a list");
                return [];
            default:
                return [];
        }
    }

    private YamlNode? Find(string key)
    {
        YamlNode? value = Peek(key);
        if (value is null)
        {
            _problems.Add(Line, $"{_subject} lacks '{key}'");
        }

        return value;
    }

    private YamlNode? Peek(string key) => _node.Children.TryGetValue(key, out YamlNode? value) ? value : null;

    private void Refuse(YamlNode node, string key, string reason)
    {
        _problems.Add(LineOf(node), $"{_subject}: '{key}' {reason}");
    }

    private int LineOf(YamlNode node) => _lineOffset + (int)node.Start.Line;
}
