namespace CacheKit.Core.Serialization;

/// <summary>
/// Takes a value piece by piece and writes it in one format. The converter that walks the value does not know the
/// format; the format does not know PowerShell (DESIGN section 7).
/// </summary>
/// <remarks>After a <c>Begin</c> call, exactly the announced number of values follows.</remarks>
public abstract class ValueWriter
{
    /// <summary>How many levels of containers most formats take.</summary>
    public const int UsualDepth = 64;

    /// <summary>
    /// How many levels of containers the format takes; deeper is a cycle, or nothing that a script needs.
    /// </summary>
    public virtual int DeepestValue => UsualDepth;

    /// <summary>
    /// Whether what the format has no place for may stand there as its text or its properties: script blocks, and
    /// objects of any other type.
    /// </summary>
    public virtual bool TakesOtherObjects => true;

    /// <summary>Writes the null reference.</summary>
    public abstract void WriteNull();

    /// <summary>Writes a scalar: text, a number, a date, a SecureString and the like.</summary>
    /// <param name="value">The value, without a PSObject around it.</param>
    /// <returns>False, and nothing is written, when the format has no place for its type.</returns>
    public abstract bool TryWriteScalar(object value);

    /// <summary>Begins an array.</summary>
    /// <param name="elementType">The type of its elements.</param>
    /// <param name="count">How many items follow.</param>
    /// <returns>False, and nothing is written, when the format has no place for the element type.</returns>
    public abstract bool TryBeginArray(Type elementType, int count);

    /// <summary>Begins a list or a set.</summary>
    /// <param name="kind">List, ArrayList, Set or IgnoreCaseSet.</param>
    /// <param name="elementType">The type of its elements; object of an ArrayList.</param>
    /// <param name="count">How many items follow.</param>
    /// <returns>False, and nothing is written, when the format has no place for it.</returns>
    public abstract bool TryBeginList(ValueKind kind, Type elementType, int count);

    /// <summary>Begins a dictionary.</summary>
    /// <param name="shape">Which dictionary it is.</param>
    /// <param name="count">How many pairs of key and value follow.</param>
    /// <returns>False, and nothing is written, when the format has no place for it.</returns>
    public abstract bool TryBeginDictionary(in DictionaryShape shape, int count);

    /// <summary>Begins a property bag.</summary>
    /// <param name="typeNames">Its type names, or none for those of a plain PSCustomObject.</param>
    /// <param name="text">What the object gave as its text, or null.</param>
    /// <param name="count">How many pairs of name and value follow.</param>
    public abstract void BeginPropertyBag(IReadOnlyCollection<string> typeNames, string? text, int count);

    /// <summary>
    /// Begins a value with members added to it: the base value follows, then pairs of name and value.
    /// </summary>
    /// <param name="typeNames">Its type names, or none for those that its base has.</param>
    /// <param name="propertyCount">How many pairs of name and value follow.</param>
    /// <returns>
    /// False, and nothing is written, when the format keeps no added members: the base is written alone.
    /// </returns>
    public abstract bool TryBeginExtended(IReadOnlyCollection<string> typeNames, int propertyCount);

    /// <summary>Writes a constant of an enumeration.</summary>
    /// <param name="typeName">The full name of the enumeration.</param>
    /// <param name="number">The number, of the underlying type.</param>
    /// <param name="name">The number's name, for readers to whom the enumeration is not known.</param>
    /// <returns>False, and nothing is written, when the format has no place for it.</returns>
    public abstract bool TryWriteEnum(string typeName, object number, string name);

    /// <summary>Writes a scalar of a type that PowerShell alone knows, such as SemanticVersion.</summary>
    /// <param name="typeName">The full name of the type.</param>
    /// <param name="text">Its text form.</param>
    /// <returns>False, and nothing is written, when the format has no place for it.</returns>
    public abstract bool TryWriteTypedText(string typeName, string text);

    /// <summary>Writes the name of a property.</summary>
    /// <param name="name">The name.</param>
    public abstract void WriteName(string name);

    /// <summary>
    /// Begins a credential; its user name and its password (a SecureString) follow, both null if it is empty.
    /// </summary>
    /// <returns>False, and nothing is written, when the format has no place for secrets.</returns>
    public abstract bool TryBeginCredential();
}

/// <summary>Which dictionary a value is.</summary>
/// <param name="Kind">Hashtable, OrderedDictionary or Dictionary.</param>
/// <param name="CaseSensitive">Whether its keys differ by case; true where they are not text.</param>
/// <param name="KeyType">The type of its keys; object unless it is a generic one.</param>
/// <param name="ValueType">The type of its values; object unless it is a generic one.</param>
public readonly record struct DictionaryShape(ValueKind Kind, bool CaseSensitive, Type KeyType, Type ValueType);
