using System.Collections;
using System.Security;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Serialization;

namespace CacheKit.Core.Tests.Support;

/// <summary>A property bag, without PowerShell.</summary>
internal sealed record Bag(IReadOnlyList<string> TypeNames, IReadOnlyList<KeyValuePair<string, object?>> Properties);

/// <summary>A credential, without PowerShell.</summary>
internal sealed record Credential(string UserName, SecureString Password);

/// <summary>Drives the native writer and reader over plain .NET objects.</summary>
internal static class ValueGraph
{
    public static byte[] Write(params object?[] output)
    {
        using SensitiveBuffer buffer = SensitiveBuffer.Rent();
        NativeValueWriter writer = new(buffer);
        writer.BeginOutput(output.Length);
        foreach (object? value in output)
        {
            Write(writer, value);
        }

        return buffer.WrittenSpan.ToArray();
    }

    public static object?[] Read(byte[] bytes)
    {
        NativeValueReader reader = new(bytes);
        object?[] output = new object?[reader.ReadOutput()];
        for (int i = 0; i < output.Length; i++)
        {
            output[i] = Read(reader);
        }

        reader.ReadEnd();
        return output;
    }

    private static void Write(NativeValueWriter writer, object? value)
    {
        if (value is null)
        {
            writer.WriteNull();
        }
        else if (!writer.TryWriteScalar(value))
        {
            WriteComposite(writer, value);
        }
    }

    private static void WriteComposite(NativeValueWriter writer, object value)
    {
        switch (value)
        {
            case Array array when writer.TryBeginArray(value.GetType().GetElementType()!, array.Length):
                WriteItems(writer, array);
                break;
            case List<object?> list:
                writer.BeginList(ValueKind.List, list.Count);
                WriteItems(writer, list);
                break;
            case ArrayList list:
                writer.BeginList(ValueKind.ArrayList, list.Count);
                WriteItems(writer, list);
                break;
            case Table table:
                writer.BeginDictionary(ValueKind.Hashtable, table.CaseSensitive, table.Count);
                WriteItems(writer, table.SelectMany(pair => (object?[])[pair.Key, pair.Value]));
                break;
            case OrderedTable table:
                writer.BeginDictionary(ValueKind.OrderedDictionary, table.CaseSensitive, table.Count);
                WriteItems(writer, table.SelectMany(pair => (object?[])[pair.Key, pair.Value]));
                break;
            case Bag bag:
                writer.BeginPropertyBag([.. bag.TypeNames], bag.Properties.Count);
                foreach ((string name, object? property) in bag.Properties)
                {
                    writer.WriteName(name);
                    Write(writer, property);
                }

                break;
            case Credential credential:
                writer.BeginCredential();
                Write(writer, credential.UserName);
                Write(writer, credential.Password);
                break;
            default:
                throw new NotSupportedException(value.GetType().ToString());
        }
    }

    private static void WriteItems(NativeValueWriter writer, IEnumerable items)
    {
        foreach (object? item in items)
        {
            Write(writer, item);
        }
    }

    private static object? Read(NativeValueReader reader)
    {
        ValueKind kind = reader.Read();
        int count = reader.Count;
        switch (kind)
        {
            case ValueKind.Null:
                return null;
            case ValueKind.Scalar:
                return reader.Scalar;
            case ValueKind.Array:
                Array array = Array.CreateInstance(reader.ElementType, count);
                for (int i = 0; i < count; i++)
                {
                    array.SetValue(Checked(Read(reader), array.GetType().GetElementType()!), i);
                }

                return array;
            case ValueKind.List:
                return new List<object?>(ReadItems(reader, count));
            case ValueKind.ArrayList:
                return new ArrayList(ReadItems(reader, count));
            case ValueKind.Hashtable:
                return new Table(reader.CaseSensitive, ReadPairs(reader, count));
            case ValueKind.OrderedDictionary:
                return new OrderedTable(reader.CaseSensitive, ReadPairs(reader, count));
            case ValueKind.PropertyBag:
                string[] typeNames = [.. reader.TypeNames];
                KeyValuePair<string, object?>[] properties = new KeyValuePair<string, object?>[count];
                for (int i = 0; i < count; i++)
                {
                    properties[i] = new(reader.ReadName(), Read(reader));
                }

                return new Bag(typeNames, properties);
            default:
                return new Credential(
                    (string)Checked(Read(reader), typeof(string))!,
                    (SecureString)Checked(Read(reader), typeof(SecureString))!);
        }
    }

    /// <summary>Whether an item fits where it stands is up to whoever builds the value: the reader gives pieces.</summary>
    private static object? Checked(object? item, Type type) =>
        (item is null ? !type.IsValueType : type.IsInstanceOfType(item))
            ? item
            : throw new MalformedValueException("The value is not well-formed.");

    private static object?[] ReadItems(NativeValueReader reader, int count)
    {
        object?[] items = new object?[count];
        for (int i = 0; i < count; i++)
        {
            items[i] = Read(reader);
        }

        return items;
    }

    private static IEnumerable<KeyValuePair<object, object?>> ReadPairs(NativeValueReader reader, int count)
    {
        object?[] items = ReadItems(reader, 2 * count);
        return Enumerable.Range(0, count).Select(i => new KeyValuePair<object, object?>(items[2 * i]!, items[(2 * i) + 1]));
    }
}

/// <summary>A Hashtable's pairs; the order is kept, so that two can be compared.</summary>
internal sealed class Table(bool caseSensitive, IEnumerable<KeyValuePair<object, object?>> pairs)
    : List<KeyValuePair<object, object?>>(pairs)
{
    public bool CaseSensitive { get; } = caseSensitive;
}

/// <summary>An OrderedDictionary's pairs.</summary>
internal sealed class OrderedTable(bool caseSensitive, IEnumerable<KeyValuePair<object, object?>> pairs)
    : List<KeyValuePair<object, object?>>(pairs)
{
    public bool CaseSensitive { get; } = caseSensitive;
}
