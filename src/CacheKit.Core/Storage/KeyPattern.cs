using System.Buffers;

namespace CacheKit.Core.Storage;

/// <summary>Patterns of keys: what all stores read alike.</summary>
internal static class KeyPattern
{
    // Sets of characters, and how a character is quoted, differ between SQLite and Redis.
    private static readonly SearchValues<char> s_refused = SearchValues.Create("[]\\");

    private static readonly SearchValues<char> s_wild = SearchValues.Create("*?");

    /// <summary>Checks a pattern.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <exception cref="ArgumentException">It is empty, or has one of <c>[ ] \</c>.</exception>
    public static void Check(string pattern)
    {
        ArgumentException.ThrowIfNullOrEmpty(pattern);
        if (pattern.AsSpan().ContainsAny(s_refused))
        {
            throw new ArgumentException("A pattern of keys has only * and ? as special characters.", nameof(pattern));
        }
    }

    /// <summary>What every key that matches begins with.</summary>
    /// <param name="pattern">The pattern.</param>
    public static string PrefixOf(string pattern)
    {
        int wild = pattern.AsSpan().IndexOfAny(s_wild);
        return wild < 0 ? pattern : pattern[..wild];
    }
}
