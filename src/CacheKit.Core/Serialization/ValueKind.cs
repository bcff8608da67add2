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

    /// <summary>A generic list of objects; its items follow.</summary>
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
}
