using System.Text.Json;
using Apache.Arrow;
using Apache.Arrow.Ipc;

namespace CacheKit.Core.Serialization.Tables;

/// <summary>Reads what <see cref="ArrowTableWriter"/> wrote, and nothing else.</summary>
public static class ArrowTableReader
{
    /// <summary>A boolean column takes a bit for each row: no table has more cells than its bytes have bits.</summary>
    private const int CellsPerByte = 8;

    /// <summary>Reads a table.</summary>
    /// <param name="document">The bytes: decrypted and authentic, but not trusted to be well-formed.</param>
    /// <exception cref="MalformedValueException">They are not of the format.</exception>
    public static Table Read(ReadOnlyMemory<byte> document)
    {
        ArrowStreamScan.Check(document.Span);
        try
        {
            using ArrowStreamReader reader = new(document);
            using RecordBatch batch = reader.ReadNextRecordBatch() ?? throw Malformed();
            return ReadBatch(batch, document.Length);
        }
        catch (Exception exception) when (exception is not (OutOfMemoryException or MalformedValueException))
        {
            // Arrow answers to wrong bytes with whatever its first wrong step throws.
            throw Malformed();
        }
    }

    private static Table ReadBatch(RecordBatch batch, int documentSize)
    {
        Schema schema = batch.Schema;
        int fields = schema.FieldsList.Count;
        // A row without columns takes no bytes at all.
        if (fields != batch.ColumnCount || batch.Length < 0 || (fields == 0 && batch.Length > 0)
            || (long)batch.Length * fields > (long)CellsPerByte * documentSize)
        {
            throw Malformed();
        }

        TableColumn[] columns = new TableColumn[fields];
        for (int i = 0; i < fields; i++)
        {
            Field field = schema.GetFieldByIndex(i);
            ArrayData data = batch.Column(i).Data;
            if (data.Length != batch.Length)
            {
                throw Malformed();
            }

            ColumnCodec codec = ColumnCodec.Get(field.Metadata[ArrowMetadata.Type]);
            columns[i] = new TableColumn(field.Name, codec.Decode(data, field.Metadata)) { DeclaredType = codec.Type };
        }

        string names = schema.Metadata.TryGetValue(ArrowMetadata.TypeNames, out string? json) ? json : "[]";
        return new Table(ShapeOf(schema.Metadata[ArrowMetadata.Shape]), batch.Length, columns)
        {
            Name = schema.Metadata[ArrowMetadata.Name],
            TypeNames = JsonSerializer.Deserialize<string[]>(names) ?? throw Malformed(),
        };
    }

    private static TableShape ShapeOf(string name)
    {
        TableShape shape = Enum.Parse<TableShape>(name);
        return Enum.IsDefined(shape) ? shape : throw Malformed();
    }

    private static MalformedValueException Malformed() => new("The table is not well-formed.");
}
