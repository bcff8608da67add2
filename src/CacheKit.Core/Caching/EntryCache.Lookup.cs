using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage;

namespace CacheKit.Core.Caching;

/// <content>Lookups in the store.</content>
public abstract partial class EntryCache
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
        return await FirstOfAsync(keys, new Found(found, 0, moment), keepEvidence, cancellationToken)
            .ConfigureAwait(false);
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
            results[i] = await FirstOfAsync(
                keys[i], new Found(found, start, moment), keepEvidence, cancellationToken).ConfigureAwait(false);
            start += 1 + keys[i].Previous.Count;
        }

        return results;
    }

    /// <summary>Looks in both tiers for an entry whose time is over, but not yet its grace (stale-if-error).</summary>
    /// <param name="keys">Where the entry lies.</param>
    /// <param name="grace">How long after its time the caller would take it; what it was sealed with bounds it too.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<LookupResult> GetStaleAsync(
        EntryKeys keys,
        TimeSpan grace,
        CancellationToken cancellationToken)
    {
        EntryKey[] all = [keys.Current, .. keys.Previous];
        IReadOnlyList<byte[]?>? stored = null;
        for (int i = 0; i < all.Length; i++)
        {
            if (!_memory.TryGet(all[i].Id, Now(), out ReadOnlyMemory<byte> frame))
            {
                stored ??= await ReadAsync([keys], cancellationToken).ConfigureAwait(false);
                frame = i < stored.Count ? stored[i] : default;
            }

            if (!frame.IsEmpty && Open(all[i], frame, out OpenedEntry entry) == OpenOutcome.Opened)
            {
                if (IsWithin(entry.Header, Math.Min(
                    entry.Header.KeepForMs,
                    entry.Header.FreshForMs + (long)grace.TotalMilliseconds)))
                {
                    return new LookupResult(LookupOutcome.Hit, entry);
                }

                entry.Dispose();
            }
        }

        return default;
    }

    /// <summary>Reads every key of every entry, one after the other; nothing at all when the store has a fault.</summary>
    private async ValueTask<IReadOnlyList<byte[]?>> ReadAsync(
        IReadOnlyList<EntryKeys> keys,
        CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyList<byte[]?> found = keys is [{ Previous.Count: 0 } single]
                ? [await _store.GetAsync(single.Current.ToString(), cancellationToken).ConfigureAwait(false)]
                : await _store.GetManyAsync(PhysicalKeys(keys), cancellationToken).ConfigureAwait(false);
            _tiers.IsUnreadable = false;
            _notices.ReadsWork();
            return found;
        }
        catch (StoreException fault)
        {
            _tiers.IsUnreadable = true;
            _notices.AddReadFault(fault);
            return [];
        }
    }

    private static string[] PhysicalKeys(IReadOnlyList<EntryKeys> keys) =>
        [.. keys.SelectMany(each => (EntryKey[])[each.Current, .. each.Previous]).Select(key => key.ToString())];

    /// <summary>The first entry that is a hit, under the newest key.</summary>
    private async ValueTask<LookupResult> FirstOfAsync(
        EntryKeys keys,
        Found found,
        bool keepEvidence,
        CancellationToken cancellationToken)
    {
        LookupResult result = default;
        int end = Math.Min(found.Frames.Count, found.Start + 1 + keys.Previous.Count);
        for (int i = found.Start; i < end && result.Outcome == LookupOutcome.Miss; i++)
        {
            if (found.Frames[i] is { } frame)
            {
                EntryKey key = i == found.Start ? keys.Current : keys.Previous[i - found.Start - 1];
                result = await OpenAsync(key, frame, found.Moment, keepEvidence, cancellationToken)
                    .ConfigureAwait(false);
            }
        }

        return result;
    }

    private async ValueTask<LookupResult> OpenAsync(
        EntryKey key,
        byte[] frame,
        long moment,
        bool keepEvidence,
        CancellationToken cancellationToken)
    {
        OpenOutcome outcome = Open(key, frame, out OpenedEntry entry);
        if (outcome == OpenOutcome.Opened)
        {
            if (IsWithin(entry.Header, entry.Header.FreshForMs))
            {
                Fill(key.Id, frame, entry.Header, moment);
                return new LookupResult(LookupOutcome.Hit, entry);
            }

            entry.Dispose();
            return default;
        }

        LookupResult result = new(
            outcome == OpenOutcome.NotAuthentic ? LookupOutcome.NotAuthentic : LookupOutcome.Malformed,
            default);
        if (keepEvidence)
        {
            return result;
        }

        await DropAsync(key, cancellationToken).ConfigureAwait(false);
        _notices.Add(outcome == OpenOutcome.NotAuthentic
            ? $"An entry in {_store.DisplayName} is not authentic: it was altered, moved, or sealed under another key. "
                + $"It was dropped ({key})."
            : $"An entry in {_store.DisplayName} does not decode. It was dropped ({key}).");
        return result;
    }

    /// <summary>Puts an entry that was read into memory, unless it was removed or replaced since the reading began.</summary>
    private void Fill(in EntryId id, byte[] frame, in EntryHeader header, long moment)
    {
        _memory.Set(id, frame, header.CreatedUnixMs + header.KeepForMs);
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
