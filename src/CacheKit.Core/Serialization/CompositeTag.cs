namespace CacheKit.Core.Serialization;

/// <summary>
/// The extension codes that mark a composite. A composite other than a plain object[] or Hashtable is a MessagePack
/// array whose first item is an extension of one byte with one of these codes (docs/formats.md). No value of a user
/// is written so, hence the mark is unambiguous.
/// </summary>
internal enum CompositeTag : sbyte
{
    /// <summary>A typed array; the byte is the <see cref="ScalarCode"/> of its elements.</summary>
    TypedArray = 0x40,
    List = 0x41,
    ArrayList = 0x42,

    /// <summary>A Hashtable whose keys differ by case.</summary>
    CaseSensitiveHashtable = 0x43,

    /// <summary>The byte is 1 when the keys differ by case.</summary>
    OrderedDictionary = 0x44,

    /// <summary>Type names (nil or an array of text), then names and values in turn.</summary>
    PropertyBag = 0x45,

    /// <summary>User name and password.</summary>
    Credential = 0x46,
}
