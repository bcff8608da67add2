using System.Collections;
using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Reflection;
using CacheKit.Core.Serialization;
using CacheKit.Engine;

namespace CacheKit.Conversion;

/// <content>Property bags, and objects of all other types, which become one as Export-Clixml would make it.</content>
internal sealed partial class ObjectWriter
{
    private const string DeserializedPrefix = "Deserialized.";

    /// <summary>What an enumeration of unknown length may give; one that does not end must be left some time.</summary>
    private const int MostItems = 4_000_000;

    private void WriteBag(PSObject bag, int level, int objects)
    {
        Collection<string> names = ObjectParts.TypeNamesOf(bag);
        bool isDeserialized = names.Count > 0 && names[0].StartsWith(DeserializedPrefix, StringComparison.Ordinal);
        List<KeyValuePair<string, object?>> properties =
            isDeserialized
                ? PropertyValues.OfDeserialized(bag)
                : PropertyValues.OfInstance(bag, needsAll: !writer.TakesOtherObjects);
        writer.BeginPropertyBag(IsPlainBag(names) ? [] : names, ObjectParts.DeserializedTextOf(bag), properties.Count);
        WriteProperties(properties, level, objects);
    }

    private void WriteOther(object bare, PSObject wrapped, int level, int objects)
    {
        if (!writer.TakesOtherObjects)
        {
            WriteSimilar(bare, level, objects);
            return;
        }

        string? text = level > 1 && IsKeptAsText(bare) ? PropertyValues.TextOf(wrapped) ?? "" : null;
        if (text is not null)
        {
            WriteText(text);
            return;
        }

        string[] names = DeserializedNames(wrapped);
        if (TryListPairs(bare) is { } pairs)
        {
            WriteDictionary((IDictionary)bare, pairs, names, wrapped, level, objects);
        }
        else if (TryListItems(bare) is { } items)
        {
            WriteList(bare, items, names, wrapped, level, objects);
        }
        else if (objects <= 0)
        {
            WriteTextOf(wrapped);
        }
        else
        {
            List<KeyValuePair<string, object?>> properties = PropertyValues.OfAll(wrapped);
            writer.BeginPropertyBag(names, PropertyValues.TellingTextOf(wrapped), properties.Count);
            WriteProperties(properties, level, objects - 1);
        }
    }

    /// <summary>Writes what is a collection of the format but for its type, and refuses everything else.</summary>
    private void WriteSimilar(object bare, int level, int objects)
    {
        switch (bare)
        {
            case IDictionary dictionary when TryListPairs(dictionary) is { } pairs
                && IsBegun(ValueKind.Hashtable, caseSensitive: true, pairs.Count):
                foreach (DictionaryEntry pair in pairs)
                {
                    WritePair(pair, level, objects);
                }

                break;
            case IEnumerable set when TypedCollections.IsSet(bare) && TryListItems(set) is { } items
                && writer.TryBeginList(ValueKind.Set, typeof(object), items.Count):
                WriteItems(items, level, objects);
                break;
            case IList and not Array when TryListItems(bare) is { } items
                && writer.TryBeginList(ValueKind.ArrayList, typeof(object), items.Count):
                WriteItems(items, level, objects);
                break;
            default:
                throw new UnsupportedValueException(bare.GetType(), tooDeep: false);
        }
    }

    private void WriteTextOf(PSObject wrapped)
    {
        if (PropertyValues.TextOf(wrapped) is { } text)
        {
            WriteText(text);
        }
        else
        {
            writer.WriteNull();
        }
    }

    private void WriteDictionary(
        IDictionary dictionary,
        List<DictionaryEntry> pairs,
        string[] names,
        PSObject wrapped,
        int level,
        int objects)
    {
        List<KeyValuePair<string, object?>> added = PropertyValues.OfInstance(wrapped);
        bool isExtended = writer.TryBeginExtended(names, added.Count);
        if (!IsBegun(ValueKind.Hashtable, KeyComparison.ProbesCaseSensitive(dictionary), pairs.Count))
        {
            throw new UnsupportedValueException(dictionary.GetType(), tooDeep: false);
        }

        RefuseEqualTexts(pairs.Select(pair => pair.Key), objects);
        foreach (DictionaryEntry pair in pairs)
        {
            WritePair(pair, level, objects);
        }

        if (isExtended)
        {
            WriteProperties(added, level, objects);
        }
    }

    private void WriteList(
        object bare,
        List<object?> items,
        string[] names,
        PSObject wrapped,
        int level,
        int objects)
    {
        List<KeyValuePair<string, object?>> added = PropertyValues.OfInstance(wrapped);
        bool isExtended = writer.TryBeginExtended(names, added.Count);
        bool isBegun = bare is Array { Rank: 1 }
            ? writer.TryBeginArray(typeof(object), items.Count)
            : writer.TryBeginList(ValueKind.ArrayList, typeof(object), items.Count)
                || writer.TryBeginArray(typeof(object), items.Count);
        if (!isBegun)
        {
            throw new UnsupportedValueException(bare.GetType(), tooDeep: false);
        }

        WriteItems(items, level, objects);
        if (isExtended)
        {
            WriteProperties(added, level, objects);
        }
    }

    private void WriteProperties(List<KeyValuePair<string, object?>> properties, int level, int objects)
    {
        foreach ((string name, object? value) in properties)
        {
            writer.WriteName(name);
            try
            {
                Write(value, level, objects);
            }
            catch (UnsupportedValueException exception)
            {
                exception.AddStep($".{name}");
                throw;
            }
        }
    }

    /// <summary>
    /// What stands on every line of Get-Content, and leads to the whole session or to all of a program: its text tells
    /// what it is.
    /// </summary>
    private static bool IsKeptAsText(object value) =>
        value is PSDriveInfo or ProviderInfo or MemberInfo or Assembly or Module or Delegate;

    private static string[] DeserializedNames(PSObject wrapped)
    {
        Collection<string> names = ObjectParts.TypeNamesOf(wrapped);
        string[] prefixed = new string[names.Count];
        for (int i = 0; i < prefixed.Length; i++)
        {
            prefixed[i] = names[i].StartsWith(DeserializedPrefix, StringComparison.Ordinal)
                ? names[i]
                : DeserializedPrefix + names[i];
        }

        return prefixed;
    }

    /// <summary>The pairs of a dictionary; null when the value is none, or does not let itself be enumerated.</summary>
    private List<DictionaryEntry>? TryListPairs(object value)
    {
        if (value is not IDictionary dictionary)
        {
            return null;
        }

        try
        {
            List<DictionaryEntry> pairs = [];
            foreach (DictionaryEntry pair in dictionary)
            {
                ThrowIfTooMany(pairs.Count);
                pairs.Add(pair);
            }

            return pairs;
        }
        catch (Exception exception) when (PropertyValues.IsOfTheObject(exception))
        {
            return null;
        }
    }

    /// <summary>
    /// The items of an enumerable; null when the value is none, or does not let itself be enumerated.
    /// </summary>
    private List<object?>? TryListItems(object value)
    {
        try
        {
            if (LanguagePrimitives.GetEnumerable(value) is not { } enumerable)
            {
                return null;
            }

            List<object?> items = [];
            foreach (object? item in enumerable)
            {
                ThrowIfTooMany(items.Count);
                items.Add(item);
            }

            return items;
        }
        catch (Exception exception) when (PropertyValues.IsOfTheObject(exception))
        {
            return null;
        }
    }

    private void ThrowIfTooMany(int count)
    {
        stop.ThrowIfCancellationRequested();
        if (count >= MostItems)
        {
            throw new ValueTooLargeException();
        }
    }
}
