using System.Collections;
using System.Collections.Specialized;
using System.Management.Automation;
using System.Security;
using CacheKit.Core.Serialization;

namespace CacheKit.Conversion;

/// <content>Collections whose type is kept.</content>
internal sealed partial class ObjectWriter
{
    private static bool IsCollection(Type type) =>
        type == typeof(Hashtable) || type == typeof(OrderedDictionary) || type == typeof(ArrayList)
        || type == typeof(object[]) || type.IsArray
        || TypedCollections.Is(type, typeof(List<>)) || TypedCollections.Is(type, typeof(HashSet<>))
        || TypedCollections.Is(type, typeof(Dictionary<,>));

    private void WriteCollection(object value, int level, int objects)
    {
        switch (value)
        {
            case Hashtable table when IsBegun(ValueKind.Hashtable, KeyComparison.IsCaseSensitive(table), table.Count):
                WritePairs(table, level, objects);
                break;
            case OrderedDictionary ordered
                when IsBegun(ValueKind.OrderedDictionary, KeyComparison.IsCaseSensitive(ordered), ordered.Count):
                WritePairs(ordered, level, objects);
                break;
            case Array { Rank: 1 } array when array.GetLowerBound(0) == 0
                && writer.TryBeginArray(value.GetType().GetElementType()!, array.Length):
                WriteItems(array, level, objects);
                break;
            case ArrayList list when writer.TryBeginList(ValueKind.ArrayList, typeof(object), list.Count):
                WriteItems(list, level, objects);
                break;
            case IList list when TypedCollections.Is(value.GetType(), typeof(List<>))
                && writer.TryBeginList(ValueKind.List, value.GetType().GenericTypeArguments[0], list.Count):
                WriteItems(list, level, objects);
                break;
            case IEnumerable items when TypedCollections.Is(value.GetType(), typeof(HashSet<>))
                && TypedCollections.TryDescribeSet(value, out ValueKind kind, out int count)
                && writer.TryBeginList(kind, value.GetType().GenericTypeArguments[0], count):
                WriteItems(items, level, objects);
                break;
            case IDictionary dictionary when TypedCollections.Is(value.GetType(), typeof(Dictionary<,>))
                && TypedCollections.TryDescribeDictionary(value, out DictionaryShape shape)
                && writer.TryBeginDictionary(shape, dictionary.Count):
                WritePairs(dictionary, level, objects);
                break;
            // A scalar that the format has refused never becomes a bag: a secret, or a number it does not keep.
            case var scalar when scalar is SecureString || PlainTypes.Contains(scalar.GetType()):
                throw new UnsupportedValueException(value.GetType(), tooDeep: false);
            default:
                WriteOther(value, PSObject.AsPSObject(value), level, objects);
                break;
        }
    }

    private bool IsBegun(ValueKind kind, bool caseSensitive, int count) =>
        writer.TryBeginDictionary(new DictionaryShape(kind, caseSensitive, typeof(object), typeof(object)), count);

    private void WritePairs(IDictionary dictionary, int level, int objects)
    {
        RefuseEqualTexts(dictionary.Keys.Cast<object>(), objects);
        foreach (DictionaryEntry pair in dictionary)
        {
            WritePair(pair, level, objects);
        }
    }

    /// <summary>
    /// Below the depth, a key of another type is kept as its text: two that have the same one, or none, would make a
    /// dictionary that nobody can read back.
    /// </summary>
    private static void RefuseEqualTexts(IEnumerable<object> keys, int objects)
    {
        HashSet<string>? texts = null;
        foreach (object key in objects > 0 ? [] : keys)
        {
            object bare = key is PSObject wrapped ? wrapped.BaseObject : key;
            if (bare is not PSCustomObject && IsPlain(bare))
            {
                continue;
            }

            texts ??= new HashSet<string>(keys.OfType<string>(), StringComparer.OrdinalIgnoreCase);
            if (PropertyValues.TextOf(PSObject.AsPSObject(key)) is not { } text || !texts.Add(text))
            {
                throw new UnsupportedValueException(bare.GetType(), tooDeep: false);
            }
        }
    }

    private void WritePair(DictionaryEntry pair, int level, int objects)
    {
        try
        {
            Write(pair.Key, level, objects);
            Write(pair.Value, level, objects);
        }
        catch (UnsupportedValueException exception)
        {
            exception.AddStep($"['{pair.Key}']");
            throw;
        }
    }

    private void WriteItems(IEnumerable items, int level, int objects)
    {
        int index = 0;
        foreach (object? item in items)
        {
            try
            {
                Write(item, level, objects);
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
