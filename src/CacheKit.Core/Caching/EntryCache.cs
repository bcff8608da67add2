using System.Diagnostics.CodeAnalysis;
using CacheKit.Core.Caching.Statistics;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Memory;

namespace CacheKit.Core.Caching;

/// <summary>
/// A memory tier of entries in front of a store of entries: lookup, expiry, faults and the notices that tell of them.
/// How an entry is made and opened is up to the derived class.
/// </summary>
/// <remarks>
/// A fault of the store is never an exception here: a lookup is a miss, a write is lost, and one notice an outage says
/// so. Safe for concurrent use.
/// </remarks>
public abstract partial class EntryCache : IAsyncDisposable
{
    /// <summary>The largest entry in bytes: 100 MiB (PROTOCOL section 1).</summary>
    public const int LargestEntry = 100 * 1024 * 1024;

    /// <summary>How far the clocks of two hosts may differ. An entry from further in the future is not used.</summary>
    private static readonly long s_clockSkewMs = (long)TimeSpan.FromMinutes(5).TotalMilliseconds;

    private readonly CacheTiers _tiers;
    private readonly ICacheStore _store;
    private readonly MemoryTier _memory;
    private readonly TimeProvider _clock;
    private readonly CacheNotices _notices;
    private readonly ChangeTracker _changes;

    /// <summary>Makes a cache.</summary>
    /// <param name="tiers">Store and memory; the cache lets go of them when it is disposed.</param>
    /// <param name="statistics">Counts what is done; outlives the cache.</param>
    private protected EntryCache(CacheTiers tiers, CacheStatistics statistics)
    {
        Statistics = statistics;
        _tiers = tiers;
        _store = tiers.Store;
        _memory = tiers.Memory;
        _clock = tiers.Clock;
        _notices = tiers.Notices;
        _changes = tiers.Changes;
    }

    internal CacheTiers Tiers => _tiers;

    private protected ICacheStore Store => _store;

    private protected TimeProvider Clock => _clock;

    private protected CacheNotices Notices => _notices;

    /// <summary>What is done with this cache.</summary>
    public CacheStatistics Statistics { get; }

    /// <summary>The computations under way: one a key.</summary>
    public SingleFlight Flights => _tiers.Flights;

    /// <summary>Whether the memory tier holds entries, which then say themselves when their time is over.</summary>
    private protected virtual bool IsKeptInMemory => true;

    /// <summary>Computes where an entry lies.</summary>
    /// <param name="namespace">The namespace: 1 to 64 of <c>[A-Za-z0-9._-]</c>.</param>
    /// <param name="identity">What identifies the entry inside it.</param>
    /// <param name="holdsSecret">
    /// Whether that includes the content of a secret, which then is not kept in memory.
    /// </param>
    public abstract EntryKeys KeysFor(string @namespace, ReadOnlySpan<byte> identity, bool holdsSecret = false);

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

        if (found && IsFresh(entry.Header, now))
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
        Open(keys.Current, entry.Frame, out opened) == OpenOutcome.Opened;

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
        byte[]? frame = Seal(keys, name, value, header, compress);
        // What this value replaces is over, whatever becomes of the new entry.
        foreach (EntryKey previous in keys.Previous)
        {
            _tiers.Forget(previous.Id);
        }

        if (frame is null || frame.Length > LargestEntry)
        {
            _tiers.Forget(keys.Current.Id);
            _notices.Add($"The value takes {frame?.Length ?? value.Length:N0} bytes; values over {LargestEntry:N0} bytes are not cached.");
            return null;
        }

        // What is being read at this moment is older.
        _changes.Changed(keys.Current.Id);
        if (IsKeptInMemory)
        {
            _memory.Set(keys.Current.Id, frame, now + lifetime.KeepForMs);
        }

        return new SealedEntry(keys, frame, TimeSpan.FromMilliseconds(lifetime.KeepForMs));
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
        GC.SuppressFinalize(this);
        DisposeKeys();
        return _tiers.DisposeAsync();
    }

    private protected abstract byte[]? Seal(
        EntryKeys keys,
        string? name,
        ReadOnlySpan<byte> value,
        in EntryHeader header,
        bool compress);

    private protected abstract OpenOutcome Open(in EntryKey key, ReadOnlyMemory<byte> frame, out OpenedEntry entry);

    /// <summary>What more can be told of bytes that do not open, as a sentence; null for nothing.</summary>
    /// <param name="frame">The bytes.</param>
    /// <param name="outcome">How opening them ended.</param>
    private protected virtual string? ProblemOf(ReadOnlyMemory<byte> frame, OpenOutcome outcome) => null;

    /// <summary>Opens an entry of the memory tier, which may be prepared for being opened again.</summary>
    private protected virtual OpenOutcome OpenLocal(
        in EntryKey key,
        ReadOnlyMemory<byte> frame,
        ref PreparedFrame? prepared,
        out OpenedEntry entry) => Open(key, frame, out entry);

    private protected virtual void DisposeKeys()
    {
    }

    private bool TryOpenLocal(in EntryKey key, long now, ref PreparedFrame? prepared, out OpenedEntry entry)
    {
        if (!_memory.TryGet(key.Id, now, out ReadOnlyMemory<byte> frame))
        {
            entry = default;
            prepared = null;
            return false;
        }

        if (OpenLocal(key, frame, ref prepared, out entry) == OpenOutcome.Opened)
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

    private static bool IsFresh(in EntryHeader header, long now) => IsWithin(header, header.FreshForMs, now);

    private static bool IsWithin(in EntryHeader header, long milliseconds, long now) =>
        now < header.CreatedUnixMs + milliseconds && !IsFromFuture(header, now);
}
