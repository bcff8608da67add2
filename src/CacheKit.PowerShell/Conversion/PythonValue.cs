using CacheKit.Core.Formats;
using CacheKit.Core.Serialization;

namespace CacheKit.Conversion;

/// <summary>A value that the Python SDK serialized: one document with one value in it, or a table.</summary>
internal static class PythonValue
{
    /// <summary>Whether what a serializer wrote can be read here.</summary>
    /// <param name="serializer">Its canonical name.</param>
    public static bool CanRead(string serializer) => serializer
        is PythonHeader.DefaultSerializer or PythonHeader.OrjsonSerializer or PythonHeader.ArrowSerializer;

    /// <summary>Reads a value.</summary>
    /// <param name="serializer">What wrote it: one that can be read.</param>
    /// <param name="document">The document.</param>
    /// <returns>The objects: one, or the rows of a table.</returns>
    /// <exception cref="MalformedValueException">It is not of the format.</exception>
    public static object?[] Read(string serializer, ReadOnlyMemory<byte> document)
    {
        switch (serializer)
        {
            case PythonHeader.DefaultSerializer:
                return [ReadOne(new MessagePackValueReader(document))];
            case PythonHeader.OrjsonSerializer:
                using (JsonValueReader json = new(document))
                {
                    return [ReadOne(json)];
                }

            default:
                return TableOutput.ReadFile(document);
        }
    }

    private static object? ReadOne(ValueReader reader)
    {
        object? value = new ObjectReader(reader).Read();
        reader.ReadEnd();
        return value;
    }
}
