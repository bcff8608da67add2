using System.Buffers;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Serialization;
using MessagePack;

namespace CacheKit.Benchmarks.Rows;

/// <summary>
/// About 10 KiB that other languages share, an array of small records, to bytes and back: with our writer and reader,
/// and with MessagePack's own, which take the same objects and make the same.
/// </summary>
internal sealed class InteropBenchmarks
{
    private const int Records = 152;

    private static readonly DictionaryShape s_shape = new(ValueKind.Hashtable, true, typeof(object), typeof(object));

    private readonly object?[] _records;
    private readonly byte[] _document;
    private readonly ArrayBufferWriter<byte> _plain = new();

    /// <summary>Makes the records, whose names are in order, and their bytes.</summary>
    public InteropBenchmarks()
    {
        _records =
        [
            .. Enumerable.Range(0, Records).Select(i => (object?)(KeyValuePair<string, object?>[])
            [
                new("enabled", i % 3 == 0),
                new("id", 4711 * i),
                new("load", i * 0.37),
                new("manager", null),
                new("name", $"user {i} of the tests"),
            ]),
        ];
        WriteBare();
        _document = _plain.WrittenSpan.ToArray();
        using SensitiveBuffer buffer = SensitiveBuffer.Rent();
        Write(new InteropValueWriter(buffer), _records);
        if (!buffer.WrittenSpan.SequenceEqual(_document))
        {
            throw new InvalidOperationException("The two do not write the same.");
        }
    }

    /// <summary>To bytes.</summary>
    public int Write()
    {
        using SensitiveBuffer buffer = SensitiveBuffer.Rent();
        Write(new InteropValueWriter(buffer), _records);
        return buffer.Length;
    }

    /// <summary>From bytes.</summary>
    public object? Read()
    {
        InteropValueReader reader = new(_document);
        object? value = Read(reader);
        reader.ReadEnd();
        return value;
    }

    /// <summary>To bytes with the library alone.</summary>
    public int WriteBare()
    {
        _plain.ResetWrittenCount();
        MessagePackWriter writer = new(_plain);
        Write(ref writer, _records);
        writer.Flush();
        return _plain.WrittenCount;
    }

    /// <summary>From bytes with the library alone.</summary>
    public object? ReadBare()
    {
        MessagePackReader reader = new(_document);
        return Read(ref reader);
    }

    private static void Write(InteropValueWriter writer, object? value)
    {
        if (value is null)
        {
            writer.WriteNull();
        }
        else if (!writer.TryWriteScalar(value))
        {
            WriteContainer(writer, value);
        }
    }

    private static void WriteContainer(InteropValueWriter writer, object value)
    {
        if (value is KeyValuePair<string, object?>[] pairs)
        {
            writer.TryBeginDictionary(s_shape, pairs.Length);
            foreach ((string name, object? each) in pairs)
            {
                writer.WriteName(name);
                Write(writer, each);
            }
        }
        else
        {
            object?[] items = (object?[])value;
            writer.TryBeginArray(typeof(object), items.Length);
            foreach (object? item in items)
            {
                Write(writer, item);
            }
        }
    }

    private static void Write(ref MessagePackWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNil();
                break;
            case string text:
                writer.Write(text);
                break;
            case bool flag:
                writer.Write(flag);
                break;
            case double number:
                writer.Write(number);
                break;
            case int number:
                writer.Write(number);
                break;
            case KeyValuePair<string, object?>[] pairs:
                writer.WriteMapHeader(pairs.Length);
                foreach ((string name, object? each) in pairs)
                {
                    writer.Write(name);
                    Write(ref writer, each);
                }

                break;
            case object?[] items:
                writer.WriteArrayHeader(items.Length);
                foreach (object? item in items)
                {
                    Write(ref writer, item);
                }

                break;
        }
    }

    private static object? Read(InteropValueReader reader)
    {
        switch (reader.Read())
        {
            case ValueKind.Null:
                return null;
            case ValueKind.Array:
                object?[] items = new object?[reader.Count];
                for (int i = 0; i < items.Length; i++)
                {
                    items[i] = Read(reader);
                }

                return items;
            case ValueKind.Hashtable:
                KeyValuePair<string, object?>[] pairs = new KeyValuePair<string, object?>[reader.Count];
                for (int i = 0; i < pairs.Length; i++)
                {
                    reader.Read();
                    pairs[i] = new((string)reader.Scalar!, Read(reader));
                }

                return pairs;
            default:
                return reader.Scalar;
        }
    }

    private static object? Read(ref MessagePackReader reader)
    {
        switch (reader.NextMessagePackType)
        {
            case MessagePackType.Nil:
                reader.ReadNil();
                return null;
            case MessagePackType.Boolean:
                return reader.ReadBoolean();
            case MessagePackType.Integer:
                return reader.ReadInt32();
            case MessagePackType.Float:
                return reader.ReadDouble();
            case MessagePackType.Array:
                object?[] items = new object?[reader.ReadArrayHeader()];
                for (int i = 0; i < items.Length; i++)
                {
                    items[i] = Read(ref reader);
                }

                return items;
            case MessagePackType.Map:
                KeyValuePair<string, object?>[] pairs = new KeyValuePair<string, object?>[reader.ReadMapHeader()];
                for (int i = 0; i < pairs.Length; i++)
                {
                    pairs[i] = new(reader.ReadString()!, Read(ref reader));
                }

                return pairs;
            default:
                return reader.ReadString();
        }
    }
}
