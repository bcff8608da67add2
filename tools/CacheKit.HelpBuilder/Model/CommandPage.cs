namespace CacheKit.HelpBuilder.Model;

/// <summary>What one page of docs/cmdlets says about its command. All text is plain: no markup is left.</summary>
internal sealed record CommandPage
{
    /// <summary>The command, Verb-Noun.</summary>
    public required string Name { get; init; }

    /// <summary>The help file that the page belongs to.</summary>
    public required string ExternalHelpFile { get; init; }

    /// <summary>Where the page is on the web.</summary>
    public required string HelpUri { get; init; }

    /// <summary>One sentence.</summary>
    public required string Synopsis { get; init; }

    /// <summary>The forms in which the command can be called, one for each parameter set.</summary>
    public required IReadOnlyList<SyntaxForm> Syntax { get; init; }

    /// <summary>The paragraphs of the description.</summary>
    public required IReadOnlyList<string> Description { get; init; }

    /// <summary>The examples, in the order of the page.</summary>
    public required IReadOnlyList<CommandExample> Examples { get; init; }

    /// <summary>The parameters, in the order of the page, without the common ones.</summary>
    public required IReadOnlyList<CommandParameter> Parameters { get; init; }

    /// <summary>What can be piped to the command.</summary>
    public required IReadOnlyList<DataType> Inputs { get; init; }

    /// <summary>What the command emits.</summary>
    public required IReadOnlyList<DataType> Outputs { get; init; }

    /// <summary>The paragraphs of the notes.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>The related links, without the page's own address.</summary>
    public required IReadOnlyList<RelatedLink> Links { get; init; }

    /// <summary>What stands before the first hyphen of the name.</summary>
    public string Verb => Name.Split('-', 2)[0];

    /// <summary>What stands after the first hyphen of the name.</summary>
    public string Noun => Name.Split('-', 2)[^1];
}

/// <summary>One example.</summary>
/// <param name="Title">Its heading.</param>
/// <param name="Introduction">The paragraphs before the code.</param>
/// <param name="Code">All code of the example, as it can be pasted into a shell.</param>
/// <param name="Remarks">The paragraphs after the code.</param>
internal sealed record CommandExample(
    string Title,
    IReadOnlyList<string> Introduction,
    string Code,
    IReadOnlyList<string> Remarks);

/// <summary>A type that goes in or comes out.</summary>
/// <param name="Name">Its full name, or None.</param>
/// <param name="Description">The paragraphs about it.</param>
internal sealed record DataType(string Name, IReadOnlyList<string> Description);

/// <summary>A related link.</summary>
/// <param name="Text">What the reader sees.</param>
/// <param name="Uri">Where it leads; empty for a topic that Get-Help finds by its name.</param>
internal sealed record RelatedLink(string Text, string Uri);
