using System.Management.Automation;
using CacheKit.CacheKeys;
using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Inspection;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;
using CacheKit.Parameters;

namespace CacheKit.Execution;

/// <summary>
/// The stored entries of a tenant, as the cmdlets for items and entries see them: where they lie, how they are listed,
/// and what is told of those that are missing or not sound.
/// </summary>
/// <param name="context">The cmdlet.</param>
/// <param name="cache">The tenant's cache.</param>
/// <param name="tenant">The tenant.</param>
internal sealed class TenantEntries(CommandContext context, EntryCache cache, string tenant)
{
    /// <summary>The tenant's cache.</summary>
    public EntryCache Cache => cache;

    /// <summary>Whose entries they are.</summary>
    public string Tenant => tenant;

    /// <summary>What lies in the cache.</summary>
    public EntryListing Listing => new(cache);

    /// <summary>Where an item lies: the entry that Invoke-SecureCached -Key would use.</summary>
    /// <param name="namespace">The namespace.</param>
    /// <param name="name">The name.</param>
    public EntryKeys KeysOf(string @namespace, string name)
    {
        using SensitiveBuffer identity = SensitiveBuffer.Rent();
        EntryIdentity.WriteName(identity, name);
        return cache.KeysFor(@namespace, identity.WrittenSpan);
    }

    /// <summary>Lists entries, a page at a time. A fault of the store ends the listing with an error.</summary>
    /// <param name="filter">Which entries.</param>
    /// <param name="action">What to do with a page; the store is free meanwhile.</param>
    /// <returns>Whether it came to its end.</returns>
    public bool ForEachPage(EntryFilter filter, Action<IReadOnlyList<EntryInfo>> action) =>
        context.ForEachPage(cache, Listing.List(filter), action);

    /// <summary>Looks through the items whose names match a pattern; what is not sound is told.</summary>
    /// <param name="namespace">Where.</param>
    /// <param name="pattern">The pattern.</param>
    /// <param name="includesStale">Whether items count whose time is over, but not yet their grace.</param>
    /// <param name="isError">Whether what is not sound is an error.</param>
    /// <param name="action">What to do with the items of a page, and where they lie.</param>
    public void ForEachItem(
        string @namespace,
        WildcardPattern pattern,
        bool includesStale,
        bool isError,
        Action<IReadOnlyList<(EntryInfo Entry, EntryKeys Keys)>> action)
    {
        EntryFilter filter = new()
        {
            Namespaces = [@namespace],
            IncludesName = name => name is not null && pattern.IsMatch(name),
            IncludesStale = includesStale,
        };
        // During a rotation an item may lie under two keys, which is one item all the same.
        HashSet<string> known = new(StringComparer.Ordinal);
        ForEachPage(filter, page =>
        {
            List<(EntryInfo, EntryKeys)> items = [];
            foreach (EntryInfo entry in page)
            {
                if (entry.Condition != EntryCondition.Sound)
                {
                    TellUnsound(entry, isError);
                }
                else if (KeysOfItem(entry) is { } keys && known.Add(entry.Name!))
                {
                    items.Add((entry, keys));
                }
            }

            action(items);
        });
    }

    /// <summary>Finds an entry without opening its value.</summary>
    /// <param name="keys">Where it lies.</param>
    /// <param name="includesStale">Whether one counts whose time is over, but not yet its grace.</param>
    public EntryInfo? Find(EntryKeys keys, bool includesStale)
    {
        EntryListing listing = Listing;
        return context.Ask(cache, stop => listing.FindAsync([keys], includesStale, stop), [null])[0];
    }

    /// <summary>Checks that an entry is of this tenant. If not, that is an error.</summary>
    /// <param name="entry">The entry.</param>
    public bool Has(CacheKitEntry entry)
    {
        if (entry.Tenant == tenant && Listing.TryParseKey(entry.Key, out _))
        {
            return true;
        }

        TellNotOfTenant(entry.Key);
        return false;
    }

    /// <summary>Says that a key cannot be one of this tenant's.</summary>
    /// <param name="key">What the user gave.</param>
    public void TellNotOfTenant(string key) => context.WriteError(new CacheKitException(
        ErrorIds.EntryNotOfTenant,
        $"'{key}' is not the key of an entry of the tenant '{tenant}' under the master keys of this session.",
        "Give the -Session and the -Tenant that listed the entry.",
        target: key));

    /// <summary>Says that there is no item of a name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="namespace">Where it was looked for.</param>
    public void TellNotFound(string name, string @namespace) => context.WriteError(cache.IsStoreUnreadable
        ? new CacheKitException(
            ErrorIds.StoreUnavailable,
            $"Whether there is an item '{name}' is not known: {cache.StoreName} cannot be read.",
            "See Test-CacheKitSession, and try again.",
            target: name)
        : ItemNames.NotFound(name, @namespace));

    /// <summary>Tells of an entry that a listing could not open: a warning each, or an error each.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="isError">Whether it is an error.</param>
    public void TellUnsound(EntryInfo entry, bool isError) =>
        UnsoundEntry.Of(entry).Tell(context, cache.StoreName, isError);

    /// <summary>
    /// Where an item lies, if an entry is one: Invoke-SecureCached -Key with input objects makes entries that have a
    /// name, but are not found by it alone.
    /// </summary>
    private EntryKeys? KeysOfItem(EntryInfo entry)
    {
        if (entry.Name is null)
        {
            return null;
        }

        EntryKeys keys = KeysOf(entry.Key.Namespace, entry.Name);
        bool isItem = keys.Current.Id == entry.Key.Id || keys.Previous.Any(key => key.Id == entry.Key.Id);
        return isItem ? keys : null;
    }
}
