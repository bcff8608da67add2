using CacheKit.Core.Caching.Inspection;
using CacheKit.Core.Keys;

namespace CacheKit.Execution;

/// <summary>An item that a listing found.</summary>
/// <param name="entry">What is known of it.</param>
/// <param name="keys">Where it lies under each key of the ring.</param>
internal sealed class FoundItem(EntryInfo entry, EntryKeys keys)
{
    /// <summary>What is known of it.</summary>
    public EntryInfo Entry => entry;

    /// <summary>Where it lies under each key of the ring.</summary>
    public EntryKeys Keys => keys;
}
