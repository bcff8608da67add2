namespace CacheKit.Core.Serialization;

/// <summary>
/// Reads, piece by piece, what a <see cref="ValueWriter"/> of the same format wrote. Its input is bounded before
/// anything is allocated: no declared length is larger than the bytes that are left.
/// </summary>
public abstract class ValueReader
{
    /// <summary>The scalar that the last <see cref="Read"/> met.</summary>
    public object? Scalar { get; protected set; }

    /// <summary>How many items, pairs or properties follow the composite that the last <see cref="Read"/> met.</summary>
    public int Count { get; protected set; }

    /// <summary>The element type of the array that the last <see cref="Read"/> met.</summary>
    public Type ElementType { get; protected set; } = typeof(object);

    /// <summary>Whether the keys of the dictionary that the last <see cref="Read"/> met differ by case.</summary>
    public bool CaseSensitive { get; protected set; }

    /// <summary>The type names of the property bag that the last <see cref="Read"/> met, or none.</summary>
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
public sealed class MalformedValueException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What is wrong; never a part of the value.</param>
    public MalformedValueException(string message)
        : base(message)
    {
    }
}
