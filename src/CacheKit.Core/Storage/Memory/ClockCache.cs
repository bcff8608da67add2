using System.Collections.Concurrent;
using CacheKit.Core.Diagnostics;

namespace CacheKit.Core.Storage.Memory;

/// <summary>
/// Bytes in this process's memory, bounded in their sum, each until its time is over. Safe for concurrent use; a hit
/// takes no lock and allocates nothing.
/// </summary>
/// <remarks>
/// When room is needed, a hand goes round the entries (CLOCK): it takes expired ones and those that were not hit since
/// it last came by, and forgives the others once. That needs one flag per entry where a list in order of use would
/// need a lock per hit.
/// </remarks>
/// <typeparam name="TKey">What names an entry.</typeparam>
public abstract class ClockCache<TKey>
    where TKey : notnull
{
    /// <summary>
    /// What an entry takes beside its bytes, in bytes: the array's header, its item, and its places in the table and
    /// on the clock. Measured; see the test of it.
    /// </summary>
    internal const int OverheadBytes = 176;

    // One value may push out a quarter of the others, not all of them.
    private const int LargestShare = 4;

    private readonly long _maxBytes;
    private readonly TimeProvider _timeProvider;

    // Read without the lock, changed only under it.
    private readonly ConcurrentDictionary<TKey, Item> _items;

    // Guarded by _gate.
    private readonly object _gate = new();
    private readonly List<Item?> _clock = [];
    private readonly Stack<int> _freePlaces = new();
    private int _hand;
    private long _bytes;
    private long _evictions;

    /// <summary>Makes an empty cache.</summary>
    /// <param name="timeProvider">The clock that entries expire by.</param>
    /// <param name="maxBytes">How much memory the entries may take, in bytes, their overhead included.</param>
    /// <param name="comparer">How keys are compared.</param>
    private protected ClockCache(TimeProvider timeProvider, long maxBytes, IEqualityComparer<TKey> comparer)
    {
        ArgumentNullException.ThrowIfNull(timeProvider);
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        _timeProvider = timeProvider;
        _maxBytes = maxBytes;
        _items = new ConcurrentDictionary<TKey, Item>(concurrencyLevel: 1, capacity: 31, comparer);
    }

    /// <summary>The size of the largest entry that is kept, in bytes.</summary>
    public long LargestEntry => (_maxBytes / LargestShare) - OverheadBytes;

    /// <summary>How much memory the entries take, in bytes, their overhead included. Never above the limit.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>How many entries there are, expired ones included that have not been met yet.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _clock.Count - _freePlaces.Count;
            }
        }
    }

    /// <summary>How many entries had to make room for others before their time was over.</summary>
    public long Evictions
    {
        get
        {
            lock (_gate)
            {
                return _evictions;
            }
        }
    }

    /// <summary>Looks up an entry.</summary>
    /// <param name="key">What names the entry.</param>
    /// <param name="sealedEntry">The tier's own bytes, not a copy.</param>
    /// <returns>Whether it is there and not expired.</returns>
    public bool TryGet(in TKey key, out ReadOnlyMemory<byte> sealedEntry) => TryGet(key, Now(), out sealedEntry);

    /// <summary>Looks up an entry at a time that the caller has read from the clock already.</summary>
    /// <param name="key">What names the entry.</param>
    /// <param name="nowUnixMs">The time, in Unix milliseconds.</param>
    /// <param name="sealedEntry">The tier's own bytes, not a copy.</param>
    /// <returns>Whether it is there and not expired.</returns>
    public bool TryGet(in TKey key, long nowUnixMs, out ReadOnlyMemory<byte> sealedEntry)
    {
        if (!_items.TryGetValue(key, out Item? item) || nowUnixMs >= item.Expires)
        {
            sealedEntry = default;
            return false;
        }

        // Written only when it changes: an entry that every thread hits stays in all their caches.
        if (!item.WasHit)
        {
            item.WasHit = true;
        }

        sealedEntry = item.SealedEntry;
        return true;
    }

    /// <summary>
    /// Keeps an entry, in place of the one under its key. An entry that is expired already or takes more than a quarter
    /// of the limit is not kept, and the one under its key is dropped.
    /// </summary>
    /// <param name="key">What names the entry.</param>
    /// <param name="sealedEntry">The entry; the tier takes it over, so that nobody may change it any more.</param>
    /// <param name="expiresUnixMs">From when on it is not returned any more, in Unix milliseconds.</param>
    public void Set(in TKey key, byte[] sealedEntry, long expiresUnixMs)
    {
        ArgumentNullException.ThrowIfNull(sealedEntry);
        long size = SizeOf(sealedEntry);
        long now = Now();
        lock (_gate)
        {
            if (now >= expiresUnixMs || size > _maxBytes / LargestShare)
            {
                _ = RemoveUnderLock(key);
                return;
            }

            // The old entry stays until the new one takes its place at once: nobody misses it in between.
            _ = _items.TryGetValue(key, out Item? old);
            MakeRoom(size, now, old);
            long oldSize = SizeOnClock(old);
            Item item = new(key, sealedEntry, expiresUnixMs, oldSize > 0 ? old!.Place : PlaceOnClock());
            _clock[item.Place] = item;
            _items[key] = item;
            AddBytes(size - oldSize);
        }
    }

    /// <summary>Drops an entry.</summary>
    /// <param name="key">What names the entry.</param>
    /// <returns>Whether it was there.</returns>
    public bool Remove(in TKey key)
    {
        lock (_gate)
        {
            return RemoveUnderLock(key);
        }
    }

    /// <summary>Looks up an entry and when its time is over.</summary>
    /// <param name="key">What names the entry.</param>
    /// <param name="expiresUnixMs">In Unix milliseconds.</param>
    /// <returns>The cache's own bytes, or null.</returns>
    private protected byte[]? Find(in TKey key, out long expiresUnixMs)
    {
        bool isThere = _items.TryGetValue(key, out Item? item) && Now() < item.Expires;
        expiresUnixMs = isThere ? item!.Expires : 0;
        return isThere ? item!.SealedEntry : null;
    }

    /// <summary>
    /// Does several things as one: nobody changes an entry meanwhile. A hit may still come in between.
    /// </summary>
    /// <param name="change">What to do; quick.</param>
    private protected bool Atomically(Func<bool> change)
    {
        lock (_gate)
        {
            return change();
        }
    }

    /// <summary>The keys of the entries whose time is not over, as they come.</summary>
    private protected IEnumerable<TKey> Keys =>
        _items.Where(item => Now() < item.Value.Expires).Select(item => item.Key);

    /// <summary>Drops all entries and gives their memory back.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _items.Clear();
            _clock.Clear();
            _clock.TrimExcess();
            _freePlaces.Clear();
            _freePlaces.TrimExcess();
            _hand = 0;
            AddBytes(-_bytes);
        }
    }

    private static long SizeOf(byte[] sealedEntry) => (long)sealedEntry.Length + OverheadBytes;

    private long Now() => _timeProvider.GetUtcNow().ToUnixTimeMilliseconds();

    private long SizeOnClock(Item? item) =>
        item is not null && _clock[item.Place] == item ? SizeOf(item.SealedEntry) : 0;

    private void MakeRoom(long size, long now, Item? old)
    {
        // Ends: the second time round, nothing is forgiven any more but what was hit meanwhile.
        while (_bytes + size - SizeOnClock(old) > _maxBytes)
        {
            _hand = _hand < _clock.Count ? _hand : 0;
            Item? item = _clock[_hand];
            _hand++;
            if (item is null)
            {
                continue;
            }

            if (item.WasHit && now < item.Expires)
            {
                item.WasHit = false;
                continue;
            }

            if (now < item.Expires)
            {
                _evictions++;
                CacheMeter.CountEviction();
            }

            Drop(item);
        }
    }

    private int PlaceOnClock()
    {
        // A place that is free again lies behind the hand as a rule, so that a new entry has a whole round to be hit.
        if (_freePlaces.TryPop(out int place))
        {
            return place;
        }

        _clock.Add(null);
        return _clock.Count - 1;
    }

    private bool RemoveUnderLock(in TKey key)
    {
        if (!_items.TryGetValue(key, out Item? item))
        {
            return false;
        }

        Drop(item);
        return true;
    }

    private void Drop(Item item)
    {
        _ = _items.TryRemove(item.Key, out _);
        _clock[item.Place] = null;
        _freePlaces.Push(item.Place);
        AddBytes(-SizeOf(item.SealedEntry));
    }

    private void AddBytes(long bytes) => Interlocked.Add(ref _bytes, bytes);

    private sealed class Item(TKey key, byte[] sealedEntry, long expires, int place)
    {
        public TKey Key { get; } = key;

        public byte[] SealedEntry { get; } = sealedEntry;

        public long Expires { get; } = expires;

        public int Place { get; } = place;

        // No barrier: a hit that the hand does not see yet costs an entry its place at worst.
        public bool WasHit { get; set; }
    }
}
