using System.Collections;
using System.Collections.Specialized;
using System.Management.Automation;
using System.Security;
using CacheKit.Core.Serialization;

namespace CacheKit.Conversion;

/// <summary>
/// Builds PowerShell objects from a <see cref="ValueReader"/>. It makes the types of a closed list and no other,
/// whatever the bytes say (DESIGN section 2).
/// </summary>
/// <param name="reader">Gives the values of one format.</param>
internal readonly struct ObjectReader(ValueReader reader)
{
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

        if (depth >= ObjectWriter.DeepestValue)
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
            throw new MalformedValueException("The value is not well-formed.");
        }
    }

    private object ReadComposite(ValueKind kind, int depth) => kind switch
    {
        ValueKind.Array => ReadArray(depth),
        ValueKind.List => ReadItems(new List<object?>(reader.Count), reader.Count, depth),
        ValueKind.ArrayList => ReadItems(new ArrayList(reader.Count), reader.Count, depth),
        ValueKind.Hashtable => ReadPairs(
            reader.CaseSensitive ? new Hashtable(reader.Count) : new Hashtable(reader.Count, StringComparer.CurrentCultureIgnoreCase),
            depth),
        ValueKind.OrderedDictionary => ReadPairs(
            reader.CaseSensitive
                ? new OrderedDictionary(reader.Count)
                : new OrderedDictionary(reader.Count, StringComparer.CurrentCultureIgnoreCase),
            depth),
        ValueKind.PropertyBag => ReadBag(depth),
        ValueKind.Credential => new PSCredential(ReadScalar<string>(), ReadScalar<SecureString>()),
        _ => throw new MalformedValueException("The value is not well-formed."),
    };

    private Array ReadArray(int depth)
    {
        Type elementType = reader.ElementType;
        Array array = Array.CreateInstance(elementType, reader.Count);
        for (int i = 0; i < array.Length; i++)
        {
            object? item = Read(depth);
            // SetValue itself would widen a number, and take null for zero.
            if (item is null ? elementType.IsValueType : !elementType.IsInstanceOfType(item))
            {
                throw new MalformedValueException("The value is not well-formed.");
            }

            array.SetValue(item, i);
        }

        return array;
    }

    private IList ReadItems(IList list, int count, int depth)
    {
        for (int i = 0; i < count; i++)
        {
            list.Add(Read(depth));
        }

        return list;
    }

    private IDictionary ReadPairs(IDictionary dictionary, int depth)
    {
        for (int i = reader.Count; i > 0; i--)
        {
            object key = Read(depth) ?? throw new MalformedValueException("The value is not well-formed.");
            dictionary.Add(key, Read(depth));
        }

        return dictionary;
    }

    private PSObject ReadBag(int depth)
    {
        int count = reader.Count;
        PSObject bag = new();
        if (reader.TypeNames.Count > 0)
        {
            bag.TypeNames.Clear();
            foreach (string name in reader.TypeNames)
            {
                bag.TypeNames.Add(name);
            }
        }

        // Each asking for the properties makes a new view of them.
        PSMemberInfoCollection<PSPropertyInfo> properties = bag.Properties;
        for (int i = 0; i < count; i++)
        {
            properties.Add(new PSNoteProperty(reader.ReadName(), Read(depth)), preValidated: true);
        }

        return bag;
    }

    private T ReadScalar<T>() =>
        reader.Read() == ValueKind.Scalar && reader.Scalar is T value
            ? value
            : throw new MalformedValueException("The value is not well-formed.");
}
