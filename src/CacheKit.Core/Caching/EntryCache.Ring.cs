using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage;

namespace CacheKit.Core.Caching;

/// <content>
/// Rings of several keys. Other processes may have the same keys in another order, and entries move from key to key
/// meanwhile; what was sealed last is what counts, under whichever key it lies.
/// </content>
public sealed partial class EntryCache
{
    // An entry that moves while it is cleared is met again at its new place; a third time is nobody's rotation.
    private const int ClearAttempts = 3;

    /// <summary>
    /// Whether one of two entries takes the place of the other. One from the future never does: a wrong clock somewhere
    /// would hide what is written here until its time comes.
    /// </summary>
    internal static bool IsNewer(in EntryHeader header, in EntryHeader than, long now)
    {
        if (IsFromFuture(header, now) || IsFromFuture(than, now))
        {
            return !IsFromFuture(header, now);
        }

        return header.CreatedUnixMs > than.CreatedUnixMs
            || (header.CreatedUnixMs == than.CreatedUnixMs && IsFresh(header, now) && !IsFresh(than, now));
    }

    private static void KeepNewer(ref OpenedEntry newest, ref bool isFound, OpenedEntry entry, long now)
    {
        if (isFound && !IsNewer(entry.Header, newest.Header, now))
        {
            entry.Dispose();
            return;
        }

        newest.Dispose();
        newest = entry;
        isFound = true;
    }

    private static bool MayHaveMoved(EntryKeys keys, IReadOnlyList<byte[]?> found, in LookupResult result) =>
        keys.Previous.Count > 0 && result.Outcome == LookupOutcome.Miss && found.Count > 0;

    private bool TryFindNewerLocal(EntryKeys keys, long now, bool isFound, ref OpenedEntry entry)
    {
        foreach (EntryKey previous in keys.Previous)
        {
            PreparedFrame? prepared = null;
            if (TryOpenLocal(previous, now, ref prepared, out OpenedEntry other))
            {
                KeepNewer(ref entry, ref isFound, other, now);
            }
        }

        return isFound;
    }

    /// <summary>
    /// The entry that was sealed last. When one of them does not open, nobody knows whether it was that one, and none
    /// of them is used.
    /// </summary>
    private async ValueTask<LookupResult> NewestOfAsync(
        EntryKeys keys, Found found, bool keepEvidence, CancellationToken cancellationToken)
    {
        long now = Now();
        LookupResult refused = default;
        OpenedEntry newest = default;
        bool isFound = false;
        int place = 0;
        for (int i = 0; i <= keys.Previous.Count; i++)
        {
            if (found.Frames[found.Start + i] is not { } frame)
            {
                continue;
            }

            EntryKey key = KeyAt(keys, i);
            OpenOutcome outcome = _codec.Open(key, frame, out OpenedEntry entry);
            if (outcome != OpenOutcome.Opened)
            {
                LookupResult result = await RefuseAsync(key, frame, outcome, keepEvidence, cancellationToken)
                    .ConfigureAwait(false);
                refused = refused.Outcome == LookupOutcome.NotAuthentic ? refused : result;
                continue;
            }

            place = !isFound || IsNewer(entry.Header, newest.Header, now) ? i : place;
            KeepNewer(ref newest, ref isFound, entry, now);
        }

        if (isFound)
        {
            ForgetOthers(keys, place);
        }

        if (isFound && IsFresh(newest, now) && refused.Outcome == LookupOutcome.Miss)
        {
            Fill(KeyAt(keys, place).Id, found.Frames[found.Start + place]!, newest, found.Moment);
            return new LookupResult(LookupOutcome.Hit, newest);
        }

        newest.Dispose();
        return refused;
    }

    /// <summary>What is older must not come back from memory when the newest is over.</summary>
    private void ForgetOthers(EntryKeys keys, int place)
    {
        for (int i = 0; i <= keys.Previous.Count; i++)
        {
            if (i != place)
            {
                _memory.Remove(KeyAt(keys, i).Id);
            }
        }
    }

    private static EntryKey KeyAt(EntryKeys keys, int place) => place == 0 ? keys.Current : keys.Previous[place - 1];

