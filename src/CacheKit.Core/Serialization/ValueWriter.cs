namespace CacheKit.Core.Serialization;

/// <summary>
/// Takes a value piece by piece and writes it in one format. The converter that walks the value does not know the
/// format; the format does not know PowerShell (DESIGN section 7).
/// </summary>
/// <remarks>After a <c>Begin</c> call, exactly the announced number of values follows.</remarks>
public abstract class ValueWriter
{
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

    /// <summary>Begins a list.</summary>
    /// <param name="kind"><see cref="ValueKind.List"/> or <see cref="ValueKind.ArrayList"/>.</param>
    /// <param name="count">How many items follow.</param>
    public abstract void BeginList(ValueKind kind, int count);

    /// <summary>Begins a dictionary.</summary>
    /// <param name="kind"><see cref="ValueKind.Hashtable"/> or <see cref="ValueKind.OrderedDictionary"/>.</param>
    /// <param name="caseSensitive">Whether its keys differ by case.</param>
    /// <param name="count">How many pairs of key and value follow.</param>
    public abstract void BeginDictionary(ValueKind kind, bool caseSensitive, int count);

    /// <summary>Begins a property bag.</summary>
    /// <param name="typeNames">Its type names, or none for those of a plain PSCustomObject.</param>
    /// <param name="count">How many pairs of name and value follow.</param>
    public abstract void BeginPropertyBag(IReadOnlyCollection<string> typeNames, int count);

    /// <summary>Writes the name of a property.</summary>
    /// <param name="name">The name.</param>
    public abstract void WriteName(string name);

    /// <summary>Begins a credential; its user name and its password (a SecureString) follow as scalars.</summary>
    public abstract void BeginCredential();
}
