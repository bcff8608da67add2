using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage;

namespace CacheKit.Core.Caching;

/// <summary>
/// An encrypted cache of one tenant: a memory tier of sealed bytes in front of a store of sealed bytes. Only entries
/// that authenticate under the tenant's keys, at the key where they were found, and within their authenticated time,
/// ever leave it (DESIGN sections 2 and 8).
/// </summary>
/// <remarks>
/// A fault of the store is never an exception here: a lookup is a miss, a write is lost, and one notice an outage says
/// so. Safe for concurrent use.
/// </remarks>
public sealed class SecureCache : IAsyncDisposable
{
    /// <summary>The largest sealed entry in bytes: 100 MiB (PROTOCOL section 1).</summary>
    public const int LargestEntry = 100 * 1024 * 1024;

    /// <summary>How far the clocks of two hosts may differ. An entry from further in the future is not used.</summary>
    private static readonly long s_clockSkewMs = (long)TimeSpan.FromMinutes(5).TotalMilliseconds;

    private readonly TenantKeyRing _keys;
    private readonly ICacheStore _store;
    private readonly MemoryTier _memory;
    private readonly TimeProvider _clock;
    private readonly ConcurrentQueue<string> _notices = new();
    private string? _readFault;
    private string? _writeFault;

    /// <summary>Makes a cache, which owns all of its parts from then on.</summary>
    /// <param name="keys">The tenant's keys.</param>
    /// <param name="store">Where sealed entries lie.</param>
    /// <param name="memory">The tier in front of it.</param>
    /// <param name="clock">The clock that expiry goes by.</param>
    public SecureCache(TenantKeyRing keys, ICacheStore store, MemoryTier memory, TimeProvider clock)
    {
        _keys = keys;
        _store = store;
        _memory = memory;
        _clock = clock;
    }

    /// <summary>Computes where an entry lies.</summary>
    /// <param name="namespace">The namespace: 1 to 64 of <c>[A-Za-z0-9._-]</c>.</param>
    /// <param name="identity">What identifies the entry inside it.</param>
    /// <param name="holdsSecret">Whether that includes the content of a secret, which then is not kept in memory.</param>
    public EntryKeys KeysFor(string @namespace, ReadOnlySpan<byte> identity, bool holdsSecret = false) =>
        _keys.KeysFor(@namespace, identity, holdsSecret);

    /// <summary>Looks into the memory tier alone: no store, no task, no waiting.</summary>
    /// <param name="keys">Where the entry lies.</param>
    /// <param name="entry">The entry, to be disposed by the caller.</param>
    public bool TryGetLocal(EntryKeys keys, out OpenedEntry entry)
    {
        PreparedFrame? prepared = keys.Prepared;
        bool found = TryGetLocal(keys.Current, ref prepared, out entry);
        keys.Prepared = prepared;
        for (int i = 0; !found && i < keys.Previous.Count; i++)
        {
            prepared = null;
            found = TryGetLocal(keys.Previous[i], ref prepared, out entry);
        }

        return found;
    }

