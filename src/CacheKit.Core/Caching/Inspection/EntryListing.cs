using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Resilience;

namespace CacheKit.Core.Caching.Inspection;

/// <summary>What lies in the store of an encrypted cache, without the values.</summary>
/// <param name="cache">The cache, which stays the caller's.</param>
public sealed class EntryListing(EntryCache cache)
{
    /// <summary>Begins to list the tenant's entries under every key of the ring; each step is a page.</summary>
    /// <param name="filter">Which are meant. What does not open is listed whatever names are meant.</param>
    /// <returns>The steps, which may throw <see cref="StoreException"/>.</returns>
    public ListingSteps<IReadOnlyList<EntryInfo>> List(EntryFilter filter) => new(token => ListAsync(filter, token));

    /// <summary>Looks for entries in the store alone, in one round trip.</summary>
    /// <param name="keys">Where each lies.</param>
    /// <param name="includesStale">Whether entries count whose time is over, but not yet their grace.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>In the order of the keys: the newest that is sound, else what is not, else null.</returns>
    /// <exception cref="StoreException">The store has a fault.</exception>
    public async ValueTask<IReadOnlyList<EntryInfo?>> FindAsync(
        IReadOnlyList<EntryKeys> keys, bool includesStale, CancellationToken cancellationToken)
    {
        EntryKey[] all = [.. keys.SelectMany(each => (EntryKey[])[each.Current, .. each.Previous])];
        string[] physical = Array.ConvertAll(all, key => key.ToString());
        IReadOnlyList<byte[]?> found =
            await cache.Tiers.Store.GetManyAsync(physical, cancellationToken).ConfigureAwait(false);
        if (all.Length > keys.Count && found.All(frame => frame is null))
        {
            // A rotation may have moved them between the two reads of one batch.
            found = await cache.Tiers.Store.GetManyAsync(physical, cancellationToken).ConfigureAwait(false);
        }

        EntryInfo?[] results = new EntryInfo?[keys.Count];
        long now = cache.Tiers.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        int next = 0;
        for (int i = 0; i < results.Length; i++)
        {
            for (int end = next + 1 + keys[i].Previous.Count; next < end; next++)
            {
                if (found[next] is { } frame && TryInspect(all[next], frame, includesStale, out EntryInfo? info))
                {
                    results[i] = BetterOf(results[i], info, now);
                }
            }
        }

        return results;
    }

    /// <summary>Tells of an entry that was just sealed.</summary>
    /// <param name="entry">The sealed entry.</param>
    public EntryInfo Describe(SealedEntry entry) => Inspect(entry.Keys.Current, entry.Frame);

    /// <summary>Finds where an entry lies whose physical key is known.</summary>
    /// <param name="physicalKey">Any text.</param>
    /// <param name="keys">The place, under the one key of the ring that it belongs to.</param>
    /// <returns>Whether it can be an entry of this tenant.</returns>
    public bool TryParseKey(string physicalKey, [NotNullWhen(true)] out EntryKeys? keys)
    {
        keys = PhysicalKey.TryParse(physicalKey, out PhysicalKey? parts) && TryBind(parts, out EntryKey key)
            ? new EntryKeys(key, [], default)
            : null;
        return keys is not null;
    }

    /// <summary>Finds where an entry lies under each key of this ring; another one may have listed it.</summary>
    /// <param name="entry">A sound entry of this tenant.</param>
    public EntryKeys KeysFor(EntryInfo entry) =>
        entry.Header.HasDigest ? cache.Ring.KeysFor(entry.Key.Namespace, entry.Keys.Digest) : entry.Keys;

    /// <summary>The patterns of the tenant's keys in some namespaces, under every key of the ring.</summary>
    /// <param name="namespaces">As in <see cref="EntryFilter.Namespaces"/>.</param>
    public IReadOnlyList<string> PatternsOf(IReadOnlyList<string> namespaces) =>
        [.. from keys in cache.Ring.Keys from each in namespaces select PhysicalKey.PatternOf(TagOf(keys), each)];

    internal static string TagOf(TenantKeys keys) => Encoding.ASCII.GetString(keys.Tag);

    private static EntryInfo BetterOf(EntryInfo? one, EntryInfo other, long now)
    {
        if (one is null)
        {
            return other;
        }

        bool isOther = one.Condition != EntryCondition.Sound
            ? other.Condition == EntryCondition.Sound
            : other.Condition == EntryCondition.Sound && EntryCache.IsNewer(other.Header, one.Header, now);
        return isOther ? other : one;
    }

    private async IAsyncEnumerable<IReadOnlyList<EntryInfo>> ListAsync(
        EntryFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // A store may list a key twice, and two patterns may match one.
        HashSet<EntryId> known = [];
        await foreach (IReadOnlyList<PhysicalKey> page in cache.KeysUnderAsync(
            PatternsOf(filter.Namespaces),
            key => filter.HasNamespace(key.Namespace) && known.Add(key.Id),
            cancellationToken).ConfigureAwait(false))
        {
            IReadOnlyList<byte[]?> frames = await cache.Tiers.Store
                .GetManyAsync([.. page.Select(key => key.ToString())], cancellationToken).ConfigureAwait(false);
            List<EntryInfo> entries = [];
            for (int i = 0; i < page.Count; i++)
            {
                // What is gone was removed, or its time is over, since its key was listed.
                if (frames[i] is { } frame
                    && TryBind(page[i], out EntryKey key)
                    && TryInspect(key, frame, filter.IncludesStale, out EntryInfo? entry)
                    && (entry.Condition != EntryCondition.Sound || filter.HasName(entry.Name)))
                {
                    entries.Add(entry);
                }
            }

            yield return entries;
        }
    }

    private bool TryBind(PhysicalKey parts, out EntryKey key)
    {
        TenantKeys? owner = cache.Ring.Keys.FirstOrDefault(keys => TagOf(keys) == parts.Tag);
        key = owner is null ? default : new EntryKey(owner, parts.Namespace, parts.Id);
        return owner is not null;
    }

    /// <summary>Inspects an entry. False: its time is over.</summary>
    private bool TryInspect(
        in EntryKey key, byte[] frame, bool includesStale, [NotNullWhen(true)] out EntryInfo? entry)
    {
        entry = Inspect(key, frame);
        if (entry.Condition == EntryCondition.Sound && !cache.IsWithin(entry.Header, includesStale))
        {
            entry = null;
        }

        return entry is not null;
    }

    private EntryInfo Inspect(in EntryKey key, byte[] frame) =>
        EntryInspector.Inspect(cache.Ring, key, frame, cache.IsInMemory(key.Id));
}
