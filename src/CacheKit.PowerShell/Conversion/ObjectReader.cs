using System.Collections;
using System.Collections.Specialized;
using System.Management.Automation;
using System.Security;
using CacheKit.Core.Serialization;
using CacheKit.Engine;

namespace CacheKit.Conversion;

/// <summary>
/// Builds PowerShell objects from a <see cref="ValueReader"/>. It makes the types of a closed list and no other,
/// whatever the bytes say (DESIGN section 2).
/// </summary>
/// <param name="reader">Gives the values of one format.</param>
internal readonly struct ObjectReader(ValueReader reader)
{
    /// <summary>
    /// How deep composites may nest. One level of a value is up to three of these: its added members, its foreign type
    /// names, and itself.
    /// </summary>
    private const int DeepestComposite = 3 * ValueWriter.UsualDepth;

    /// <summary>Reads a value.</summary>
    /// <param name="depth">How deep it stands; zero for what a block wrote.</param>
    /// <exception cref="MalformedValueException">The bytes are not of the format.</exception>
    public object? Read(int depth = 0)
    {
        ValueKind kind = reader.Read();
        if (kind == ValueKind.Scalar)
        {
            return reader.Scalar;
        }

        if (kind == ValueKind.Null)
        {
            return null;
        }

        if (depth >= DeepestComposite)
        {
            throw new MalformedValueException("The value nests too deeply.");
        }

        try
        {
            return ReadComposite(kind, depth + 1);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidCastException)
        {
            // Two equal keys, an item of another type than its array's, a blank user name.
            throw Malformed();
        }
    }

    private object ReadComposite(ValueKind kind, int depth) => kind switch
    {
        ValueKind.Array => ReadArray(depth),
        ValueKind.List when reader.ElementType == typeof(object) =>
            ReadItems(new List<object?>(reader.Count), depth),
        ValueKind.List => ReadItems(
            (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(reader.ElementType), reader.Count)!,
            depth),
        ValueKind.ArrayList => ReadItems(new ArrayList(reader.Count), depth),
        ValueKind.Set => TypedCollections.SetOf(ReadArray(depth), ignoreCase: false),
        ValueKind.IgnoreCaseSet => TypedCollections.SetOf(ReadArray(depth), ignoreCase: true),
        ValueKind.Hashtable => ReadPairs(
            reader.CaseSensitive ? new Hashtable(reader.Count) : new Hashtable(reader.Count, StringComparer.CurrentCultureIgnoreCase),
            depth),
        ValueKind.OrderedDictionary => ReadPairs(
            reader.CaseSensitive
                ? new OrderedDictionary(reader.Count)
                : new OrderedDictionary(reader.Count, StringComparer.CurrentCultureIgnoreCase),
            depth),
        ValueKind.Dictionary => ReadPairs(TypedCollections.DictionaryOf(reader), depth),
        ValueKind.PropertyBag => ReadBag(depth),
        ValueKind.Extended => ReadExtended(depth),
        ValueKind.Enum => EnumConstants.From(reader.TypeNames[0], reader.Scalar!, reader.Text ?? ""),
        ValueKind.TypedText => ReadTypedText(),
        ValueKind.Credential => ReadCredential(),
        _ => throw Malformed(),
    };

    private Array ReadArray(int depth)
    {
        Type elementType = reader.ElementType;
        Array array = Array.CreateInstance(elementType, reader.Count);
        object?[]? objects = array as object?[];
        for (int i = 0; i < array.Length; i++)
        {
            object? item = Read(depth);
            // SetValue itself would widen a number, and take null for zero.
            if (item is null ? elementType.IsValueType : !elementType.IsInstanceOfType(item))
            {
                throw Malformed();
            }

            if (objects is not null)
            {
                objects[i] = item;
            }
            else
            {
                array.SetValue(item, i);
            }
        }

        return array;
    }

    private IList ReadItems(IList list, int depth)
    {
        for (int i = reader.Count; i > 0; i--)
        {
            list.Add(Read(depth));
        }

        return list;
    }

    private IDictionary ReadPairs(IDictionary dictionary, int depth)
    {
        for (int i = reader.Count; i > 0; i--)
        {
            object key = Read(depth) ?? throw Malformed();
            dictionary.Add(key, Read(depth));
        }

        return dictionary;
    }

    private PSObject ReadBag(int depth)
    {
        int count = reader.Count;
        PSObject bag = ObjectParts.NewBag(count);
        SetTypeNames(bag, reader.TypeNames);
        if (reader.Text is { } text)
        {
            ObjectParts.SetDeserializedText(bag, text);
        }

        ReadProperties(bag, count, depth);
        return bag;
    }

    private PSObject ReadExtended(int depth)
    {
        int count = reader.Count;
        IReadOnlyList<string> typeNames = reader.TypeNames;
        object value = Read(depth) ?? throw Malformed();
        PSObject extended = value as PSObject ?? new PSObject(value);
        SetTypeNames(extended, typeNames);
        ReadProperties(extended, count, depth);
        return extended;
    }

    private void ReadProperties(PSObject target, int count, int depth)
    {
        if (count == 0)
        {
            return;
        }

        NoteAppender notes = InstanceMembers.AppendTo(target);
        for (int i = 0; i < count; i++)
        {
            notes.Add(reader.ReadName(), Read(depth));
        }
    }

    private object ReadTypedText()
    {
        string text = reader.Text ?? throw Malformed();
        return reader.TypeNames[0] switch
        {
            ObjectWriter.SwitchName when text is "True" or "False" => new SwitchParameter(text == "True"),
            ObjectParts.SemanticVersionName => ObjectParts.SemanticVersionFrom(text) ?? throw Malformed(),
            _ => throw Malformed(),
        };
    }

    private PSCredential ReadCredential()
    {
        object? user = ReadScalar();
        object? password = ReadScalar();
        return (user, password) switch
        {
            (null, null) => PSCredential.Empty,
            (string name, SecureString secret) => new PSCredential(name, secret),
            _ => throw Malformed(),
        };
    }

    private object? ReadScalar() => reader.Read() switch
    {
        ValueKind.Null => null,
        ValueKind.Scalar => reader.Scalar,
        _ => throw Malformed(),
    };

    private static void SetTypeNames(PSObject target, IReadOnlyList<string> names)
    {
        if (names.Count == 0)
        {
            return;
        }

        target.TypeNames.Clear();
        foreach (string name in names)
        {
            target.TypeNames.Add(name);
        }
    }

    private static MalformedValueException Malformed() => new("The value is not well-formed.");
}
