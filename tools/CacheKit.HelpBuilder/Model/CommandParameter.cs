namespace CacheKit.HelpBuilder.Model;

/// <summary>A parameter, as its yaml block and the text above it describe it.</summary>
internal sealed record CommandParameter
{
    /// <summary>The name, without the hyphen.</summary>
    public required string Name { get; init; }

    /// <summary>The paragraphs about it.</summary>
    public required IReadOnlyList<string> Description { get; init; }

    /// <summary>The full name of its type.</summary>
    public required string TypeName { get; init; }

    /// <summary>Its value when it is left out; empty when there is none.</summary>
    public required string DefaultValue { get; init; }

    /// <summary>Whether wildcards are understood.</summary>
    public required bool SupportsWildcards { get; init; }

    /// <summary>Its other names.</summary>
    public required IReadOnlyList<string> Aliases { get; init; }

    /// <summary>How it behaves in each of its parameter sets.</summary>
    public required IReadOnlyList<ParameterInSet> Sets { get; init; }

    /// <summary>Whether it is hidden from the syntax.</summary>
    public required bool DontShow { get; init; }

    /// <summary>The only values that it takes; empty when there is no such list.</summary>
    public required IReadOnlyList<string> AcceptedValues { get; init; }

    /// <summary>Whether it takes no value.</summary>
    public bool IsSwitch => TypeName is "System.Management.Automation.SwitchParameter" or "SwitchParameter";

    /// <summary>How it behaves in one parameter set; null when it is not part of it.</summary>
    /// <param name="setName">The set.</param>
    public ParameterInSet? In(string setName)
    {
        return Sets.FirstOrDefault(set => set.Name == setName)
            ?? Sets.FirstOrDefault(set => set.Name == ParameterInSet.All);
    }
}

/// <summary>How a parameter behaves in one parameter set.</summary>
/// <param name="Name">The set, or <see cref="All"/>.</param>
/// <param name="Position">Its position; null when it must be named.</param>
/// <param name="IsRequired">Whether it must be given.</param>
/// <param name="FromPipeline">Whether it takes the object in the pipeline.</param>
/// <param name="FromPipelineByPropertyName">Whether it takes a property of the object in the pipeline.</param>
/// <param name="FromRemainingArguments">Whether it takes the arguments that are left over.</param>
internal sealed record ParameterInSet(
    string Name,
    int? Position,
    bool IsRequired,
    bool FromPipeline,
    bool FromPipelineByPropertyName,
    bool FromRemainingArguments)
{
    /// <summary>The name that stands for every parameter set.</summary>
    public const string All = "(All)";
}

/// <summary>One form in which the command can be called.</summary>
/// <param name="SetName">The parameter set.</param>
/// <param name="IsDefault">Whether PowerShell takes this set when it cannot tell.</param>
/// <param name="Parameters">Its parameters, in the order shown.</param>
internal sealed record SyntaxForm(string SetName, bool IsDefault, IReadOnlyList<SyntaxParameter> Parameters);

/// <summary>A parameter in one form.</summary>
/// <param name="Name">The name, without the hyphen.</param>
/// <param name="ValueName">The short name of its type; null for a switch.</param>
/// <param name="IsRequired">Whether it stands there without brackets around it.</param>
/// <param name="IsPositional">Whether its name may be left out.</param>
/// <param name="Line">The line of the page.</param>
internal sealed record SyntaxParameter(string Name, string? ValueName, bool IsRequired, bool IsPositional, int Line);
