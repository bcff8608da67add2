using Apache.Arrow;
using Apache.Arrow.Compression;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using CacheKit.Core.Diagnostics;

namespace CacheKit.Core.Serialization.Tables;

/// <summary>
/// Reads a table that another program wrote as an Arrow IPC file: any number of record batches, none of our metadata.
/// The batches of a file stand in it as a stream, between a mark and a directory that is not needed here.
/// </summary>
public static class ArrowFileTable
{
    /// <summary>
    /// A boolean column takes a bit for each row: no table has more cells than its bytes have bits, unless it is
    /// compressed, and then by no more than an envelope may be (PROTOCOL section 5).
    /// </summary>
    private const int CellsPerByte = 8 * 1000;

    /// <summary>The mark with what fills it up to eight bytes.</summary>
    private static ReadOnlySpan<byte> Start => "ARROW1\0\0"u8;

    private static ReadOnlySpan<byte> End => "ARROW1"u8;

    /// <summary>Reads a table.</summary>
    /// <param name="document">The bytes: decrypted and authentic, but not trusted to be well-formed.</param>
    /// <exception cref="MalformedValueException">They are no such file.</exception>
    /// <exception cref="CacheKitException">
    /// <see cref="ErrorIds.PythonSerializerUnsupported"/>: a column has a type that is not read.
    /// </exception>
    public static Table Read(ReadOnlyMemory<byte> document)
    {
        if (!document.Span.StartsWith(Start) || !document.Span[Start.Length..].EndsWith(End))
        {
            throw Malformed();
        }

        try
        {
            using ArrowStreamReader reader = new(document[Start.Length..], new CompressionCodecFactory());
            return ReadBatches(reader, document.Length);
        }
        catch (Exception exception) when (exception is not (OutOfMemoryException or CacheKitException))
        {
            // Arrow answers to wrong bytes with whatever its first wrong step throws.
            throw Malformed();
        }
    }

    private static Table ReadBatches(ArrowStreamReader reader, int documentSize)
    {
        IReadOnlyList<Field> fields = reader.Schema.FieldsList;
        List<object?>[] columns = [.. fields.Select(_ => new List<object?>())];
        // A column of nulls takes no bytes at all; it counts for one of those that do.
        int width = 1 + fields.Count(field => field.DataType.TypeId != ArrowTypeId.Null);
        long rows = 0;
        while (reader.ReadNextRecordBatch() is { } batch)
        {
            using (batch)
            {
                rows += batch.Length;
                if (batch.Length < 0 || batch.ColumnCount != fields.Count
                    || rows * width > (long)CellsPerByte * documentSize)
                {
                    throw Malformed();
                }

                for (int i = 0; i < columns.Length; i++)
                {
                    AddColumn(columns[i], fields[i], batch.Column(i), batch.Length);
                }
            }
        }

        TableColumn[] read = [.. fields.Select((field, i) => new TableColumn(field.Name, [.. columns[i]]))];
        return new Table(TableShape.Rows, fields.Count == 0 ? 0 : checked((int)rows), read);
    }

    private static void AddColumn(List<object?> column, Field field, IArrowArray values, int rows)
    {
        if (values.Length != rows)
        {
            throw Malformed();
        }

        Func<int, object?> read = ArrowFileColumn.ReaderOf(values) ?? throw new CacheKitException(
            ErrorIds.PythonSerializerUnsupported,
            $"The column '{UntrustedText.Shown(field.Name)}' of the table has the Arrow type {field.DataType.Name}, "
            + "which this version does not read.",
            "Let Python store columns of plain numbers, text and times.");
        for (int row = 0; row < rows; row++)
        {
            column.Add(values.IsNull(row) ? null : read(row));
        }
    }

    private static MalformedValueException Malformed() => new("The table is not well-formed.");
}
