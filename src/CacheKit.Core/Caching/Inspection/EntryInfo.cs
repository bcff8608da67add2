using CacheKit.Core.Formats;
using CacheKit.Core.Keys;

namespace CacheKit.Core.Caching.Inspection;

/// <summary>What is known of a stored entry without its value.</summary>
public sealed class EntryInfo
{
    /// <summary>Where it lies.</summary>
    public required EntryKey Key { get; init; }

    /// <summary>Where it lies, and would lie under the other keys of the ring: what its removal takes.</summary>
    public required EntryKeys Keys { get; init; }

    /// <summary>Whether it opened. If it did not, nothing else is known of it.</summary>
    public required EntryCondition Condition { get; init; }

    /// <summary>What was authenticated beside its clear text.</summary>
    public EntryHeader Header { get; init; }

    /// <summary>The item's name, or null for an entry whose key was derived.</summary>
    public string? Name { get; init; }

    /// <summary>How many bytes the store keeps for it.</summary>
    public int Size { get; init; }

    /// <summary>Whether the key that sealed it is the one that encrypts now.</summary>
    public bool IsCurrentKey { get; init; }

    /// <summary>Whether this process has it in memory.</summary>
    public bool IsInMemory { get; init; }
}
