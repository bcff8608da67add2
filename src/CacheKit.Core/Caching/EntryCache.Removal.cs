using System.Runtime.CompilerServices;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Resilience;

namespace CacheKit.Core.Caching;

/// <content>Removal of single entries and of all at once, for callers who must know whether it happened.</content>
public sealed partial class EntryCache
{
    /// <summary>How many keys are gathered for one step: some round trips, then a moment for progress.</summary>
    internal const int PageSize = 100;

    // A rotation may move entries while they are cleared: what a pass did not meet, the next one does.
    private const int MostPasses = 3;

    /// <summary>How many removals are under way at once.</summary>
    private const int Concurrency = 16;

    /// <summary>Whether the store had a fault at the last lookup, so that a miss says nothing.</summary>
    public bool IsStoreUnreadable => _tiers.IsUnreadable;

    /// <summary>The store and where it is, as a message may show it: never with a credential.</summary>
    public string StoreName => _store.DisplayName;

    /// <summary>Removes an entry from both tiers, under every key of the ring.</summary>
    /// <param name="keys">Where the entry lies.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether it was in one of them.</returns>
    /// <exception cref="StoreException">The store has a fault: the entry may still be there.</exception>
    public async ValueTask<bool> DeleteAsync(EntryKeys keys, CancellationToken cancellationToken)
    {
        EntryKey[] all = [keys.Current, .. keys.Previous];
        bool wasThere = false;
        foreach (EntryKey key in all)
        {
            wasThere |= IsInMemory(key.Id);
            _tiers.Forget(key.Id);
        }

        // A rotation that moves the entry between two removals must not bring it back: it moves from old to new, and
        // which of the keys is the newer is not known here.
        foreach (EntryKey key in (EntryKey[])[.. all, .. all[..^1]])
        {
            wasThere |= await _store.RemoveAsync(key.ToString(), cancellationToken).ConfigureAwait(false);
        }

        return wasThere;
    }

    /// <summary>Begins to remove all entries under some patterns of keys; each step is a page of them.</summary>
    /// <param name="patterns">The patterns, as <see cref="PhysicalKey.PatternOf"/> makes them.</param>
    /// <param name="isMeant">
    /// Asked of each key that the store gives; keys that this program did not make never count.
    /// </param>
    /// <returns>The steps; each tells how many entries it removed, or throws <see cref="StoreException"/>.</returns>
    public ListingSteps<int> Clear(IReadOnlyList<string> patterns, Func<PhysicalKey, bool> isMeant) =>
        new(token => ClearAsync(patterns, isMeant, token));

    internal bool IsInMemory(in EntryId id) => _memory.TryGet(id, Now(), out _);

    internal bool IsWithin(in EntryHeader header, bool includesStale) =>
        IsWithin(header, includesStale ? header.KeepForMs : header.FreshForMs);

    /// <summary>The keys under some patterns, each at least once, page by page.</summary>
    internal async IAsyncEnumerable<IReadOnlyList<PhysicalKey>> KeysUnderAsync(
        IReadOnlyList<string> patterns,
        Func<PhysicalKey, bool> isMeant,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        List<PhysicalKey> page = [];
        foreach (string pattern in patterns)
        {
            await foreach (string text in _store.ListAsync(pattern, cancellationToken).ConfigureAwait(false))
            {
                if (PhysicalKey.TryParse(text, out PhysicalKey? key) && isMeant(key))
                {
                    page.Add(key);
                }

                if (page.Count >= PageSize)
                {
                    yield return page;
                    page = [];
                }
            }
        }

        if (page.Count > 0)
        {
            yield return page;
        }
    }

    private async IAsyncEnumerable<int> ClearAsync(
        IReadOnlyList<string> patterns,
        Func<PhysicalKey, bool> isMeant,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // What is in memory does not say its namespace, and memory fills again by itself.
        _tiers.ForgetAll();
        int inPass = 1;
        for (int pass = 0; pass < MostPasses && inPass > 0; pass++)
        {
            inPass = 0;
            await foreach (IReadOnlyList<PhysicalKey> page in KeysUnderAsync(patterns, isMeant, cancellationToken)
                .ConfigureAwait(false))
            {
                int removed = await RemovePageAsync(page, cancellationToken).ConfigureAwait(false);
                inPass += removed;
                yield return removed;
            }
        }

        _tiers.ForgetAll();
    }

    private async ValueTask<int> RemovePageAsync(
        IReadOnlyList<PhysicalKey> page, CancellationToken cancellationToken)
    {
        int removed = 0;
        foreach (PhysicalKey[] together in page.Chunk(Concurrency))
        {
            bool[] were = await Task.WhenAll(together.Select(
                key => _store.RemoveAsync(key.ToString(), cancellationToken).AsTask())).ConfigureAwait(false);
            removed += were.Count(wasThere => wasThere);
        }

        return removed;
    }
}
