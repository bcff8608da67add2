using System.Diagnostics.CodeAnalysis;
using CacheKit.Core.Caching.Statistics;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Memory;

namespace CacheKit.Core.Caching;

/// <summary>
/// The cache of one tenant and one kind of entries: a memory tier in front of a store, with lookup, expiry, faults and
/// the notices that tell of them. How an entry is named, made and opened is up to its <see cref="IEntryCodec"/>.
/// </summary>
/// <remarks>
/// A fault of the store is never an exception here: a lookup is a miss, a write is lost, and one notice an outage says
/// so. Safe for concurrent use.
/// </remarks>
public sealed partial class EntryCache : IAsyncDisposable
{
    /// <summary>The largest entry in bytes: 100 MiB, as in all clients of the family.</summary>
    public const int LargestEntry = 100 * 1024 * 1024;

    /// <summary>How far the clocks of two hosts may differ. An entry from further in the future is not used.</summary>
    private static readonly long s_clockSkewMs = (long)TimeSpan.FromMinutes(5).TotalMilliseconds;

    private readonly CacheTiers _tiers;
    private readonly ICacheStore _store;
    private readonly MemoryTier _memory;
    private readonly TimeProvider _clock;
    private readonly CacheNotices _notices;
    private readonly ChangeTracker _changes;
    private readonly IEntryCodec _codec;
    private readonly HolderCount _holders = new();
    private NamespaceCheck? _namespaces;

    /// <summary>Makes a cache on tiers that others use, too.</summary>
    /// <param name="tiers">Store and memory, which stay the caller's.</param>
    /// <param name="mode">Which kind of entries it keeps.</param>
    /// <param name="ring">Gives the master keys, which stay the caller's; asked if entries are encrypted.</param>
    /// <param name="tenant">Whose entries they are: 1 to 1,024 bytes in UTF-8.</param>
    /// <param name="statistics">Counts what is done, and outlives the cache; null for statistics of its own.</param>
    public EntryCache(
        CacheTiers tiers, CacheMode mode, Func<KeyRing> ring, string tenant, CacheStatistics? statistics = null)
        : this(mode.CreateCodec(ring, tenant), tiers.Hold(), statistics)
    {
    }

    /// <summary>Makes a cache.</summary>
    /// <param name="codec">The codec, which belongs to the cache from then on.</param>
    /// <param name="tiers">Store and memory; the cache lets go of them when it is disposed.</param>
    /// <param name="statistics">Counts what is done, and outlives the cache; null for statistics of its own.</param>
    internal EntryCache(IEntryCodec codec, CacheTiers tiers, CacheStatistics? statistics = null)
    {
        _codec = codec;
        Statistics = statistics ?? new CacheStatistics(codec.Mode.Label);
        _tiers = tiers;
        _store = tiers.Store;
        _memory = tiers.Memory;
        _clock = tiers.Clock;
        _notices = tiers.Notices;
        _changes = tiers.Changes;
    }

    /// <summary>Which kind of entries it keeps.</summary>
    public CacheMode Mode => _codec.Mode;

    /// <summary>What is done with this cache.</summary>
    public CacheStatistics Statistics { get; }

    /// <summary>The computations under way: one a key.</summary>
    public SingleFlight Flights => _tiers.Flights;

    /// <summary>Tells which namespaces hold encrypted entries, for whoever keeps plain ones.</summary>
    public NamespaceCheck Namespaces => LazyInitializer.EnsureInitialized(ref _namespaces, () => new(_tiers));

    /// <summary>The tenant's keys, which belong to the cache.</summary>
    /// <exception cref="InvalidOperationException">Nothing is encrypted here.</exception>
    public TenantKeyRing Ring => _codec.Ring ?? throw new InvalidOperationException("A plain cache has no keys.");

    internal CacheTiers Tiers => _tiers;

    internal IEntryCodec Codec => _codec;

