using System.Collections;
using System.Security;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Serialization;

namespace CacheKit.Core.Tests.Support;

/// <summary>A property bag, without PowerShell.</summary>
internal sealed record Bag(
    IReadOnlyList<string> TypeNames,
    IReadOnlyList<KeyValuePair<string, object?>> Properties,
    string? Text = null);

/// <summary>A value with members added to it, without PowerShell.</summary>
internal sealed record Extended(
    IReadOnlyList<string> TypeNames,
    object? Base,
    IReadOnlyList<KeyValuePair<string, object?>> Properties);

/// <summary>A constant of an enumeration.</summary>
internal sealed record Constant(string TypeName, object Number, string Name);

/// <summary>A scalar of a type that PowerShell alone knows.</summary>
internal sealed record TypedText(string TypeName, string Text);

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
            case HashSet<string> { Comparer: var comparer } set when comparer.Equals("a", "A"):
                writer.TryBeginList(ValueKind.IgnoreCaseSet, typeof(string), set.Count);
                WriteItems(writer, set);
                break;
            case IEnumerable items when value.GetType() is { IsGenericType: true } type
                && type.GetGenericTypeDefinition() == typeof(HashSet<>):
                writer.TryBeginList(ValueKind.Set, type.GenericTypeArguments[0], items.Cast<object?>().Count());
                WriteItems(writer, items);
                break;
            case IList list when value.GetType() is { IsGenericType: true } type
                && type.GetGenericTypeDefinition() == typeof(List<>):
                writer.TryBeginList(ValueKind.List, type.GenericTypeArguments[0], list.Count);
                WriteItems(writer, list);
                break;
            case Typed typed:
                DictionaryShape shape = new(ValueKind.Dictionary, typed.CaseSensitive, typed.KeyType, typed.ValueType);
                writer.TryBeginDictionary(shape, typed.Count);
                WriteItems(writer, typed.SelectMany(pair => (object?[])[pair.Key, pair.Value]));
                break;
            case Array array when writer.TryBeginArray(value.GetType().GetElementType()!, array.Length):
                WriteItems(writer, array);
                break;
            case ArrayList list:
                writer.TryBeginList(ValueKind.ArrayList, typeof(object), list.Count);
                WriteItems(writer, list);
                break;
            case Table table:
                writer.TryBeginDictionary(
                    new(ValueKind.Hashtable, table.CaseSensitive, typeof(object), typeof(object)), table.Count);
                WriteItems(writer, table.SelectMany(pair => (object?[])[pair.Key, pair.Value]));
                break;
            case OrderedTable table:
                writer.TryBeginDictionary(
                    new(ValueKind.OrderedDictionary, table.CaseSensitive, typeof(object), typeof(object)), table.Count);
                WriteItems(writer, table.SelectMany(pair => (object?[])[pair.Key, pair.Value]));
                break;
            case Bag bag:
                writer.BeginPropertyBag([.. bag.TypeNames], bag.Text, bag.Properties.Count);
                foreach ((string name, object? property) in bag.Properties)
                {
                    writer.WriteName(name);
                    Write(writer, property);
                }

                break;
            case Extended extended:
                writer.TryBeginExtended([.. extended.TypeNames], extended.Properties.Count);
                Write(writer, extended.Base);
                foreach ((string name, object? property) in extended.Properties)
                {
                    writer.WriteName(name);
                    Write(writer, property);
                }

                break;
            case Constant constant:
                writer.TryWriteEnum(constant.TypeName, constant.Number, constant.Name);
                break;
            case TypedText text:
                writer.TryWriteTypedText(text.TypeName, text.Text);
                break;
            case Credential credential:
                writer.TryBeginCredential();
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
                return ReadTyped(reader);
            case ValueKind.List:
                return Made(typeof(List<>), reader.ElementType, ReadTyped(reader));
            case ValueKind.Set:
                return Made(typeof(HashSet<>), reader.ElementType, ReadTyped(reader));
            case ValueKind.IgnoreCaseSet:
                return new HashSet<string>((string[])ReadTyped(reader), StringComparer.OrdinalIgnoreCase);
            case ValueKind.Dictionary:
                Type keyType = reader.KeyType;
                Type valueType = reader.ValueType;
                return new Typed(reader.CaseSensitive, keyType, valueType, ReadPairs(reader, count));
            case ValueKind.ArrayList:
                return new ArrayList(ReadItems(reader, count));
            case ValueKind.Hashtable:
                return new Table(reader.CaseSensitive, ReadPairs(reader, count));
            case ValueKind.OrderedDictionary:
                return new OrderedTable(reader.CaseSensitive, ReadPairs(reader, count));
            case ValueKind.PropertyBag:
                (string[] typeNames, string? text) = ([.. reader.TypeNames], reader.Text);
                return new Bag(typeNames, ReadProperties(reader, count), text);
            case ValueKind.Extended:
                typeNames = [.. reader.TypeNames];
                object? bare = Read(reader);
                return new Extended(typeNames, bare, ReadProperties(reader, count));
            case ValueKind.Enum:
                return new Constant(reader.TypeNames[0], reader.Scalar!, reader.Text!);
            case ValueKind.TypedText:
                return new TypedText(reader.TypeNames[0], reader.Text!);
            default:
                return new Credential(
                    (string)Checked(Read(reader), typeof(string))!,
                    (SecureString)Checked(Read(reader), typeof(SecureString))!);
        }
    }

    /// <summary>
    /// Whether an item fits where it stands is up to whoever builds the value: the reader gives pieces.
    /// </summary>
    private static object? Checked(object? item, Type type) =>
        (item is null ? !type.IsValueType : type.IsInstanceOfType(item))
            ? item
            : throw new MalformedValueException("The value is not well-formed.");

    private static Array ReadTyped(NativeValueReader reader)
    {
        Type type = reader.ElementType;
        Array array = Array.CreateInstance(type, reader.Count);
        for (int i = 0; i < array.Length; i++)
        {
            array.SetValue(Checked(Read(reader), type), i);
        }

        return array;
    }

    private static object Made(Type definition, Type type, Array items) =>
        Activator.CreateInstance(definition.MakeGenericType(type), items)!;

    private static KeyValuePair<string, object?>[] ReadProperties(NativeValueReader reader, int count)
    {
        KeyValuePair<string, object?>[] properties = new KeyValuePair<string, object?>[count];
        for (int i = 0; i < count; i++)
        {
            properties[i] = new(reader.ReadName(), Read(reader));
        }

        return properties;
    }

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
        return Enumerable.Range(0, count)
            .Select(i => new KeyValuePair<object, object?>(items[2 * i]!, items[(2 * i) + 1]));
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

/// <summary>A generic dictionary's pairs.</summary>
internal sealed class Typed(
    bool caseSensitive,
    Type keyType,
    Type valueType,
    IEnumerable<KeyValuePair<object, object?>> pairs)
    : List<KeyValuePair<object, object?>>(pairs)
{
    public bool CaseSensitive { get; } = caseSensitive;

    public Type KeyType { get; } = keyType;

    public Type ValueType { get; } = valueType;
}
