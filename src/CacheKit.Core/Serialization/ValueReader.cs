using CacheKit.Core.Diagnostics;

namespace CacheKit.Core.Serialization;

/// <summary>
/// Reads, piece by piece, what a <see cref="ValueWriter"/> of the same format wrote. Its input is bounded before
/// anything is allocated: no declared length is larger than the bytes that are left.
/// </summary>
public abstract class ValueReader
{
    /// <summary>The scalar, or the number of an enum constant, that the last <see cref="Read"/> met.</summary>
    public object? Scalar { get; protected set; }

    /// <summary>
    /// How many items, pairs or properties follow the composite that the last <see cref="Read"/> met.
    /// </summary>
    public int Count { get; protected set; }

    /// <summary>The element type of the array, list or set that the last <see cref="Read"/> met.</summary>
    public Type ElementType { get; protected set; } = typeof(object);

    /// <summary>The key type of the generic dictionary that the last <see cref="Read"/> met.</summary>
    public Type KeyType { get; protected set; } = typeof(object);

    /// <summary>The value type of the generic dictionary that the last <see cref="Read"/> met.</summary>
    public Type ValueType { get; protected set; } = typeof(object);

    /// <summary>
    /// The text of the property bag, typed text or enum constant (its name) that the last <see cref="Read"/> met, or
    /// null.
    /// </summary>
    public string? Text { get; protected set; }

    /// <summary>Whether the keys of the dictionary that the last <see cref="Read"/> met differ by case.</summary>
    public bool CaseSensitive { get; protected set; }

    /// <summary>
    /// The type names of what the last <see cref="Read"/> met, if it has any; one, of an enum or typed text.
    /// </summary>
    public IReadOnlyList<string> TypeNames { get; protected set; } = [];

    /// <summary>Reads a scalar whole, or the beginning of a composite.</summary>
    /// <exception cref="MalformedValueException">The bytes are not of the format.</exception>
    public abstract ValueKind Read();

    /// <summary>Reads the name of a property.</summary>
    /// <exception cref="MalformedValueException">The bytes are not of the format.</exception>
    public abstract string ReadName();

    /// <summary>Asserts that nothing follows.</summary>
    /// <exception cref="MalformedValueException">Bytes are left.</exception>
    public abstract void ReadEnd();
}

/// <summary>Bytes that do not decode: the entry is treated as if it were not there.</summary>
public sealed class MalformedValueException : CacheKitException
{
    /// <summary>Makes the exception, with the id <see cref="ErrorIds.EntryMalformed"/>.</summary>
    /// <param name="message">What is wrong; never a part of the value.</param>
    public MalformedValueException(string message)
        : base(ErrorIds.EntryMalformed, message, "Replace the entry with -Refresh.")
    {
    }
}
