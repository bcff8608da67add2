using System.Collections;
using System.Collections.Specialized;
using System.Management.Automation;
using System.Management.Automation.Internal;
using CacheKit.Core.Serialization;

namespace CacheKit.Conversion;

/// <summary>Walks PowerShell objects and drives a <see cref="ValueWriter"/> (DESIGN section 7).</summary>
/// <param name="writer">Takes the values in one format.</param>
internal readonly struct ObjectWriter(ValueWriter writer)
{
    /// <summary>How deep objects may nest: deeper is a cycle, or nothing that a script needs.</summary>
    public const int DeepestValue = 64;

    private static readonly string[] s_plainBag = ["System.Management.Automation.PSCustomObject", "System.Object"];

    /// <summary>Writes a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="depth">How deep it stands; zero for what a block wrote.</param>
    /// <exception cref="UnsupportedValueException">The type is not supported, or the value nests too deeply.</exception>
    public void Write(object? value, int depth = 0)
    {
        PSObject? wrapped = value as PSObject;
        object? bare = wrapped is null ? value : wrapped.BaseObject;
        if (bare is null || ReferenceEquals(value, AutomationNull.Value))
        {
            writer.WriteNull();
        }
        else if (!writer.TryWriteScalar(bare))
        {
            if (depth >= DeepestValue)
            {
                throw new UnsupportedValueException(bare.GetType(), tooDeep: true);
            }

            WriteComposite(bare, wrapped, depth + 1);
        }
    }

    private void WriteComposite(object value, PSObject? wrapped, int depth)
    {
        switch (value)
        {
            case PSCustomObject when wrapped is not null:
                WriteBag(wrapped, depth);
                break;
            case Hashtable table when value.GetType() == typeof(Hashtable):
                writer.TryBeginDictionary(new(ValueKind.Hashtable, KeyComparison.IsCaseSensitive(table), typeof(object), typeof(object)), table.Count);
                WritePairs(table, depth);
                break;
            case OrderedDictionary ordered when value.GetType() == typeof(OrderedDictionary):
                writer.TryBeginDictionary(new(ValueKind.OrderedDictionary, KeyComparison.IsCaseSensitive(ordered), typeof(object), typeof(object)), ordered.Count);
                WritePairs(ordered, depth);
                break;
            case Array { Rank: 1 } array when array.GetLowerBound(0) == 0
                && writer.TryBeginArray(value.GetType().GetElementType()!, array.Length):
                WriteItems(array, depth);
                break;
            case List<object> list:
                writer.TryBeginList(ValueKind.List, typeof(object), list.Count);
                WriteItems(list, depth);
                break;
            case ArrayList list when value.GetType() == typeof(ArrayList):
                writer.TryBeginList(ValueKind.ArrayList, typeof(object), list.Count);
                WriteItems(list, depth);
                break;
            case PSCredential { UserName: { } user } credential:
                writer.TryBeginCredential();
                writer.TryWriteScalar(user);
                writer.TryWriteScalar(credential.Password);
                break;
            default:
                throw new UnsupportedValueException(value.GetType(), tooDeep: false);
        }
    }

    private void WriteBag(PSObject bag, int depth)
    {
        List<PSPropertyInfo> properties = [];
        foreach (PSPropertyInfo property in bag.Properties)
        {
            // What a type's definition adds comes back with the type names.
            if (property.IsInstance)
            {
                properties.Add(property);
            }
        }

        bool isPlain = bag.TypeNames.SequenceEqual(s_plainBag);
        writer.BeginPropertyBag(isPlain ? [] : bag.TypeNames, null, properties.Count);
        foreach (PSPropertyInfo property in properties)
        {
            writer.WriteName(property.Name);
            try
            {
                Write(ValueOf(property), depth);
            }
            catch (UnsupportedValueException exception)
            {
                exception.AddStep($".{property.Name}");
                throw;
            }
        }
    }

    /// <summary>A computed property is kept as the value that it had, null when its getter throws, as Export-Clixml does.</summary>
    private static object? ValueOf(PSPropertyInfo property)
    {
        try
        {
            return property.Value;
        }
        catch (GetValueException)
        {
            return null;
        }
    }

    private void WritePairs(IDictionary dictionary, int depth)
    {
        foreach (DictionaryEntry pair in dictionary)
        {
            try
            {
                Write(pair.Key, depth);
                Write(pair.Value, depth);
            }
            catch (UnsupportedValueException exception)
            {
                exception.AddStep($"['{pair.Key}']");
                throw;
            }
        }
    }

    private void WriteItems(IList items, int depth)
    {
        int index = 0;
        foreach (object? item in items)
        {
            try
            {
                Write(item, depth);
                index++;
            }
            catch (UnsupportedValueException exception)
            {
                exception.AddStep($"[{index}]");
                throw;
            }
        }
    }
}
