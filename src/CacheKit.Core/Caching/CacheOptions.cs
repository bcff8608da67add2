using CacheKit.Core.Storage;

namespace CacheKit.Core.Caching;

/// <summary>What a cache is made of, beside its keys.</summary>
public sealed record CacheOptions
{
    /// <summary>Where entries lie.</summary>
    public required StoreChoice Store { get; init; }

    /// <summary>Whose entries they are: 1 to 1,024 bytes in UTF-8.</summary>
    public string Tenant { get; init; } = CacheFactory.DefaultTenant;

    /// <summary>How much memory the tier in front of the store may take, in bytes; 64 MiB by default, zero for none.</summary>
    public long MemoryTierBytes { get; init; } = MemoryTier.DefaultMaxBytes;
}
