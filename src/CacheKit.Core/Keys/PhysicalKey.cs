using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using CacheKit.Core.Formats;

namespace CacheKit.Core.Keys;

/// <summary>
/// The parts of a key as a store lists it, <c>ck:{tag}:{namespace}:{id}</c> (DESIGN section 8): untrusted until an
/// entry opens there.
/// </summary>
/// <param name="Tag">16 hexadecimal digits that stand for a tenant, or <see cref="PlainTag"/>.</param>
/// <param name="Namespace">The namespace: 1 to 64 of <c>[A-Za-z0-9._-]</c>.</param>
/// <param name="Id">The hash of what identifies the entry.</param>
public sealed record PhysicalKey(string Tag, string Namespace, EntryId Id)
{
    /// <summary>The tag of plain entries.</summary>
    public const string PlainTag = "-";

    private const string Prefix = "ck:";

    private static readonly SearchValues<char> s_tag = SearchValues.Create("0123456789abcdef");

    private static readonly SearchValues<char> s_namespace =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>The pattern of the keys of one tag, as <see cref="Storage.ICacheStore.ListAsync"/> takes it.</summary>
    /// <param name="tag">The tag; <c>*</c> for any.</param>
    /// <param name="namespace">The namespace, with <c>*</c> for any characters, and <c>?</c> for one.</param>
    public static string PatternOf(string tag, string @namespace) => $"{Prefix}{tag}:{@namespace}:*";

    /// <summary>Reads a key.</summary>
    /// <param name="text">Any text: it may be another program's.</param>
    /// <param name="key">Its parts.</param>
    /// <returns>Whether it is exactly what this program writes.</returns>
    public static bool TryParse(string text, [NotNullWhen(true)] out PhysicalKey? key)
    {
        key = null;
        string[] parts = text.Split(':');
        if (parts.Length != 4
            || !text.StartsWith(Prefix, StringComparison.Ordinal)
            || !IsTag(parts[1])
            || parts[2].Length is 0 or > EntryKey.LongestNamespace
            || parts[2].AsSpan().ContainsAnyExcept(s_namespace)
            || !EntryKey.TryParseId(text, out EntryId id))
        {
            return false;
        }

        key = new PhysicalKey(parts[1], parts[2], id);
        return true;
    }

    /// <summary>The key, as it was read.</summary>
    public override string ToString() => $"{Prefix}{Tag}:{Namespace}:{Id}";

    private static bool IsTag(string tag) =>
        tag == PlainTag || (tag.Length == EntryKey.TagHexSize && !tag.AsSpan().ContainsAnyExcept(s_tag));
}