    /// <summary>Computes where an entry lies.</summary>
    /// <param name="namespace">The namespace: 1 to 64 of <c>[A-Za-z0-9._-]</c>.</param>
    /// <param name="identity">What identifies the entry inside it.</param>
    /// <param name="holdsSecret">
    /// Whether that includes the content of a secret, which then is not kept in memory; only native entries can.
    /// </param>
    /// <exception cref="ArgumentException">Entries of this kind cannot have this identity.</exception>
    public EntryKeys KeysFor(string @namespace, ReadOnlySpan<byte> identity, bool holdsSecret = false) =>
        _codec.KeysFor(@namespace, identity, holdsSecret);

    /// <summary>Looks into the memory tier alone: no store, no task, no waiting.</summary>
    /// <param name="keys">Where the entry lies.</param>
    /// <param name="entry">The entry, to be disposed by the caller.</param>
    public bool TryGetLocal(EntryKeys keys, out OpenedEntry entry)
    {
        long now = Now();
        PreparedFrame? prepared = keys.Prepared;
        bool found = TryOpenLocal(keys.Current, now, ref prepared, out entry);
        keys.Prepared = prepared;
        if (keys.Previous.Count > 0)
        {
            found = TryFindNewerLocal(keys, now, found, ref entry);
        }

        if (found && IsFresh(entry, now))
        {
            return true;
        }

        // Stale: it stays for its grace.
        entry.Dispose();
        entry = default;
        return false;
    }

    /// <summary>Opens an entry that another caller has just sealed for both.</summary>
    /// <param name="entry">The sealed entry.</param>
    /// <param name="keys">
    /// Where it lies, under the keys of this cache: those of the other caller may be another cache's, and zeroed by
    /// now.
    /// </param>
    /// <param name="opened">The entry, to be disposed by the caller.</param>
    public bool TryOpen(SealedEntry entry, EntryKeys keys, out OpenedEntry opened) =>
        _codec.Open(keys.Current, entry.Frame, out opened) == OpenOutcome.Opened;

    /// <summary>
    /// Seals a value, and puts it into the memory tier. <see cref="SetAsync"/> puts it into the store.
    /// </summary>
    /// <param name="keys">Where the entry will lie.</param>
    /// <param name="name">The item's name, or null when the key was derived.</param>
    /// <param name="serializer">How the value is written.</param>
    /// <param name="value">The serialized value; not needed any more when this returns.</param>
    /// <param name="lifetime">How long it is fresh, and kept.</param>
    /// <param name="compress">Whether a large value may be compressed.</param>
    /// <returns>The sealed entry, or null when it is too large to be kept, which a notice says.</returns>
    public SealedEntry? Seal(
        EntryKeys keys,
        string? name,
        SerializerKind serializer,
        ReadOnlySpan<byte> value,
        EntryLifetime lifetime,
        bool compress = true)
    {
        long now = Now();
        EntryHeader header = new(default, now, lifetime.FreshForMs, lifetime.KeepForMs, serializer, Compressed: false);
        byte[]? frame = _codec.Seal(keys, name, value, header, compress);
        // What this value replaces is over, whatever becomes of the new entry.
        foreach (EntryKey previous in keys.Previous)
        {
            _tiers.Forget(previous.Id);
        }

        if (frame is null || frame.Length > LargestEntry)
        {
            _tiers.Forget(keys.Current.Id);
            _notices.Add(
                $"The value takes {frame?.Length ?? value.Length:N0} bytes; values over {LargestEntry:N0} bytes are "
                + "not cached.");
            return null;
        }

        // What is being read at this moment is older.
        _changes.Changed(keys.Current.Id);
        if (_codec.HasTimes)
        {
            _memory.Set(keys.Current.Id, frame, now + lifetime.KeepForMs);
        }

        return new SealedEntry(keys, frame, now, TimeSpan.FromMilliseconds(lifetime.KeepForMs));
    }