    /// <summary>Looks into the store, and fills the memory tier on a hit.</summary>
    /// <param name="keys">Where the entry lies.</param>
    /// <param name="keepEvidence">Whether an entry that is not authentic stays where it is (fail closed).</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<LookupResult> GetAsync(
        EntryKeys keys,
        bool keepEvidence,
        CancellationToken cancellationToken)
    {
        IReadOnlyList<byte[]?> found;
        try
        {
            found = await ReadAsync(keys, cancellationToken).ConfigureAwait(false);
            _readFault = null;
        }
        catch (StoreException fault)
        {
            ReportFault(fault, ref _readFault, _writeFault);
            return default;
        }

        LookupResult result = default;
        for (int i = 0; i < found.Count && result.Outcome == LookupOutcome.Miss; i++)
        {
            if (found[i] is { } frame)
            {
                EntryKey key = i == 0 ? keys.Current : keys.Previous[i - 1];
                result = await OpenAsync(key, frame, keepEvidence, cancellationToken).ConfigureAwait(false);
            }
        }

        return result;
    }

    /// <summary>Seals a value, and puts it into the memory tier. <see cref="SetAsync"/> puts it into the store.</summary>
    /// <param name="keys">Where the entry will lie.</param>
    /// <param name="name">The item's name, or null when the key was derived.</param>
    /// <param name="serializer">How the value is written.</param>
    /// <param name="value">The serialized value; not needed any more when this returns.</param>
    /// <param name="timeToLive">How long it is fresh; more than zero.</param>
    /// <returns>The sealed entry, or null when it is too large to be kept, which a notice says.</returns>
    public SealedEntry? Seal(
        EntryKeys keys,
        string? name,
        SerializerKind serializer,
        ReadOnlySpan<byte> value,
        TimeSpan timeToLive)
    {
        long now = Now();
        // Times are whole milliseconds: a shorter life is rounded up to one.
        long lifetime = Math.Max(1, (long)timeToLive.TotalMilliseconds);
        byte[] frame = EntrySealer.Seal(
            keys.Current,
            name,
            value,
            new EntryHeader(default, now, lifetime, lifetime, serializer, Compressed: false));
        // What this value replaces is over, whatever becomes of the new entry.
        foreach (EntryKey previous in keys.Previous)
        {
            _memory.Remove(previous.Id);
        }

        if (frame.Length > LargestEntry)
        {
            _memory.Remove(keys.Current.Id);
            _notices.Enqueue($"The value takes {frame.Length:N0} bytes; values over {LargestEntry:N0} bytes are not cached.");
            return null;
        }

        _memory.Set(keys.Current.Id, frame, now + lifetime);
        return new SealedEntry(keys, frame, TimeSpan.FromMilliseconds(lifetime));
    }

    /// <summary>Puts a sealed entry into the store, in place of whatever was there under any key of the ring.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask SetAsync(SealedEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            await _store.SetAsync(entry.Keys.Current.ToString(), entry.Frame, entry.KeepFor, cancellationToken)
                .ConfigureAwait(false);
            foreach (EntryKey previous in entry.Keys.Previous)
            {
                _memory.Remove(previous.Id);
                await _store.RemoveAsync(previous.ToString(), cancellationToken).ConfigureAwait(false);
            }

            _writeFault = null;
        }
        catch (StoreException fault)
        {
            ReportFault(fault, ref _writeFault, _readFault);
            if (fault.Fault == StoreFault.ValueTooLarge)
            {
                await DropAsync(entry.Keys.Current, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Removes an entry from both tiers, under every key of the ring.</summary>
    /// <param name="keys">Where the entry lies.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask RemoveAsync(EntryKeys keys, CancellationToken cancellationToken)
    {
        await DropAsync(keys.Current, cancellationToken).ConfigureAwait(false);
        foreach (EntryKey previous in keys.Previous)
        {
            await DropAsync(previous, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes the next thing that the user should be warned of: store faults, dropped entries.</summary>
    /// <param name="notice">One or more whole sentences, without any secret.</param>
    public bool TryTakeNotice([NotNullWhen(true)] out string? notice)
    {
        if (_notices.TryDequeue(out notice))
        {
            return true;
        }

        notice = _store.TryTakeIncident(out StoreIncident? incident) ? incident.Message : null;
        return notice is not null;
    }

    /// <summary>Zeroes the keys and closes the store.</summary>
    public ValueTask DisposeAsync()
    {
        _memory.Clear();
        _keys.Dispose();
        return _store.DisposeAsync();
    }

    private bool TryGetLocal(in EntryKey key, ref PreparedFrame? prepared, out OpenedEntry entry)
    {
        entry = default;
        long now = Now();
        if (!_memory.TryGet(key.Id, now, out ReadOnlyMemory<byte> frame))
        {
            prepared = null;
            return false;
        }

        // The entry of a call that comes again is prepared already; it is decrypted each time.
        prepared = prepared is not null && prepared.IsOf(frame) ? prepared : EntrySealer.Prepare(key, frame);
        if (prepared is not null && EntrySealer.Open(key, prepared, out entry) == OpenOutcome.Opened)
        {
            if (IsFresh(entry.Header, now))
            {
                return true;
            }

            entry.Dispose();
            entry = default;
        }

        _memory.Remove(key.Id);
        return false;
    }

    private async ValueTask<IReadOnlyList<byte[]?>> ReadAsync(EntryKeys keys, CancellationToken cancellationToken)
    {
        if (keys.Previous.Count == 0)
        {
            return [await _store.GetAsync(keys.Current.ToString(), cancellationToken).ConfigureAwait(false)];
        }

        string[] physicalKeys = [keys.Current.ToString(), .. keys.Previous.Select(key => key.ToString())];
        return await _store.GetManyAsync(physicalKeys, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<LookupResult> OpenAsync(
        EntryKey key,
        byte[] frame,
        bool keepEvidence,
        CancellationToken cancellationToken)
    {
        OpenOutcome outcome = EntrySealer.Open(key, frame, out OpenedEntry entry);
        if (outcome == OpenOutcome.Opened)
        {
            if (IsFresh(entry.Header, Now()))
            {
                _memory.Set(key.Id, frame, entry.Header.CreatedUnixMs + entry.Header.KeepForMs);
                return new LookupResult(LookupOutcome.Hit, entry);
            }

            entry.Dispose();
            return default;
        }

        if (outcome == OpenOutcome.NotAuthentic && keepEvidence)
        {
            return new LookupResult(LookupOutcome.NotAuthentic, default);
        }

        await DropAsync(key, cancellationToken).ConfigureAwait(false);
        _notices.Enqueue(outcome == OpenOutcome.NotAuthentic
            ? $"An entry in {_store.DisplayName} is not authentic: it was altered, moved, or sealed under another key. "
                + $"It was dropped ({key})."
            : $"An entry in {_store.DisplayName} does not decode. It was dropped ({key}).");
        return new LookupResult(
            outcome == OpenOutcome.NotAuthentic ? LookupOutcome.NotAuthentic : LookupOutcome.Malformed,
            default);
    }

    private async ValueTask DropAsync(EntryKey key, CancellationToken cancellationToken)
    {
        _memory.Remove(key.Id);
        try
        {
            await _store.RemoveAsync(key.ToString(), cancellationToken).ConfigureAwait(false);
            _writeFault = null;
        }
        catch (StoreException fault)
        {
            ReportFault(fault, ref _writeFault, _readFault);
        }
    }

    private long Now() => _clock.GetUtcNow().ToUnixTimeMilliseconds();

    private static bool IsFresh(in EntryHeader header, long now) =>
        now < header.CreatedUnixMs + header.FreshForMs && header.CreatedUnixMs <= now + s_clockSkewMs;

    /// <summary>Notes a fault once an outage: not again while it lasts, nor for the other direction if it is the same.</summary>
    private void ReportFault(StoreException fault, ref string? last, string? other)
    {
        if (fault.Fault == StoreFault.ValueTooLarge)
        {
            _notices.Enqueue($"{fault.Message} It is not cached.");
        }
        else if (Interlocked.Exchange(ref last, fault.Message) is null && other != fault.Message)
        {
            _notices.Enqueue($"{fault.Message} The script goes on without it.");
        }
    }
}
