using System.Collections;
using System.Reflection;

namespace CacheKit.CacheKeys;

/// <summary>How the content of a collection tells what it is.</summary>
internal enum CollectionForm
{
    /// <summary>By its items in their order.</summary>
    Items,

    /// <summary>By its items, whose order is an accident.</summary>
    UnorderedItems,

    /// <summary>By its keys and values in their order.</summary>
    Pairs,

    /// <summary>By its keys and values, whose order is an accident.</summary>
    UnorderedPairs,

    /// <summary>By its names in their order, each with its values.</summary>
    NamedValues,

    /// <summary>By the dictionary that it shows.</summary>
    View,
}

/// <summary>
/// What is known of a type of collection. One that is not known, as a class that derives from a known one, may be
/// anything besides its items.
/// </summary>
/// <param name="Form">How its content tells what it is.</param>
/// <param name="Sources">The properties or fields that hold its comparers; for a view, what it shows.</param>
internal sealed record CollectionShape(CollectionForm Form, params string[] Sources)
{
    private const BindingFlags Declared =
        BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static readonly CollectionShape s_items = new(CollectionForm.Items);
    private static readonly CollectionShape s_unorderedItems = new(CollectionForm.UnorderedItems);
    private static readonly CollectionShape s_table = new(CollectionForm.UnorderedPairs, "_keycomparer");

    // By name: an assembly that nobody uses need not be loaded.
    private static readonly Dictionary<string, CollectionShape> s_known = new(StringComparer.Ordinal)
    {
        ["System.Collections.ArrayList"] = s_items,
        ["System.Collections.BitArray"] = s_items,
        ["System.Collections.Queue"] = s_items,
        ["System.Collections.Stack"] = s_items,
        ["System.Collections.Specialized.StringCollection"] = s_items,
        ["System.Collections.Generic.LinkedList`1"] = s_items,
        ["System.Collections.Generic.List`1"] = s_items,
        ["System.Collections.Generic.Queue`1"] = s_items,
        ["System.Collections.Generic.Stack`1"] = s_items,
        ["System.Collections.ObjectModel.Collection`1"] = s_items,
        ["System.Collections.ObjectModel.ObservableCollection`1"] = s_items,
        ["System.Collections.ObjectModel.ReadOnlyCollection`1"] = s_items,
        ["System.Collections.ObjectModel.ReadOnlyObservableCollection`1"] = s_items,
        ["System.Collections.Concurrent.ConcurrentBag`1"] = s_items,
        ["System.Collections.Concurrent.ConcurrentQueue`1"] = s_items,
        ["System.Collections.Concurrent.ConcurrentStack`1"] = s_items,
        ["System.Collections.Immutable.ImmutableArray`1"] = s_items,
        ["System.Collections.Immutable.ImmutableList`1"] = s_items,
        ["System.Collections.Immutable.ImmutableQueue`1"] = s_items,
        ["System.Collections.Immutable.ImmutableStack`1"] = s_items,
        ["System.Management.Automation.PSDataCollection`1"] = new(CollectionForm.Items, "IsOpen"),
        ["System.Management.Automation.Runspaces.ConsolidatedString"] = s_items,

        ["System.Collections.Generic.HashSet`1"] = new(CollectionForm.Items, "Comparer"),
        ["System.Collections.Generic.SortedSet`1"] = new(CollectionForm.Items, "Comparer"),
        ["System.Collections.Immutable.ImmutableSortedSet`1"] = new(CollectionForm.Items, "KeyComparer"),
        ["System.Collections.Immutable.ImmutableHashSet`1"] = new(CollectionForm.UnorderedItems, "KeyComparer"),
        ["System.Collections.Frozen.FrozenSet`1"] = new(CollectionForm.UnorderedItems, "Comparer"),

        ["System.Collections.Hashtable"] = s_table,
        ["System.Management.Automation.DefaultParameterDictionary"] = s_table,
        ["System.Management.Automation.PSPrimitiveDictionary"] = s_table,
        ["System.Management.Automation.PSVersionHashTable"] = s_table,
        // It has a hashtable within, and the comparer of one besides.
        ["System.Management.Automation.OrderedHashtable"] = new(CollectionForm.Pairs, "_keycomparer"),
        ["System.Collections.Specialized.HybridDictionary"] = new(CollectionForm.UnorderedPairs, "caseInsensitive"),
        ["System.Collections.Specialized.StringDictionary"] = new(CollectionForm.UnorderedPairs),
        ["System.Collections.Concurrent.ConcurrentDictionary`2"] = new(CollectionForm.UnorderedPairs, "Comparer"),
        ["System.Collections.Frozen.FrozenDictionary`2"] = new(CollectionForm.UnorderedPairs, "Comparer"),
        ["System.Collections.Immutable.ImmutableDictionary`2"] =
            new(CollectionForm.UnorderedPairs, "KeyComparer", "ValueComparer"),

        ["System.Collections.ListDictionaryInternal"] = new(CollectionForm.Pairs),
        ["System.Collections.SortedList"] = new(CollectionForm.Pairs, "comparer"),
        ["System.Collections.Specialized.ListDictionary"] = new(CollectionForm.Pairs, "comparer"),
        ["System.Collections.Specialized.OrderedDictionary"] = new(CollectionForm.Pairs, "_comparer", "_readOnly"),
        ["System.Collections.Generic.Dictionary`2"] = new(CollectionForm.Pairs, "Comparer"),
        ["System.Collections.Generic.OrderedDictionary`2"] = new(CollectionForm.Pairs, "Comparer"),
        ["System.Collections.Generic.SortedDictionary`2"] = new(CollectionForm.Pairs, "Comparer"),
        ["System.Collections.Generic.SortedList`2"] = new(CollectionForm.Pairs, "Comparer"),
        ["System.Collections.Immutable.ImmutableSortedDictionary`2"] =
            new(CollectionForm.Pairs, "KeyComparer", "ValueComparer"),
        ["System.Management.Automation.PSBoundParametersDictionary"] = new(CollectionForm.Pairs, "Comparer"),

        ["System.Collections.Specialized.NameValueCollection"] =
            new(CollectionForm.NamedValues, "_keyComparer", "_readOnly"),
        ["System.Collections.ObjectModel.ReadOnlyDictionary`2"] = new(CollectionForm.View, "Dictionary"),
    };

