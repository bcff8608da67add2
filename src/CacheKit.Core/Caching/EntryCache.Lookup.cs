using CacheKit.Core.Caching.Statistics;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage;

namespace CacheKit.Core.Caching;

/// <content>Lookups in the store.</content>
public sealed partial class EntryCache
{
    /// <summary>Looks into the store, and fills the memory tier on a hit.</summary>
    /// <param name="keys">Where the entry lies.</param>
    /// <param name="keepEvidence">Whether an entry that is not authentic stays where it is (fail closed).</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<LookupResult> GetAsync(
        EntryKeys keys,
        bool keepEvidence,
        CancellationToken cancellationToken)
    {
        long moment = _changes.Now;
        IReadOnlyList<byte[]?> found = await ReadAsync([keys], cancellationToken).ConfigureAwait(false);
        LookupResult result = await ResultOfAsync(keys, new Found(found, 0, moment), keepEvidence, cancellationToken)
            .ConfigureAwait(false);
        return MayHaveMoved(keys, found, result)
            ? await GetMovedAsync(keys, keepEvidence, cancellationToken).ConfigureAwait(false)
            : result;
    }

    /// <summary>Looks for several entries in one round trip to the store.</summary>
    /// <param name="keys">Where each lies.</param>
    /// <param name="keepEvidence">Whether entries that are not authentic stay where they are (fail closed).</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What was found, in the order of the keys; the caller disposes of each.</returns>
    public async ValueTask<IReadOnlyList<LookupResult>> GetManyAsync(
        IReadOnlyList<EntryKeys> keys,
        bool keepEvidence,
        CancellationToken cancellationToken)
    {
        long moment = _changes.Now;
        IReadOnlyList<byte[]?> found = await ReadAsync(keys, cancellationToken).ConfigureAwait(false);
        LookupResult[] results = new LookupResult[keys.Count];
        int start = 0;
        for (int i = 0; i < results.Length; i++)
        {
            results[i] = await ResultOfAsync(
                keys[i], new Found(found, start, moment), keepEvidence, cancellationToken).ConfigureAwait(false);
            start += 1 + keys[i].Previous.Count;
        }

        await GetMovedAsync(keys, found, results, keepEvidence, cancellationToken).ConfigureAwait(false);
        return results;
    }

    /// <summary>Looks in both tiers for an entry whose time is over, but not yet its grace (stale-if-error).</summary>
    /// <param name="keys">Where the entry lies.</param>
    /// <param name="grace">
    /// How long after its time the caller would take it; what it was sealed with bounds it too.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<LookupResult> GetStaleAsync(
        EntryKeys keys,
        TimeSpan grace,
        CancellationToken cancellationToken)
    {
        EntryKey[] all = [keys.Current, .. keys.Previous];
        IReadOnlyList<byte[]?>? stored = null;
        long now = Now();
        OpenedEntry newest = default;
        bool isFound = false;
        for (int i = 0; i < all.Length; i++)
        {
            if (!_memory.TryGet(all[i].Id, now, out ReadOnlyMemory<byte> frame))
            {
                stored ??= await ReadAsync([keys], cancellationToken).ConfigureAwait(false);
                frame = i < stored.Count ? stored[i] : default;
            }

            if (!frame.IsEmpty && _codec.Open(all[i], frame, out OpenedEntry entry) == OpenOutcome.Opened)
            {
                KeepNewer(ref newest, ref isFound, entry, now);
            }
        }

        if (isFound && newest.HasHeader && IsWithin(newest.Header, Math.Min(
            newest.Header.KeepForMs,
            newest.Header.FreshForMs + (long)grace.TotalMilliseconds)))
        {
            return new LookupResult(LookupOutcome.Hit, newest);
        }

        newest.Dispose();
        return default;
    }

    /// <summary>
    /// Reads every key of every entry, one after the other; nothing at all when the store has a fault.
    /// </summary>
    private async ValueTask<IReadOnlyList<byte[]?>> ReadAsync(
        IReadOnlyList<EntryKeys> keys,
        CancellationToken cancellationToken)
    {
        long start = _clock.GetTimestamp();
        try
        {
            IReadOnlyList<byte[]?> found = keys is [{ Previous.Count: 0 } single]
                ? [await _store.GetAsync(single.Current.ToString(), cancellationToken).ConfigureAwait(false)]
                : await _store.GetManyAsync(PhysicalKeys(keys), cancellationToken).ConfigureAwait(false);
            Statistics.CountRead(worked: true, _clock.GetElapsedTime(start));
            _tiers.IsUnreadable = false;
            _notices.ReadsWork();
            return found;
        }
        catch (StoreException fault)
        {
            Statistics.CountRead(worked: false, _clock.GetElapsedTime(start));
            _tiers.IsUnreadable = true;
            _notices.AddReadFault(fault);
            return [];
        }
    }

    private static string[] PhysicalKeys(IReadOnlyList<EntryKeys> keys) =>
        [.. keys.SelectMany(each => (EntryKey[])[each.Current, .. each.Previous]).Select(key => key.ToString())];

    private ValueTask<LookupResult> ResultOfAsync(
        EntryKeys keys,
        Found found,
        bool keepEvidence,
        CancellationToken cancellationToken)
    {
        if (found.Frames.Count <= found.Start)
        {
            return default;
        }

        if (keys.Previous.Count > 0)
        {
            return NewestOfAsync(keys, found, keepEvidence, cancellationToken);
        }

        return found.Frames[found.Start] is { } frame
            ? OpenAsync(keys.Current, frame, found.Moment, keepEvidence, cancellationToken)
            : default;
    }

    private async ValueTask<LookupResult> OpenAsync(
        EntryKey key,
        byte[] frame,
        long moment,
        bool keepEvidence,
        CancellationToken cancellationToken)
    {
        OpenOutcome outcome = _codec.Open(key, frame, out OpenedEntry entry);
        if (outcome != OpenOutcome.Opened)
        {
            return await RefuseAsync(key, frame, outcome, keepEvidence, cancellationToken).ConfigureAwait(false);
        }

        if (IsFresh(entry, Now()))
        {
            Fill(key.Id, frame, entry, moment);
            return new LookupResult(LookupOutcome.Hit, entry);
        }

        entry.Dispose();
        return default;
    }

    /// <summary>What becomes of an entry that does not open.</summary>
    private async ValueTask<LookupResult> RefuseAsync(
        EntryKey key, byte[] frame, OpenOutcome outcome, bool keepEvidence, CancellationToken cancellationToken)
    {
        bool isAuthentic = outcome != OpenOutcome.NotAuthentic;
        Statistics.CountRefused(isAuthentic ? RefusalReason.Malformed : RefusalReason.NotAuthentic);
        string? problem = _codec.ProblemOf(frame);
        LookupResult result = new(
            isAuthentic ? LookupOutcome.Malformed : LookupOutcome.NotAuthentic,
            default,
            problem);
        if (keepEvidence)
        {
            return result;
        }

        await DropAsync(key, cancellationToken).ConfigureAwait(false);
        _notices.Add((isAuthentic
            ? $"An entry in {_store.DisplayName} does not decode. "
            : $"An entry in {_store.DisplayName} is not authentic: it was altered, moved, or sealed under another "
                + "key. ")
            + $"{problem}{(problem is null ? string.Empty : " ")}It was dropped ({key}).");
        return result;
    }

    /// <summary>
    /// Puts an entry that was read into memory, unless it was removed or replaced since the reading began.
    /// </summary>
    private void Fill(in EntryId id, byte[] frame, in OpenedEntry entry, long moment)
    {
        if (!_codec.HasTimes)
        {
            return;
        }

        _memory.Set(id, frame, entry.Header.CreatedUnixMs + entry.Header.KeepForMs);
        if (_changes.HasChangedSince(id, moment))
        {
            _memory.Remove(id);
        }
    }

    /// <summary>What a reading found for an entry.</summary>
    /// <param name="Frames">All that was read.</param>
    /// <param name="Start">Where the entry's part begins.</param>
    /// <param name="Moment">When the reading began, as the tracker of changes counts.</param>
    private readonly record struct Found(IReadOnlyList<byte[]?> Frames, int Start, long Moment);
}
