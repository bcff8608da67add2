using System.Runtime.CompilerServices;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Resilience;

namespace CacheKit.Core.Caching.Inspection;

/// <summary>The bytes of a cache's store, whoever put them there: nothing is opened, and memory is not asked.</summary>
/// <param name="cache">The cache, which stays the caller's.</param>
public sealed class StoredListing(EntryCache cache)
{
    /// <summary>Begins to list what lies under some patterns of keys; each step is a page.</summary>
    /// <param name="patterns">The patterns, as <see cref="ICacheStore.ListAsync"/> takes them.</param>
    /// <param name="isMeant">Asked of each key that the store gives.</param>
    /// <returns>The steps, which may throw <see cref="StoreException"/>.</returns>
    public ListingSteps<IReadOnlyList<StoredBytes>> List(
        IReadOnlyList<string> patterns, Func<string, bool> isMeant) =>
        new(token => ListAsync(patterns, isMeant, token));

    /// <summary>Reads what lies under a key.</summary>
    /// <param name="key">Any text: of a key that the store cannot have, it has nothing.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The bytes, or null where there is nothing.</returns>
    /// <exception cref="StoreException">The store has a fault, or something else there than an entry.</exception>
    public async ValueTask<byte[]?> FindAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            return await cache.Tiers.Store.GetAsync(key, cancellationToken).ConfigureAwait(false);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private async IAsyncEnumerable<IReadOnlyList<StoredBytes>> ListAsync(
        IReadOnlyList<string> patterns,
        Func<string, bool> isMeant,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // A store may list a key twice, and two patterns may match one.
        HashSet<string> known = new(StringComparer.Ordinal);
        List<string> page = [];
        foreach (string pattern in patterns)
        {
            await foreach (string key in cache.Tiers.Store.ListAsync(pattern, cancellationToken).ConfigureAwait(false))
            {
                if (isMeant(key) && known.Add(key))
                {
                    page.Add(key);
                }

                if (page.Count >= EntryCache.PageSize)
                {
                    yield return await ReadPageAsync(page, cancellationToken).ConfigureAwait(false);
                    page = [];
                }
            }
        }

        if (page.Count > 0)
        {
            yield return await ReadPageAsync(page, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<IReadOnlyList<StoredBytes>> ReadPageAsync(
        List<string> keys, CancellationToken cancellationToken)
    {
        List<StoredBytes> entries = [];
        try
        {
            IReadOnlyList<byte[]?> found =
                await cache.Tiers.Store.GetManyAsync(keys, cancellationToken).ConfigureAwait(false);
            for (int i = 0; i < keys.Count; i++)
            {
                Add(entries, keys[i], found[i]);
            }
        }
        catch (StoreException fault) when (IsOfOneKey(fault))
        {
            foreach (string key in keys)
            {
                Add(entries, key, await FindEntryAsync(key, cancellationToken).ConfigureAwait(false));
            }
        }

        return entries;
    }

    /// <summary>As <see cref="FindAsync"/>; where there is something else than an entry, there is none.</summary>
    private async ValueTask<byte[]?> FindEntryAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            return await FindAsync(key, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException fault) when (IsOfOneKey(fault))
        {
            return null;
        }
    }

    /// <summary>What is gone was removed, or its time is over, since its key was listed.</summary>
    private static void Add(List<StoredBytes> entries, string key, byte[]? bytes)
    {
        if (bytes is not null)
        {
            entries.Add(new StoredBytes(key, bytes));
        }
    }

    /// <summary>A Redis that others use, too, has lists and sets under their keys; it answers to all else.</summary>
    private static bool IsOfOneKey(StoreException fault) => fault.Fault == StoreFault.UnexpectedAnswer;
}

/// <summary>What a store has under a key.</summary>
/// <param name="Key">The key.</param>
/// <param name="Bytes">The bytes, untrusted.</param>
public sealed record StoredBytes(string Key, byte[] Bytes);
