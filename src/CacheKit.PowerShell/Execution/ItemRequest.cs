using CacheKit.Core.Keys;

namespace CacheKit.Execution;

/// <summary>An item that was asked for, and waits for others to be looked up together.</summary>
/// <param name="name">How the user calls it.</param>
/// <param name="namespace">The namespace.</param>
/// <param name="keys">Where it lies.</param>
internal sealed class ItemRequest(string name, string @namespace, EntryKeys keys)
{
    /// <summary>How many are looked up in one round trip.</summary>
    public const int MostTogether = 256;

    /// <summary>How the user calls it.</summary>
    public string Name => name;

    /// <summary>The namespace.</summary>
    public string Namespace => @namespace;

    /// <summary>Where it lies.</summary>
    public EntryKeys Keys => keys;
}
