using System.Buffers.Binary;

namespace CacheKit.Core.Serialization.Tables;

/// <summary>
/// Looks at the frame of an Arrow stream before the library does: two messages, schema and record batch, and the end
/// mark as the last bytes. The library itself would take any number of messages, and not look at what follows them.
/// </summary>
internal static class ArrowStreamScan
{
    private const int Messages = 2;
    private const int Continuation = -1;
    private const int BodyLengthField = 3;

    /// <summary>Checks the frame.</summary>
    /// <param name="document">The bytes.</param>
    /// <exception cref="MalformedValueException">They do not have it.</exception>
    public static void Check(ReadOnlySpan<byte> document)
    {
        try
        {
            for (int i = 0; i < Messages; i++)
            {
                ReadOnlySpan<byte> metadata = document.Slice(8, ReadLength(document));
                document = document[checked((int)(8 + metadata.Length + ReadBodyLength(metadata)))..];
            }

            if (document.Length == 8 && ReadLength(document) == 0)
            {
                return;
            }
        }
        catch (Exception exception) when (exception is ArgumentException or OverflowException)
        {
            // A length that leads out of the bytes is refused just as a wrong mark is, below.
        }

        throw Malformed();
    }

    private static int ReadLength(ReadOnlySpan<byte> message) =>
        BinaryPrimitives.ReadInt32LittleEndian(message) == Continuation
            ? BinaryPrimitives.ReadInt32LittleEndian(message[4..])
            : throw Malformed();

    /// <summary>
    /// The length of the body, a field of the message's table (a FlatBuffer); zero when it is not there.
    /// </summary>
    private static long ReadBodyLength(ReadOnlySpan<byte> metadata)
    {
        int table = BinaryPrimitives.ReadInt32LittleEndian(metadata);
        ReadOnlySpan<byte> vtable = metadata[(table - BinaryPrimitives.ReadInt32LittleEndian(metadata[table..]))..];
        int entry = 4 + (2 * BodyLengthField);
        int offset = BinaryPrimitives.ReadUInt16LittleEndian(vtable) >= entry + 2
            ? BinaryPrimitives.ReadUInt16LittleEndian(vtable[entry..])
            : 0;
        long length = offset == 0 ? 0 : BinaryPrimitives.ReadInt64LittleEndian(metadata[(table + offset)..]);
        return length >= 0 ? length : throw Malformed();
    }

    private static MalformedValueException Malformed() => new("The table is not well-formed.");
}
