using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage;

namespace CacheKit.Core.Caching;

/// <summary>Makes caches: what the environment configures, or what a caller chose.</summary>
public static class CacheFactory
{
    /// <summary>The tenant of a script that names none; the portable default of the family (PROTOCOL section 15).</summary>
    public const string DefaultTenant = "default";

    /// <summary>Makes the cache that the environment configures; it touches the key's source, but no store yet.</summary>
    /// <param name="environment">The configuration.</param>
    /// <param name="clock">The clock that expiry goes by.</param>
    /// <exception cref="CacheKitException">The configuration is not usable.</exception>
    public static SecureCache Create(CacheKitEnvironment environment, TimeProvider clock)
    {
        CacheOptions options = new() { Store = StoreChoice.FromEnvironment(environment) };
        using MasterKey key = MasterKeySource.ReadFirst(environment);
        return Create(options, key, clock);
    }

    /// <summary>Makes a cache; it touches no store yet.</summary>
    /// <param name="options">What it is made of.</param>
    /// <param name="key">The master key, which stays the caller's.</param>
    /// <param name="clock">The clock that expiry goes by.</param>
    public static SecureCache Create(CacheOptions options, MasterKey key, TimeProvider clock)
    {
        TenantKeyRing keys = new KeyRing(key).ForTenant(options.Tenant);
        return new SecureCache(keys, options.Store.Open(clock), new MemoryTier(clock, options.MemoryTierBytes), clock);
    }

    /// <summary>Makes the cache of public data that the environment configures; it touches no store yet.</summary>
    /// <param name="environment">The configuration.</param>
    /// <param name="clock">The clock that expiry goes by.</param>
    /// <exception cref="CacheKitException">The configuration is not usable.</exception>
    public static PlainCache CreatePlain(CacheKitEnvironment environment, TimeProvider clock) =>
        CreatePlain(new CacheOptions { Store = StoreChoice.FromEnvironment(environment) }, clock);

    /// <summary>Makes a cache of public data, which needs no key; it touches no store yet.</summary>
    /// <param name="options">What it is made of.</param>
    /// <param name="clock">The clock that expiry goes by.</param>
    public static PlainCache CreatePlain(CacheOptions options, TimeProvider clock) =>
        new(options.Store.Open(clock), new MemoryTier(clock, options.MemoryTierBytes), clock);
}
