using System.Collections;
using System.Management.Automation;
using CacheKit.Core.Serialization;
using CacheKit.Engine;

namespace CacheKit.Conversion;

/// <summary>
/// Builds PowerShell objects from what other languages wrote: maps are objects whose properties stand in the order of
/// the document, or ordered hashtables, as ConvertFrom-Json makes them.
/// </summary>
/// <param name="reader">Gives the values.</param>
/// <param name="asHashtable">Whether maps are hashtables.</param>
internal readonly struct InteropObjects(InteropValueReader reader, bool asHashtable)
{
    /// <summary>The type name of a value of an extension type.</summary>
    private const string ExtensionName = "CacheKit.MessagePackExtension";

    /// <summary>Reads a value. The reader has bounded how deep it nests.</summary>
    /// <exception cref="MalformedValueException">The bytes are not of the format.</exception>
    public object? Read() => reader.Read() switch
    {
        ValueKind.Null => null,
        ValueKind.Array => ReadArray(),
        ValueKind.Hashtable => ReadMap(),
        _ => reader.Scalar is MessagePackExtension extension ? ObjectOf(extension) : reader.Scalar,
    };

    private object?[] ReadArray()
    {
        object?[] items = new object?[reader.Count];
        for (int i = 0; i < items.Length; i++)
        {
            items[i] = Read();
        }

        return items;
    }

    private object ReadMap()
    {
        int count = reader.Count;
        if (asHashtable)
        {
            return Fill(OrderedHashtables.New(count), count);
        }

        PSObject bag = ObjectParts.NewBag(count);
        if (count == 0)
        {
            return bag;
        }

        HashSet<string> names = new(count, StringComparer.OrdinalIgnoreCase);
        NoteAppender notes = InstanceMembers.AppendTo(bag);
        for (int i = 0; i < count; i++)
        {
            object? key = Read();
            if (key is string { Length: > 0 } name && names.Add(name))
            {
                notes.Add(name, Read());
            }
            else
            {
                return Continue(bag, key, count - i);
            }
        }

        return bag;
    }

    /// <summary>
    /// No object has two names that differ by case alone, an empty one, or one that is no text. Such a map becomes a
    /// hashtable, in which nothing is lost.
    /// </summary>
    private IDictionary Continue(PSObject begun, object? key, int left)
    {
        IDictionary table = OrderedHashtables.New(left);
        foreach (PSPropertyInfo property in begun.Properties)
        {
            table[property.Name] = property.Value;
        }

        table[KeyOf(key)] = Read();
        return Fill(table, left - 1);
    }

    /// <summary>Of equal keys the last counts, as in Python.</summary>
    private IDictionary Fill(IDictionary table, int count)
    {
        for (int i = 0; i < count; i++)
        {
            object key = KeyOf(Read());
            table[key] = Read();
        }

        return table;
    }

    private static object KeyOf(object? key) => key ?? DBNull.Value;

    private static PSObject ObjectOf(MessagePackExtension extension)
    {
        PSObject bag = ObjectParts.NewBag(2);
        bag.TypeNames.Insert(0, ExtensionName);
        bag.Properties.Add(new PSNoteProperty(nameof(extension.TypeCode), extension.TypeCode));
        bag.Properties.Add(new PSNoteProperty(nameof(extension.Data), extension.Data));
        return bag;
    }
}
