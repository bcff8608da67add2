using System.Text;
using CacheKit.Core.Formats;

namespace CacheKit.Core.Keys;

/// <summary>
/// Where a native entry lies: <c>ck:{tag}:{namespace}:{id}</c>, all ASCII (DESIGN section 8). It is bound to the keys
/// that computed it, since it is part of what they authenticate.
/// </summary>
public readonly struct EntryKey
{
    /// <summary>The size of the tenant's tag in hexadecimal digits.</summary>
    public const int TagHexSize = 16;

    /// <summary>The size of the longest physical key in bytes.</summary>
    public const int LongestSize = FixedSize + LongestNamespace;

    /// <summary>The longest namespace, in ASCII characters.</summary>
    public const int LongestNamespace = 64;

    private const int FixedSize = 3 + TagHexSize + 1 + 1 + EntryId.HexLength;

    internal EntryKey(TenantKeys keys, string @namespace, EntryId id)
    {
        Keys = keys;
        Namespace = @namespace;
        Id = id;
    }

    /// <summary>The namespace, readable to the storage.</summary>
    public string Namespace { get; }

    /// <summary>The keyed hash of what identifies the entry.</summary>
    public EntryId Id { get; }

    /// <summary>The size of the physical key in bytes.</summary>
    public int Size => FixedSize + Namespace.Length;

    internal TenantKeys Keys { get; }

    /// <summary>Writes the physical key and returns its size.</summary>
    /// <param name="destination">Takes <see cref="Size"/> bytes.</param>
    public int CopyTo(Span<byte> destination)
    {
        "ck:"u8.CopyTo(destination);
        Keys.Tag.CopyTo(destination[3..]);
        destination[3 + TagHexSize] = (byte)':';
        int position = 4 + TagHexSize;
        position += Encoding.ASCII.GetBytes(Namespace, destination[position..]);
        destination[position++] = (byte)':';
        Id.CopyHexTo(destination[position..]);
        return position + EntryId.HexLength;
    }

    /// <summary>The physical key.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[LongestSize];
        return Encoding.ASCII.GetString(bytes[..CopyTo(bytes)]);
    }
}

/// <summary>Where an entry lies under each key of a ring.</summary>
/// <param name="Current">Under the key that encrypts.</param>
/// <param name="Previous">Under the keys that only decrypt, newest first.</param>
public sealed record EntryKeys(EntryKey Current, IReadOnlyList<EntryKey> Previous)
{
    /// <summary>The entry that was last met under the current key, ready to be opened again.</summary>
    internal PreparedFrame? Prepared { get; set; }
}