    /// <summary>Looks once more: an entry that moved between two reads was at neither place.</summary>
    private async ValueTask<LookupResult> GetMovedAsync(
        EntryKeys keys, bool keepEvidence, CancellationToken cancellationToken)
    {
        long moment = _changes.Now;
        IReadOnlyList<byte[]?> found = await ReadAsync([keys], cancellationToken).ConfigureAwait(false);
        return await ResultOfAsync(keys, new Found(found, 0, moment), keepEvidence, cancellationToken)
            .ConfigureAwait(false);
    }

    private async ValueTask GetMovedAsync(
        IReadOnlyList<EntryKeys> keys,
        IReadOnlyList<byte[]?> found,
        LookupResult[] results,
        bool keepEvidence,
        CancellationToken cancellationToken)
    {
        int[] places = [.. Enumerable.Range(0, results.Length).Where(i => MayHaveMoved(keys[i], found, results[i]))];
        if (places.Length == 0)
        {
            return;
        }

        long moment = _changes.Now;
        EntryKeys[] missing = Array.ConvertAll(places, i => keys[i]);
        IReadOnlyList<byte[]?> again = await ReadAsync(missing, cancellationToken).ConfigureAwait(false);
        int start = 0;
        foreach (int i in places)
        {
            results[i] = await ResultOfAsync(
                keys[i], new Found(again, start, moment), keepEvidence, cancellationToken).ConfigureAwait(false);
            start += 1 + keys[i].Previous.Count;
        }
    }

    /// <summary>Removes what an entry has replaced under the other keys of the ring.</summary>
    private async ValueTask ClearPreviousAsync(SealedEntry entry, CancellationToken cancellationToken)
    {
        List<EntryKey> left = [.. entry.Keys.Previous];
        for (int attempt = 1; left.Count > 0 && attempt <= ClearAttempts; attempt++)
        {
            IReadOnlyList<byte[]?> found = await _store.GetManyAsync(
                left.ConvertAll(key => key.ToString()), cancellationToken).ConfigureAwait(false);
            List<EntryKey> changed = [];
            for (int i = 0; i < left.Count; i++)
            {
                if (!await TryClearAsync(entry, left[i], found[i], cancellationToken).ConfigureAwait(false))
                {
                    changed.Add(left[i]);
                }
            }

            left = changed;
        }
    }

    /// <returns>Whether nothing is there any more that the entry has replaced.</returns>
    private async ValueTask<bool> TryClearAsync(
        SealedEntry entry, EntryKey previous, byte[]? found, CancellationToken cancellationToken)
    {
        if (found is not null && !IsReplacedBy(entry, previous, found))
        {
            return true;
        }

        StoreExchange removal = new() { Key = previous.ToString(), Expected = found };
        bool isDone = await _store.TryExchangeAsync(removal, cancellationToken).ConfigureAwait(false);
        _tiers.Forget(previous.Id);
        return isDone;
    }

    /// <summary>
    /// Whether what lies under another key is older than an entry. What is not may be this very entry, which a rotation
    /// has moved meanwhile; a different one of the same moment was there before it.
    /// </summary>
    private bool IsReplacedBy(SealedEntry entry, in EntryKey previous, byte[] found)
    {
        if (!_codec.TryReadHeader(found, out EntryHeader header)
            || header.CreatedUnixMs < entry.CreatedUnixMs
            || IsFromFuture(header, Now()))
        {
            return true;
        }

        if (header.CreatedUnixMs > entry.CreatedUnixMs)
        {
            return false;
        }

        return _codec.Open(previous, found, out OpenedEntry other) != OpenOutcome.Opened || !HasValueOf(entry, other);
    }

    private bool HasValueOf(SealedEntry entry, OpenedEntry other)
    {
        using (other)
        {
            if (_codec.Open(entry.Keys.Current, entry.Frame, out OpenedEntry own) != OpenOutcome.Opened)
            {
                return false;
            }

            using (own)
            {
                return own.Value.Span.SequenceEqual(other.Value.Span);
            }
        }
    }

    /// <summary>
    /// Removes an entry that has been removed under the current key under all others, and then under all but the last
    /// once more: a move between two removals does not bring it back.
    /// </summary>
    private async ValueTask DropPreviousAsync(EntryKeys keys, CancellationToken cancellationToken)
    {
        foreach (EntryKey previous in keys.Previous)
        {
            await DropAsync(previous, cancellationToken).ConfigureAwait(false);
        }

        for (int i = 0; i < keys.Previous.Count; i++)
        {
            await DropAsync(KeyAt(keys, i), cancellationToken).ConfigureAwait(false);
        }
    }
}
