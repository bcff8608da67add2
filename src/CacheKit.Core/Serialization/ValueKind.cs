namespace CacheKit.Core.Serialization;

/// <summary>What a <see cref="ValueReader"/> met.</summary>
public enum ValueKind
{
    /// <summary>The null reference.</summary>
    Null,

    /// <summary>A value of the closed list of scalars, a SecureString among them.</summary>
    Scalar,

    /// <summary>An array; <see cref="ValueReader.ElementType"/> says of what; its items follow.</summary>
    Array,

    /// <summary>A generic list; <see cref="ValueReader.ElementType"/> says of what; its items follow.</summary>
    List,

    /// <summary>An ArrayList; its items follow.</summary>
    ArrayList,

    /// <summary>A Hashtable; its keys and values follow in turn.</summary>
    Hashtable,

    /// <summary>An OrderedDictionary; its keys and values follow in turn.</summary>
    OrderedDictionary,

    /// <summary>A property bag; its type names, then its names and values in turn, follow.</summary>
    PropertyBag,

    /// <summary>A credential; its user name and its password follow.</summary>
    Credential,

    /// <summary>A generic hash set; <see cref="ValueReader.ElementType"/> says of what; its items follow.</summary>
    Set,

    /// <summary>A hash set of text that ignores case, ordinally; its items follow.</summary>
    IgnoreCaseSet,

    /// <summary>A generic dictionary of the key and value types; its keys and values follow in turn.</summary>
    Dictionary,

    /// <summary>A constant of an enumeration: type name, number and name are read.</summary>
    Enum,

    /// <summary>A scalar of a type that PowerShell alone knows: type name and text are read.</summary>
    TypedText,

    /// <summary>
    /// A value with members added to it: type names are read; the base, then names and values follow.
    /// </summary>
    Extended,
}
