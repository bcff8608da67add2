using System.Text;
using System.Text.RegularExpressions;

namespace CacheKit.Core.Storage.Redis;

/// <summary>
/// A pattern of keys, for the server and for us. The server's <c>?</c> takes a byte, ours a character, and some entries
/// lie under a longer key (<see cref="RedisKeys"/>): so the server gets a wider pattern, and what it finds is matched
/// again.
/// </summary>
internal sealed class RedisKeyPattern
{
    private readonly Regex _whole;

    /// <summary>Reads a pattern.</summary>
    /// <param name="pattern">The pattern, checked.</param>
    public RedisKeyPattern(string pattern)
    {
        OnServer = pattern.Replace("?", "?*", StringComparison.Ordinal);
        if (pattern[^1] is 'k' or 'y')
        {
            OnServer += "*";
        }

        _whole = new Regex(ToRegex(pattern), RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
    }

    /// <summary>The pattern for SCAN: matches at least what is wanted.</summary>
    public string OnServer { get; }

    /// <summary>Whether a key is wanted.</summary>
    /// <param name="key">The key of an entry.</param>
    public bool Matches(string key) => _whole.IsMatch(key);

    private static string ToRegex(string pattern)
    {
        StringBuilder regex = new(@"\A", pattern.Length * 2);
        foreach (char character in pattern)
        {
            _ = character switch
            {
                '*' => regex.Append(@"[\s\S]*"),
                '?' => regex.Append(@"(?:[\uD800-\uDBFF][\uDC00-\uDFFF]|[^\uD800-\uDFFF])"),
                _ => regex.Append(Regex.Escape(character.ToString())),
            };
        }

        return regex.Append(@"\z").ToString();
    }
}
