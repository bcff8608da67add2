namespace CacheKit.Core.Serialization;

/// <summary>
/// Reads a value that any member of the family wrote (PROTOCOL section 7.4): one MessagePack document, canonical or
/// not. Maps come with keys of any type, extension types as their bytes, sentinel maps as times.
/// </summary>
public sealed class InteropValueReader : MessagePackValueReader
{
    /// <summary>The first bytes of an entry that the Python SDK keeps for itself (PROTOCOL section 6).</summary>
    private static ReadOnlySpan<byte> PythonMagic => "CK"u8;

    /// <summary>Begins to read.</summary>
    /// <param name="bytes">One document: authentic if it was encrypted, but not trusted to be well-formed.</param>
    /// <exception cref="MalformedValueException">It breaks a bound; the message says which.</exception>
    public InteropValueReader(ReadOnlyMemory<byte> bytes)
        : base(RefusePython(bytes), takesExtensions: true)
    {
    }

    private protected override ValueKind MapKind
    {
        get
        {
            CaseSensitive = true;
            return ValueKind.Hashtable;
        }
    }

    /// <summary>Checks a document without making anything of it.</summary>
    /// <param name="document">The bytes.</param>
    /// <exception cref="MalformedValueException">It breaks a bound; the message says which.</exception>
    public static void Check(ReadOnlySpan<byte> document)
    {
        RefusePython(document);
        MessagePackScan.Check(document, takesExtensions: true, looksIntoText: true);
    }

    private static ReadOnlyMemory<byte> RefusePython(ReadOnlyMemory<byte> document)
    {
        RefusePython(document.Span);
        return document;
    }

    private static void RefusePython(ReadOnlySpan<byte> document)
    {
        if (document.StartsWith(PythonMagic))
        {
            throw new MalformedValueException(
                "It is an auto-mode entry of the Python SDK: who wrote it does not use interop mode.");
        }
    }
}
