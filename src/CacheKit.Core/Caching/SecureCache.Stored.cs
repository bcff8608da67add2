using System.Runtime.CompilerServices;
using CacheKit.Core.Storage;

namespace CacheKit.Core.Caching;

/// <content>The bytes of the store, whoever put them there: nothing is opened, and the memory tier is not asked.</content>
public sealed partial class SecureCache
{
    /// <summary>Begins to list what lies under some patterns of keys; each step is a page.</summary>
    /// <param name="patterns">The patterns, as <see cref="ICacheStore.ListAsync"/> takes them.</param>
    /// <param name="isMeant">Asked of each key that the store gives.</param>
    /// <returns>The steps, which may throw <see cref="StoreException"/>.</returns>
    public ListingSteps<IReadOnlyList<StoredBytes>> ListStored(
        IReadOnlyList<string> patterns, Func<string, bool> isMeant) =>
        new(token => ListStoredAsync(patterns, isMeant, token));

    /// <summary>Reads what lies under some keys, in one round trip.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>In the order of the keys; null where there is nothing.</returns>
    /// <exception cref="StoreException">The store has a fault.</exception>
    public ValueTask<IReadOnlyList<byte[]?>> FindStoredAsync(
        IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
        Store.GetManyAsync(keys, cancellationToken);

    private async IAsyncEnumerable<IReadOnlyList<StoredBytes>> ListStoredAsync(
        IReadOnlyList<string> patterns,
        Func<string, bool> isMeant,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // A store may list a key twice, and two patterns may match one.
        HashSet<string> known = new(StringComparer.Ordinal);
        List<string> page = [];
        foreach (string pattern in patterns)
        {
            await foreach (string key in Store.ListAsync(pattern, cancellationToken).ConfigureAwait(false))
            {
                if (isMeant(key) && known.Add(key))
                {
                    page.Add(key);
                }

                if (page.Count >= PageSize)
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
        IReadOnlyList<byte[]?> found = await Store.GetManyAsync(keys, cancellationToken).ConfigureAwait(false);
        List<StoredBytes> entries = [];
        for (int i = 0; i < keys.Count; i++)
        {
            // What is gone was removed, or its time is over, since its key was listed.
            if (found[i] is { } bytes)
            {
                entries.Add(new StoredBytes(keys[i], bytes));
            }
        }

        return entries;
    }
}

/// <summary>What a store has under a key.</summary>
/// <param name="Key">The key.</param>
/// <param name="Bytes">The bytes, untrusted.</param>
public sealed record StoredBytes(string Key, byte[] Bytes);
