using CacheKit.Core.Caching.Rotation;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage;

namespace CacheKit.Core.Caching;

/// <content>Rotation of the tenant's keys.</content>
public sealed partial class SecureCache
{
    /// <summary>Makes what seals the tenant's entries again; it is of use as long as the cache is open.</summary>
    public KeyRotator CreateRotator() => new(Tiers, _keys);

    /// <summary>Makes what counts the tenant's entries; it is of use as long as the cache is open.</summary>
    public RotationCensus CreateCensus() => new(Tiers, _keys);

    /// <summary>Counts the encrypted entries of a store that belong to none of some tenants' keys.</summary>
    /// <param name="tenants">Caches of the tenants, over one store.</param>
    /// <param name="cancellationToken">Ends the count.</param>
    /// <exception cref="StoreException">Among others, the store cannot list.</exception>
    public static async Task<long> CountOthersAsync(
        IReadOnlyList<SecureCache> tenants, CancellationToken cancellationToken)
    {
        HashSet<string> tags = [.. tenants.SelectMany(each => each._keys.Keys).Select(TagOf)];
        string pattern = PhysicalKey.PatternOf(new string('?', EntryKey.TagHexSize), "*");
        long others = 0;
        await foreach (string text in tenants[0].Store.ListAsync(pattern, cancellationToken).ConfigureAwait(false))
        {
            others += PhysicalKey.TryParse(text, out PhysicalKey? key) && !tags.Contains(key.Tag) ? 1 : 0;
        }

        return others;
    }
}
