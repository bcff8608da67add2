using System.Text.Json;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using CacheKit.Core.Cryptography;

namespace CacheKit.Core.Serialization.Tables;

/// <summary>Writes a table as one Arrow IPC stream of one record batch (docs/formats.md).</summary>
public static class ArrowTableWriter
{
    /// <summary>Writes a table.</summary>
    /// <param name="buffer">Takes the bytes.</param>
    /// <param name="table">The table.</param>
    /// <exception cref="UnsupportedTableException">A column cannot be kept exactly.</exception>
    public static void Write(SensitiveBuffer buffer, Table table)
    {
        using ColumnBuffers buffers = new();
        List<Field> fields = [];
        List<IArrowArray> arrays = [];
        foreach (TableColumn column in table.Columns)
        {
            if (!Utf16.IsWellFormed(column.Name))
            {
                throw UnsupportedTableException.NoTable("the name of a property is not well-formed text");
            }

            ColumnCodec codec = CodecOf(column);
            Dictionary<string, string> metadata = new() { [ArrowMetadata.Type] = codec.Name };
            ArrayData data = codec.Encode(column, buffers, metadata);
            fields.Add(new Field(column.Name, data.DataType, nullable: true, metadata));
            arrays.Add(ArrowArrayFactory.BuildArray(data));
        }

        Schema schema = new(fields, MetadataOf(table));
        using SensitiveStream stream = new(buffer);
        using ArrowStreamWriter writer = new(stream, schema, leaveOpen: true);
        writer.WriteRecordBatch(new RecordBatch(schema, arrays, table.RowCount));
        writer.WriteEnd();
    }

    private static ColumnCodec CodecOf(TableColumn column)
    {
        Type? type = column.DeclaredType;
        for (int i = 0; i < column.Values.Length; i++)
        {
            if (column.Values[i] is not { } value)
            {
                continue;
            }

            type ??= value.GetType();
            if (value.GetType() != type)
            {
                throw UnsupportedTableException.Mixed(column.Name, type.FullName!, i, value.GetType().FullName!);
            }

            if (value is DBNull || !ColumnCodec.TryGet(type, out _))
            {
                throw UnsupportedTableException.NoTable(
                    $"the property '{column.Name}' of row {i} is a {type.FullName}");
            }
        }

        return ColumnCodec.TryGet(type ?? typeof(DBNull), out ColumnCodec codec)
            ? codec
            : throw UnsupportedTableException.NoTable($"the column '{column.Name}' is of {type!.FullName}");
    }

    private static Dictionary<string, string> MetadataOf(Table table)
    {
        Dictionary<string, string> metadata = new()
        {
            [ArrowMetadata.Shape] = table.Shape.ToString(),
            [ArrowMetadata.Name] = table.Name,
        };
        if (table.TypeNames.Count > 0)
        {
            metadata.Add(ArrowMetadata.TypeNames, JsonSerializer.Serialize(table.TypeNames));
        }

        return metadata;
    }
}
