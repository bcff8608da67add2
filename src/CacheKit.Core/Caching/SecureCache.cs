using CacheKit.Core.Caching.Statistics;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Memory;

namespace CacheKit.Core.Caching;

/// <summary>
/// An encrypted cache of one tenant: only entries that authenticate under the tenant's keys, at the key where they were
/// found, and within their authenticated time, ever leave it (DESIGN sections 2 and 8).
/// </summary>
public sealed partial class SecureCache : EntryCache
{
    private readonly TenantKeyRing _keys;

    /// <summary>Makes a cache, which owns all of its parts from then on.</summary>
    /// <param name="keys">The tenant's keys.</param>
    /// <param name="store">Where sealed entries lie.</param>
    /// <param name="memory">The tier in front of it.</param>
    /// <param name="clock">The clock that expiry goes by.</param>
    public SecureCache(TenantKeyRing keys, ICacheStore store, MemoryTier memory, TimeProvider clock)
        : this(keys, new CacheTiers(store, memory, clock))
    {
    }

    /// <summary>Makes a cache on tiers that others may use too.</summary>
    /// <param name="keys">The tenant's keys, which belong to the cache from then on.</param>
    /// <param name="tiers">The tiers; the cache lets go of them when it is disposed.</param>
    /// <param name="statistics">Counts what is done; null for statistics of its own.</param>
    internal SecureCache(TenantKeyRing keys, CacheTiers tiers, CacheStatistics? statistics = null)
        : base(tiers, statistics ?? CacheStatistics.ForSecure())
    {
        _keys = keys;
    }

    internal TenantKeyRing Ring => _keys;

    /// <inheritdoc/>
    public override EntryKeys KeysFor(string @namespace, ReadOnlySpan<byte> identity, bool holdsSecret = false) =>
        _keys.KeysFor(@namespace, identity, holdsSecret);

    private protected override byte[]? Seal(
        EntryKeys keys,
        string? name,
        ReadOnlySpan<byte> value,
        in EntryHeader header,
        bool compress) => EntrySealer.Seal(keys.Current, keys.Digest, name, value, header, compress);

    private protected override OpenOutcome Open(in EntryKey key, ReadOnlyMemory<byte> frame, out OpenedEntry entry) =>
        EntrySealer.Open(key, frame, out entry);

    /// <summary>The entry of a call that comes again is prepared already; it is decrypted each time.</summary>
    private protected override OpenOutcome OpenLocal(
        in EntryKey key,
        ReadOnlyMemory<byte> frame,
        ref PreparedFrame? prepared,
        out OpenedEntry entry)
    {
        entry = default;
        prepared = prepared is not null && prepared.IsOf(frame) ? prepared : EntrySealer.Prepare(key, frame);
        return prepared is null ? OpenOutcome.NotAuthentic : EntrySealer.Open(key, prepared, out entry);
    }

    private protected override void DisposeKeys() => _keys.Dispose();
}
