namespace CacheKit.Core.Caching.Inspection;

/// <summary>Which entries of a tenant are meant.</summary>
public sealed record EntryFilter
{
    /// <summary>
    /// The namespaces, as the store is asked for them: <c>*</c> stands for any characters, <c>?</c> for one. An entry
    /// whose namespace several of them match is still one entry.
    /// </summary>
    public required IReadOnlyList<string> Namespaces { get; init; }

    /// <summary>Whether a namespace that the store gave is one of them; null if all that it gives are.</summary>
    public Func<string, bool>? IncludesNamespace { get; init; }

    /// <summary>
    /// Whether an entry of that name is meant; it gets null for an entry whose key was derived. Null if all are.
    /// </summary>
    public Func<string?, bool>? IncludesName { get; init; }

    /// <summary>Whether entries count whose time is over, but not yet their grace (stale-if-error).</summary>
    public bool IncludesStale { get; init; }

    internal bool HasNamespace(string @namespace) => IncludesNamespace?.Invoke(@namespace) ?? true;

    internal bool HasName(string? name) => IncludesName?.Invoke(name) ?? true;
}
