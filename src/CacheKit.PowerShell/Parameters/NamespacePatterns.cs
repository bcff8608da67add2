using System.Buffers;
using System.Management.Automation;
using CacheKit.Core.Diagnostics;

namespace CacheKit.Parameters;

/// <summary>Namespaces that a user names, some of them by wildcards. Upper and lower case differ.</summary>
internal sealed class NamespacePatterns
{
    /// <summary>The pattern of every namespace.</summary>
    public const string All = "*";

    private static readonly SearchValues<char> s_known =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-*?");

    private readonly WildcardPattern[] _patterns;

    /// <summary>Takes what the user gave.</summary>
    /// <param name="names">Names and patterns.</param>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.NamespaceInvalid"/>.</exception>
    public NamespacePatterns(IReadOnlyList<string?> names)
    {
        foreach (string? name in names)
        {
            if (name is null || !WildcardPattern.ContainsWildcardCharacters(name))
            {
                Namespaces.Check(name);
            }
        }

        Names = [.. names.Select(name => name!)];
        ForStore = [.. Names.Select(ForStoreOf).Distinct()];
        _patterns = [.. Names.Select(name => new WildcardPattern(name, WildcardOptions.CultureInvariant))];
    }

    /// <summary>What the user gave.</summary>
    public string[] Names { get; }

    /// <summary>Patterns that a store understands; they match at least what the user's do.</summary>
    public string[] ForStore { get; }

    /// <summary>Whether a namespace is one of those meant.</summary>
    /// <param name="namespace">The namespace.</param>
    public bool Includes(string @namespace) => _patterns.Any(pattern => pattern.IsMatch(@namespace));

    /// <summary>What they are in a sentence.</summary>
    public string Description => Names.Contains(All)
        ? "all namespaces"
        : $"the {(Names.Length == 1 ? "namespace" : "namespaces")} {this}";

    /// <summary>The names as a user reads them.</summary>
    public override string ToString() => string.Join(", ", Names.Select(name => $"'{name}'"));

    /// <summary>Stores know nothing of sets such as <c>[ab]</c>: from there on, anything is asked for.</summary>
    private static string ForStoreOf(string name)
    {
        int unknown = name.AsSpan().IndexOfAnyExcept(s_known);
        return unknown < 0 ? name : $"{name[..unknown]}*";
    }
}
