using CacheKit.Core.Formats;

namespace CacheKit.Core.Storage.Memory;

/// <summary>The tier in front of a store: sealed entries in this process's memory.</summary>
/// <param name="timeProvider">The clock that entries expire by.</param>
/// <param name="maxBytes">How much memory the entries may take, in bytes, their overhead included.</param>
public sealed class MemoryTier(TimeProvider timeProvider, long maxBytes = MemoryTier.DefaultMaxBytes)
    : ClockCache<EntryId>(timeProvider, maxBytes, EqualityComparer<EntryId>.Default)
{
    /// <summary>The default limit, in bytes: 64 MiB.</summary>
    public const long DefaultMaxBytes = 64 << 20;
}
