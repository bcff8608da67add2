using System.Buffers;
using System.Management.Automation;
using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Inspection;
using CacheKit.Core.Diagnostics;
using CacheKit.Parameters;

namespace CacheKit.Commands;

/// <content>The bytes of the store, whoever put them there.</content>
public sealed partial class GetCacheKitEntryCommand
{
    private const string AnyKey = "*";

    /// <summary>
    /// What stores do not know at all, or read otherwise than PowerShell: sets, what quotes a character, and <c>?</c>,
    /// which here stands for half of some characters.
    /// </summary>
    private static readonly SearchValues<char> s_unknown = SearchValues.Create("[]`\\?");

    private void ShowStored()
    {
        HashSet<string> literals = new(StringComparer.Ordinal);
        List<string> forStore = [];
        List<WildcardPattern> patterns = [];
        foreach (string key in IsGiven(nameof(Key)) ? Key : [AnyKey])
        {
            if (ItemNames.PatternOf(key) is { } pattern)
            {
                patterns.Add(pattern);
                forStore.Add(ForStoreOf(key));
            }
            else
            {
                literals.Add(WildcardPattern.Unescape(key));
            }
        }

        foreach (string key in literals)
        {
            FindStored(key);
        }

        if (patterns.Count > 0)
        {
            EntryCache cache = _entries!.Cache;
            Context.ForEachPage(
                cache,
                new StoredListing(cache).List(
                    forStore, key => !literals.Contains(key) && patterns.Exists(pattern => pattern.IsMatch(key))),
                WritePage);
        }
    }

    /// <summary>Looks up a key without wildcards: any store can do that.</summary>
    private void FindStored(string key)
    {
        EntryCache cache = _entries!.Cache;
        StoredListing listing = new(cache);
        (bool isAnswered, byte[]? bytes) = Context.Ask<(bool, byte[]?)>(
            cache, async stop => (true, await listing.FindAsync(key, stop).ConfigureAwait(false)), otherwise: default);
        if (bytes is not null)
        {
            WritePage([new StoredBytes(key, bytes)]);
        }
        else if (isAnswered)
        {
            CacheKitException failure = new(
                ErrorIds.ItemNotFound,
                $"There is nothing under the key '{key}' in {cache.StoreName}.",
                "Give the whole key as the store has it, or one with wildcards; without -Key, all are listed.",
                target: key);
            Context.WriteError(failure);
        }
    }

    private void WritePage(IReadOnlyList<StoredBytes> page)
    {
        foreach (StoredBytes stored in page)
        {
            StoredForm form = StoredForm.Recognize(stored.Bytes, DateTimeOffset.UtcNow);
            WriteObject(new CacheKitRawEntry(stored.Key, stored.Bytes, form));
        }
    }

    /// <summary>From what a store may not know on, anything is asked for; what it gives is matched again.</summary>
    private static string ForStoreOf(string pattern)
    {
        int unknown = pattern.AsSpan().IndexOfAny(s_unknown);
        return unknown < 0 ? pattern : $"{pattern[..unknown]}*";
    }
}
