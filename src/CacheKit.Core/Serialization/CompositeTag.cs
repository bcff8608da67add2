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

    /// <summary>A List&lt;T&gt;; the byte is the <see cref="ScalarCode"/> of its elements, 0 for objects.</summary>
    List = 0x41,
    ArrayList = 0x42,

    /// <summary>A Hashtable whose keys differ by case.</summary>
    CaseSensitiveHashtable = 0x43,

    /// <summary>The byte is 1 when the keys differ by case.</summary>
    OrderedDictionary = 0x44,

    /// <summary>
    /// Type names (nil or an array of text), the object's text when the byte is 1, then names and values in turn.
    /// </summary>
    PropertyBag = 0x45,

    /// <summary>User name and password.</summary>
    Credential = 0x46,

    /// <summary>Full name of the type, number, name of the number.</summary>
    Enum = 0x47,

    /// <summary>Full name of a type that only PowerShell knows, text.</summary>
    TypedText = 0x48,

    /// <summary>Type names (nil or an array of text), the base value, then names and values in turn.</summary>
    Extended = 0x49,

    /// <summary>A HashSet&lt;T&gt;; the byte is the <see cref="ScalarCode"/> of its elements.</summary>
    Set = 0x4A,

    /// <summary>A HashSet&lt;string&gt; that ignores case.</summary>
    IgnoreCaseSet = 0x4B,

    /// <summary>
    /// A Dictionary&lt;K, V&gt;; the byte is the <see cref="ScalarCode"/> of its keys. That of its values and whether
    /// keys differ by case come first.
    /// </summary>
    Dictionary = 0x4C,
}
