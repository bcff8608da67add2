using CacheKit.Core.Storage.Memory;

namespace CacheKit.Core.Caching;

/// <summary>What caches are made of, beside keys and tenants.</summary>
public sealed record CacheOptions
{
    /// <summary>Where entries lie.</summary>
    public required StoreChoice Store { get; init; }

    /// <summary>
    /// How much memory the tier in front of the store may take, in bytes; 64 MiB by default, zero for none.
    /// </summary>
    public long MemoryTierBytes { get; init; } = MemoryTier.DefaultMaxBytes;
}