    /// <summary>Finds what is known of the type of a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="type">The type that tells it; for one that .NET chooses by the content, its public base.</param>
    /// <returns>Null when it is no collection, or an unknown one.</returns>
    public static CollectionShape? Of(object value, out Type type)
    {
        type = value.GetType();
        if (value is not IEnumerable || !TypeIdentity.IsOfThePlatform(type.Assembly))
        {
            return null;
        }

        while (type.Namespace == "System.Collections.Frozen" && !type.IsPublic && type.BaseType is { } parent)
        {
            type = parent;
        }

        if (Find(type) is { } shape)
        {
            return shape;
        }

        // What a known collection gives to look at it: its keys, its values; or itself for several threads.
        return type.DeclaringType is { } declaring && value is ICollection && Find(declaring) is { } owner
            ? OfPart(type, value, owner)
            : null;
    }

    /// <summary>Reads one of the sources.</summary>
    /// <param name="value">The collection.</param>
    /// <param name="source">The name of a property or a field.</param>
    /// <exception cref="MissingMemberException">This version of .NET has neither.</exception>
    public static object? Read(object value, string source)
    {
        for (Type? type = value.GetType(); type is not null; type = type.BaseType)
        {
            if (type.GetProperty(source, Declared) is { } property)
            {
                return property.GetValue(value);
            }

            if (type.GetField(source, Declared) is { } field)
            {
                return field.GetValue(value);
            }
        }

        throw new MissingMemberException(value.GetType().FullName, source);
    }

    /// <summary>
    /// The items as they are now. Enumerating a collection that is still being filled would wait for its end.
    /// </summary>
    /// <param name="value">The collection.</param>
    public static ICollection ItemsOf(IEnumerable value)
    {
        if (value.GetType() is { IsGenericType: true, Name: "PSDataCollection`1" } type)
        {
            ICollection data = (ICollection)value;
            Array copy = Array.CreateInstance(type.GenericTypeArguments[0], data.Count);
            data.CopyTo(copy, 0);
            return copy;
        }

        return value as IList ?? value.Cast<object?>().ToArray();
    }

    private static CollectionShape? Find(Type type)
    {
        Type definition = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        return s_known.GetValueOrDefault(definition.FullName!);
    }

    private static CollectionShape? OfPart(Type type, object value, CollectionShape owner) => value switch
    {
        IDictionary => type.FullName == "System.Collections.Hashtable+SyncHashtable"
            ? new CollectionShape(CollectionForm.View, "_table")
            : null,
        _ => owner.Form is CollectionForm.UnorderedPairs ? s_unorderedItems : s_items,
    };
}
