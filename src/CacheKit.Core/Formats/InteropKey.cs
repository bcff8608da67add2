using System.Text.RegularExpressions;

namespace CacheKit.Core.Formats;

/// <summary>
/// Keys of interop entries: <c>{namespace}:{operation}:{hash}</c>, the hash being that of the arguments in 64 lower-case
/// hexadecimal digits (PROTOCOL section 7.1).
/// </summary>
public static partial class InteropKey
{
    /// <summary>Whether a text may be the namespace of interop entries.</summary>
    /// <param name="namespace">The text.</param>
    public static bool IsNamespace(string @namespace) =>
        @namespace is not ("ns" or "nsapi") && IsSegment(@namespace);

    /// <summary>Whether a text has the form of an interop key.</summary>
    /// <param name="key">The text.</param>
    public static bool IsKey(string key) =>
        key.Split(':') is [string @namespace, string operation, string hash]
        && IsNamespace(@namespace)
        && IsSegment(operation)
        && Hash().IsMatch(hash);

    private static bool IsSegment(string text) =>
        Segment().IsMatch(text) && !text.Contains("..", StringComparison.Ordinal);

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9._-]{0,63}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Segment();

    [GeneratedRegex(@"\A[0-9a-f]{64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Hash();
}
