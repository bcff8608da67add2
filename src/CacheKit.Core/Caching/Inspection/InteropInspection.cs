using CacheKit.Core.Keys;
using CacheKit.Core.Serialization;
using CacheKit.Core.Storage;

namespace CacheKit.Core.Caching.Inspection;

/// <summary>Looks at entries that other languages share, without making anything of them.</summary>
public static class InteropInspection
{
    /// <summary>Looks for an entry in the store alone, and checks it whole.</summary>
    /// <param name="cache">The cache of such entries.</param>
    /// <param name="keys">Where it lies.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A hit without its value, a miss, or what is wrong with it; nothing is dropped.</returns>
    /// <exception cref="StoreException">The store has a fault.</exception>
    public static async ValueTask<LookupResult> FindAsync(
        EntryCache cache, EntryKeys keys, CancellationToken cancellationToken)
    {
        byte[]? found =
            await cache.Tiers.Store.GetAsync(keys.Current.ToString(), cancellationToken).ConfigureAwait(false);
        if (found is null)
        {
            return default;
        }

        if (cache.Codec.Open(keys.Current, found, out OpenedEntry entry) != OpenOutcome.Opened)
        {
            return new LookupResult(LookupOutcome.NotAuthentic, default, cache.Codec.ProblemOf(found));
        }

        using (entry)
        {
            try
            {
                InteropValueReader.Check(entry.Value.Span);
                return new LookupResult(LookupOutcome.Hit, default);
            }
            catch (MalformedValueException exception)
            {
                return new LookupResult(LookupOutcome.Malformed, default, exception.Message);
            }
        }
    }
}
