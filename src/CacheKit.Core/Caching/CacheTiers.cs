using CacheKit.Core.Caching.Statistics;
using CacheKit.Core.Formats;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Memory;
using CacheKit.Core.Storage.Resilience;

namespace CacheKit.Core.Caching;

/// <summary>
/// A store and the memory in front of it, for the caches of all tenants that use them: an id is a keyed hash, so that
/// entries of several tenants lie side by side. Closed when its owner and the last cache have let go. Safe for
/// concurrent use.
/// </summary>
public sealed class CacheTiers : IAsyncDisposable
{
    private readonly HolderCount _holders = new();

    // Whether the store had a fault at the last read.
    private volatile bool _isUnreadable;

    /// <summary>Joins a store and a memory tier, which belong to this from then on.</summary>
    /// <param name="store">Where sealed entries lie.</param>
    /// <param name="memory">The tier in front of it.</param>
    /// <param name="clock">The clock that expiry goes by.</param>
    public CacheTiers(ICacheStore store, MemoryTier memory, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(store);
        Store = store;
        Memory = memory;
        Clock = clock;
        Notices = new CacheNotices(store);
        store.ListenForChanges(Forget);
        TierGauges.Add(this);
    }

    /// <summary>Opens a store, and puts memory in front of it; the store is not touched yet.</summary>
    /// <param name="store">Which store.</param>
    /// <param name="memoryBytes">How much memory the tier in front of it may take, in bytes; zero for none.</param>
    /// <param name="clock">The clock that expiry goes by.</param>
    public static CacheTiers Open(StoreChoice store, long memoryBytes, TimeProvider clock) =>
        new(store.Open(clock), new MemoryTier(clock, memoryBytes), clock);

    internal ICacheStore Store { get; }

    internal MemoryTier Memory { get; }

    internal TimeProvider Clock { get; }

    internal CacheNotices Notices { get; }

    internal ChangeTracker Changes { get; } = new();

    /// <summary>The computations under way: one a key.</summary>
    internal SingleFlight Flights { get; } = new();

    /// <summary>Whether the store had a fault at the last read: no use in asking it for a lock.</summary>
    internal bool IsUnreadable
    {
        get => _isUnreadable;
        set => _isUnreadable = value;
    }

    /// <summary>Lets go: the last one closes the store and forgets what is in memory.</summary>
    public ValueTask DisposeAsync()
    {
        if (!_holders.Release())
        {
            return ValueTask.CompletedTask;
        }

        TierGauges.Remove(this);
        Memory.Clear();
        return Store.DisposeAsync();
    }

    /// <summary>How the tiers are at the moment; the store is not asked.</summary>
    public TierState Observe() =>
        new(Memory.Count, Memory.Bytes, Memory.Evictions, Store is ResilientStore { IsOpen: true });

    /// <summary>Takes part in what belongs to somebody who has not let go yet.</summary>
    internal CacheTiers Hold()
    {
        ObjectDisposedException.ThrowIf(!_holders.TryHold(), this);
        return this;
    }

    /// <summary>
    /// First the mark, then the removal: a reader who fills the memory looks for the mark afterwards.
    /// </summary>
    /// <param name="id">The entry that is over.</param>
    internal void Forget(in EntryId id)
    {
        Changes.Changed(id);
        Memory.Remove(id);
    }

    /// <summary>As <see cref="Forget(in EntryId)"/>, for all entries of all tenants.</summary>
    internal void ForgetAll()
    {
        Changes.AllChanged();
        Memory.Clear();
    }

    /// <summary>
    /// Another cache, in this process or elsewhere, has written or removed an entry; null: any entry.
    /// </summary>
    private void Forget(string? physicalKey)
    {
        if (physicalKey is null)
        {
            ForgetAll();
        }
        else if (PhysicalKey.TryParseId(physicalKey, out EntryId id))
        {
            Forget(id);
        }
    }
}
