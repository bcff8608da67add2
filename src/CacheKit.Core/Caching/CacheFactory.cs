using CacheKit.Core.Caching.Statistics;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage.Memory;

namespace CacheKit.Core.Caching;

/// <summary>Makes caches of what a caller, or the environment, chose.</summary>
public static class CacheFactory
{
    /// <summary>
    /// The tenant of a script that names none; the portable default of the family (PROTOCOL section 15).
    /// </summary>
    public const string DefaultTenant = "default";

    /// <summary>Makes the tiers of the caches; it touches no store yet.</summary>
    /// <param name="options">What they are made of.</param>
    /// <param name="clock">The clock that expiry goes by.</param>
    public static CacheTiers OpenTiers(CacheOptions options, TimeProvider clock) =>
        new(options.Store.Open(clock), new MemoryTier(clock, options.MemoryTierBytes), clock);

    /// <summary>Makes the encrypted cache of a tenant.</summary>
    /// <param name="tiers">The tiers, which stay the caller's.</param>
    /// <param name="ring">The master keys, which stay the caller's.</param>
    /// <param name="tenant">Whose entries they are: 1 to 1,024 bytes in UTF-8.</param>
    /// <param name="statistics">Counts what is done with it; null for statistics of its own.</param>
    public static SecureCache Create(
        CacheTiers tiers, KeyRing ring, string tenant, CacheStatistics? statistics = null) =>
        new(ring.ForTenant(tenant), tiers.Hold(), statistics);

    /// <summary>Makes the cache of public data of a tenant, which needs no key.</summary>
    /// <param name="tiers">The tiers, which stay the caller's.</param>
    /// <param name="tenant">Whose entries they are: 1 to 1,024 bytes in UTF-8.</param>
    /// <param name="statistics">Counts what is done with it; null for statistics of its own.</param>
    public static PlainCache CreatePlain(CacheTiers tiers, string tenant, CacheStatistics? statistics = null) =>
        new(tenant, tiers.Hold(), statistics);

    /// <summary>Makes the cache of encrypted entries that other languages share.</summary>
    /// <param name="tiers">The tiers, which stay the caller's.</param>
    /// <param name="ring">The master keys, which stay the caller's.</param>
    /// <param name="tenant">The tenant that all participants have agreed on: 1 to 1,024 bytes in UTF-8.</param>
    /// <param name="statistics">Counts what is done with it; null for statistics of its own.</param>
    public static InteropCache CreateInterop(
        CacheTiers tiers, KeyRing ring, string tenant, CacheStatistics? statistics = null) =>
        new(ring.ForTenant(tenant), tiers.Hold(), statistics);

    /// <summary>
    /// Makes the cache of public entries that other languages share, which needs neither key nor tenant.
    /// </summary>
    /// <param name="tiers">The tiers, which stay the caller's.</param>
    /// <param name="statistics">Counts what is done with it; null for statistics of its own.</param>
    public static InteropCache CreatePlainInterop(CacheTiers tiers, CacheStatistics? statistics = null) =>
        new(keys: null, tiers.Hold(), statistics);
}
