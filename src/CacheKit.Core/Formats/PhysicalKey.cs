using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace CacheKit.Core.Formats;

/// <summary>
/// The key under which a store keeps an entry of ours, <c>ck:{tag}:{namespace}:{id}</c>, all ASCII (docs/formats.md);
/// nothing else builds or parses one. A key that a store lists is untrusted until an entry opens there.
/// </summary>
/// <param name="Tag">16 hexadecimal digits that stand for a tenant, or <see cref="PlainTag"/>.</param>
/// <param name="Namespace">The namespace: 1 to 64 of <c>[A-Za-z0-9._-]</c>.</param>
/// <param name="Id">The hash of what identifies the entry.</param>
public sealed record PhysicalKey(string Tag, string Namespace, EntryId Id)
{
    /// <summary>The tag of plain entries.</summary>
    public const string PlainTag = "-";

    /// <summary>The size of a tenant's tag in hexadecimal digits.</summary>
    public const int TagHexSize = 16;

    /// <summary>The longest namespace, in ASCII characters.</summary>
    public const int LongestNamespace = 64;

    /// <summary>The size of the longest key in bytes.</summary>
    public const int LongestSize = FixedSize + TagHexSize + LongestNamespace;

    private const string Prefix = "ck:";
    private const char Separator = ':';
    private const int FixedSize = 3 + 1 + 1 + EntryId.HexLength;

    private static readonly SearchValues<char> s_hexDigits = SearchValues.Create("0123456789abcdef");

    private static readonly SearchValues<char> s_namespace =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>The pattern of the tags of all tenants, as <see cref="PatternOf"/> takes it.</summary>
    public static string AnyTenantTag { get; } = new('?', TagHexSize);

    /// <summary>Whether text can be a namespace.</summary>
    /// <param name="text">Any text.</param>
    public static bool IsNamespace(string text) =>
        text.Length is > 0 and <= LongestNamespace && !text.AsSpan().ContainsAnyExcept(s_namespace);

    /// <summary>The pattern of the keys of one tag, as a store's listing takes it.</summary>
    /// <param name="tag">The tag; <c>*</c> for any.</param>
    /// <param name="namespace">The namespace, with <c>*</c> for any characters, and <c>?</c> for one.</param>
    public static string PatternOf(string tag, string @namespace = "*") =>
        $"{Prefix}{tag}{Separator}{@namespace}{Separator}*";

    /// <summary>
    /// A key for trying what a store can do. It is too short for an entry's, so that no listing takes it for one.
    /// </summary>
    public static string NewProbe() => $"{Prefix}{PlainTag}{Separator}health{Separator}{Guid.NewGuid():N}";

    /// <summary>The size of a key in bytes.</summary>
    /// <param name="tag">Its tag.</param>
    /// <param name="namespace">Its namespace.</param>
    public static int SizeOf(ReadOnlySpan<byte> tag, string @namespace) => FixedSize + tag.Length + @namespace.Length;

    /// <summary>Writes a key and returns its size.</summary>
    /// <param name="tag">Its tag.</param>
    /// <param name="namespace">Its namespace.</param>
    /// <param name="id">Its id.</param>
    /// <param name="destination">Takes <see cref="SizeOf"/> bytes.</param>
    public static int Write(ReadOnlySpan<byte> tag, string @namespace, in EntryId id, Span<byte> destination)
    {
        "ck:"u8.CopyTo(destination);
        tag.CopyTo(destination[3..]);
        int position = 3 + tag.Length;
        destination[position++] = (byte)Separator;
        position += Encoding.ASCII.GetBytes(@namespace, destination[position..]);
        destination[position++] = (byte)Separator;
        id.CopyHexTo(destination[position..]);
        return position + EntryId.HexLength;
    }

    /// <summary>Reads a key.</summary>
    /// <param name="text">Any text: it may be another program's.</param>
    /// <param name="key">Its parts.</param>
    /// <returns>Whether it is exactly what this program writes.</returns>
    public static bool TryParse(string text, [NotNullWhen(true)] out PhysicalKey? key)
    {
        key = null;
        string[] parts = text.Split(Separator);
        if (parts.Length != 4
            || !text.StartsWith(Prefix, StringComparison.Ordinal)
            || !IsTag(parts[1])
            || !IsNamespace(parts[2])
            || !TryParseId(text, out EntryId id))
        {
            return false;
        }

        key = new PhysicalKey(parts[1], parts[2], id);
        return true;
    }

    /// <summary>Finds the id in a key.</summary>
    /// <param name="text">Any text: it may come from outside.</param>
    /// <param name="id">The id.</param>
    /// <returns>Whether there is one.</returns>
    public static bool TryParseId(string text, out EntryId id)
    {
        ReadOnlySpan<char> digits = text.AsSpan(text.LastIndexOf(Separator) + 1);
        bool isId = digits.Length == EntryId.HexLength && !digits.ContainsAnyExcept(s_hexDigits);
        id = isId ? EntryId.FromBytes(Convert.FromHexString(digits)) : default;
        return isId;
    }

    /// <summary>The key, as it was read.</summary>
    public override string ToString() => $"{Prefix}{Tag}{Separator}{Namespace}{Separator}{Id}";

    private static bool IsTag(string tag) =>
        tag == PlainTag || (tag.Length == TagHexSize && !tag.AsSpan().ContainsAnyExcept(s_hexDigits));
}