    /// <summary>Puts a sealed entry into the store, in place of whatever was there under any key of the ring.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask SetAsync(SealedEntry entry, CancellationToken cancellationToken)
    {
        long start = _clock.GetTimestamp();
        try
        {
            await _store.SetAsync(entry.Keys.Current.ToString(), entry.Frame, entry.KeepFor, cancellationToken)
                .ConfigureAwait(false);
            if (entry.Keys.Previous.Count > 0)
            {
                await ClearPreviousAsync(entry, cancellationToken).ConfigureAwait(false);
            }

            Statistics.CountWrite(worked: true, _clock.GetElapsedTime(start));
            _notices.WritesWork();
        }
        catch (StoreException fault)
        {
            Statistics.CountWrite(worked: false, _clock.GetElapsedTime(start));
            _notices.AddWriteFault(fault);
            if (fault.Fault == StoreFault.ValueTooLarge)
            {
                await RemoveAsync(entry.Keys, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Removes an entry from both tiers, under every key of the ring.</summary>
    /// <param name="keys">Where the entry lies.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask RemoveAsync(EntryKeys keys, CancellationToken cancellationToken)
    {
        await DropAsync(keys.Current, cancellationToken).ConfigureAwait(false);
        if (keys.Previous.Count > 0)
        {
            await DropPreviousAsync(keys, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes the next thing that the user should hear of: store faults, dropped entries.</summary>
    /// <param name="notice">The warning, or the error where the configuration is wrong.</param>
    public bool TryTakeNotice([NotNullWhen(true)] out CacheNotice? notice) => _notices.TryTake(out notice);

    /// <summary>Zeroes the keys, and closes the store unless another cache uses it.</summary>
    public ValueTask DisposeAsync()
    {
        _codec.Dispose();
        return _tiers.DisposeAsync();
    }

    /// <summary>Holds the cache, so that it is not closed meanwhile; <see cref="Release"/> ends that.</summary>
    /// <returns>False if the last holder has let go.</returns>
    internal bool TryHold() => _holders.TryHold();

    /// <summary>Lets go; whoever made the cache does, too. The last holder closes it.</summary>
    internal void Release()
    {
        if (_holders.Release())
        {
            // Nothing is under way any more, so that closing does not wait.
            DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private bool TryOpenLocal(in EntryKey key, long now, ref PreparedFrame? prepared, out OpenedEntry entry)
    {
        if (!_memory.TryGet(key.Id, now, out ReadOnlyMemory<byte> frame))
        {
            entry = default;
            prepared = null;
            return false;
        }

        if (_codec.OpenAgain(key, frame, ref prepared, out entry) == OpenOutcome.Opened)
        {
            return true;
        }

        _memory.Remove(key.Id);
        return false;
    }

    private async ValueTask DropAsync(EntryKey key, CancellationToken cancellationToken)
    {
        _tiers.Forget(key.Id);
        long start = _clock.GetTimestamp();
        try
        {
            await _store.RemoveAsync(key.ToString(), cancellationToken).ConfigureAwait(false);
            _notices.WritesWork();
        }
        catch (StoreException fault)
        {
            Statistics.CountWrite(worked: false, _clock.GetElapsedTime(start));
            _notices.AddWriteFault(fault);
        }
    }

    private long Now() => _clock.GetUtcNow().ToUnixTimeMilliseconds();

    private bool IsWithin(in EntryHeader header, long milliseconds) => IsWithin(header, milliseconds, Now());

    /// <summary>Whether an entry was made at a time that no clock here can show yet: it is not used.</summary>
    /// <param name="header">Its header.</param>
    /// <param name="now">The time, in Unix milliseconds.</param>
    internal static bool IsFromFuture(in EntryHeader header, long now) => header.CreatedUnixMs > now + s_clockSkewMs;

    /// <summary>An entry without times is fresh as long as the store has it.</summary>
    private static bool IsFresh(in OpenedEntry entry, long now) => !entry.HasHeader || IsFresh(entry.Header, now);

    private static bool IsFresh(in EntryHeader header, long now) => IsWithin(header, header.FreshForMs, now);

    private static bool IsWithin(in EntryHeader header, long milliseconds, long now) =>
        now < header.CreatedUnixMs + milliseconds && !IsFromFuture(header, now);
}
