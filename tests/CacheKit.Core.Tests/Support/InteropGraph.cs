using CacheKit.Core.Cryptography;
using CacheKit.Core.Serialization;

namespace CacheKit.Core.Tests.Support;

/// <summary>Drives the writers and the reader of interop entries over plain .NET objects.</summary>
internal static class InteropGraph
{
    /// <summary>The bytes of a value.</summary>
    /// <exception cref="NotSupportedException">The model of values has no place for it.</exception>
    public static byte[] WriteValue(object? value)
    {
        using SensitiveBuffer buffer = SensitiveBuffer.Rent();
        Write(new InteropValueWriter(buffer), value);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The bytes that a key is computed of.</summary>
    /// <exception cref="NotSupportedException">The model of arguments has no place for one of them.</exception>
    public static byte[] WriteArguments(params object?[] arguments)
    {
        using SensitiveBuffer buffer = SensitiveBuffer.Rent();
        InteropArgumentWriter writer = new(buffer);
        writer.BeginArguments(arguments.Length);
        WriteAll(writer, arguments);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The value of a document.</summary>
    public static object? Read(ReadOnlyMemory<byte> document)
    {
        InteropValueReader reader = new(document);
        object? value = Read(reader);
        reader.ReadEnd();
        return value;
    }

    private static void Write(InteropWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNull();
                break;
            case Table map:
                DictionaryShape shape = new(ValueKind.Hashtable, true, typeof(object), typeof(object));
                Require(writer.TryBeginDictionary(shape, map.Count));
                WriteAll(writer, map.SelectMany(pair => (object?[])[pair.Key, pair.Value]));
                break;
            case Bag bag:
                writer.BeginPropertyBag([], null, bag.Properties.Count);
                foreach ((string name, object? property) in bag.Properties)
                {
                    writer.WriteName(name);
                    Write(writer, property);
                }

                break;
            case SetOf set:
                Require(writer.TryBeginList(ValueKind.Set, typeof(object), set.Items.Length));
                WriteAll(writer, set.Items);
                break;
            case object?[] items:
                Require(writer.TryBeginArray(typeof(object), items.Length));
                WriteAll(writer, items);
                break;
            default:
                Require(writer.TryWriteScalar(value));
                break;
        }
    }

    private static void WriteAll(InteropWriter writer, IEnumerable<object?> items)
    {
        foreach (object? item in items)
        {
            Write(writer, item);
        }
    }

    private static void Require(bool isWritten)
    {
        if (!isWritten)
        {
            throw new NotSupportedException("The model has no place for it.");
        }
    }

    private static object? Read(InteropValueReader reader)
    {
        ValueKind kind = reader.Read();
        int count = reader.Count;
        switch (kind)
        {
            case ValueKind.Null:
                return null;
            case ValueKind.Scalar:
                return reader.Scalar is MessagePackExtension extension
                    ? new ExtensionOf(extension.TypeCode, extension.Data)
                    : reader.Scalar;
            case ValueKind.Array:
                return Items(reader, count);
            case ValueKind.Hashtable when reader.CaseSensitive:
                object?[] items = Items(reader, 2 * count);
                return new Table(true, Enumerable.Range(0, count).Select(i =>
                    new KeyValuePair<object, object?>(items[2 * i]!, items[(2 * i) + 1])));
            default:
                throw new NotSupportedException(kind.ToString());
        }
    }

    private static object?[] Items(InteropValueReader reader, int count)
    {
        object?[] items = new object?[count];
        for (int i = 0; i < count; i++)
        {
            items[i] = Read(reader);
        }

        return items;
    }
}
