using System.Text.RegularExpressions;

namespace CacheKit.Core.Storage.Redis;

/// <summary>
/// Which keys of Redis entries and locks have (docs/formats.md). The lock of a key lies at <c>key:lock</c>, as with the
/// other members of the family. An entry lies at its own key; only where that could be the key of a lock, or be taken
/// for such an entry, <c>:entry</c> is appended.
/// </summary>
internal static partial class RedisKeys
{
    private const string LockSuffix = ":lock";
    private const string EntrySuffix = ":entry";

    /// <summary>Where an entry lies.</summary>
    /// <param name="key">Its key.</param>
    public static string OfEntry(string key) => LikeLock().IsMatch(key) ? key + EntrySuffix : key;

    /// <summary>Where the lock of a key lies.</summary>
    /// <param name="key">The key.</param>
    public static string OfLock(string key) => key + LockSuffix;

    /// <summary>The key of the entry that lies somewhere; null if a lock lies there.</summary>
    /// <param name="place">A key of Redis.</param>
    public static string? EntryAt(string place)
    {
        if (!LikeLock().IsMatch(place))
        {
            return place;
        }

        return place.EndsWith(EntrySuffix, StringComparison.Ordinal) ? place[..^EntrySuffix.Length] : null;
    }

    [GeneratedRegex(@":lock(:entry)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex LikeLock();
}
