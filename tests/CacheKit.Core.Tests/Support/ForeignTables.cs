using Apache.Arrow;
using Apache.Arrow.Compression;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;

namespace CacheKit.Core.Tests.Support;

/// <summary>Tables as another program writes them: Arrow IPC files without metadata of ours.</summary>
internal static class ForeignTables
{
    /// <summary>Writes a file of several record batches.</summary>
    public static byte[] Write(params RecordBatch[] batches) => Write(compression: null, batches);

    /// <summary>Writes a file of several record batches, whose buffers may be compressed.</summary>
    public static byte[] Write(CompressionCodecType? compression, params RecordBatch[] batches)
    {
        using MemoryStream stream = new();
        IpcOptions options = new()
        {
            CompressionCodec = compression,
            CompressionCodecFactory = new CompressionCodecFactory(),
        };
        using (ArrowFileWriter writer = new(stream, batches[0].Schema, leaveOpen: true, options))
        {
            foreach (RecordBatch batch in batches)
            {
                writer.WriteRecordBatch(batch);
            }

            writer.WriteEnd();
        }

        return stream.ToArray();
    }

    /// <summary>Two columns, id and name, of as many rows as there are names.</summary>
    public static RecordBatch People(int firstId, params string?[] names) =>
        new RecordBatch.Builder()
            .Append("id", nullable: false, column => column.Int64(
                array => array.AppendRange(Enumerable.Range(firstId, names.Length).Select(id => (long)id))))
            .Append("name", nullable: true, column => column.String(array => array.AppendRange(names)))
            .Build();

    /// <summary>A batch of one column.</summary>
    public static RecordBatch Column(string name, IArrowArray values) => new(
        new Schema([new Field(name, values.Data.DataType, nullable: true)], null), [values], values.Length);

    /// <summary>A column that has each word once, and the place of one for each row.</summary>
    public static DictionaryArray Words(int?[] places, params string[] words)
    {
        Int32Array.Builder indices = new();
        foreach (int? place in places)
        {
            _ = place is { } known ? indices.Append(known) : indices.AppendNull();
        }

        StringArray dictionary = new StringArray.Builder().AppendRange(words).Build();
        return new DictionaryArray(
            new DictionaryType(Int32Type.Default, StringType.Default, ordered: false), indices.Build(), dictionary);
    }
}
