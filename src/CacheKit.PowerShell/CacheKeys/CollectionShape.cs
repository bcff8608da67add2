using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace CacheKit.CacheKeys;

/// <summary>How the content of a collection tells what it is.</summary>
internal enum CollectionForm
{
    /// <summary>By its items in their order.</summary>
    Items,

    /// <summary>By its items in their order, of which there may be more to come.</summary>
    GrowingItems,

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

    // Weak, as the items may be of a type of a script.
    private static readonly ConditionalWeakTable<Type, Found> s_found = [];

    private static readonly CollectionShape s_items = new(CollectionForm.Items);
    private static readonly CollectionShape s_unorderedItems = new(CollectionForm.UnorderedItems);
    private static readonly CollectionShape s_synchronized = new(CollectionForm.View, "_table");
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
        ["System.Management.Automation.PSDataCollection`1"] = new(CollectionForm.GrowingItems, "IsOpen"),
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

    /// <summary>
    /// The type of the collection as text; where .NET chooses the class by the content, its public base. Null when its
    /// items are of a type that has no such text.
    /// </summary>
    public string? TypeName { get; private init; }

    /// <summary>Finds what is known of a type.</summary>
    /// <param name="type">The type.</param>
    /// <returns>Null when it is no collection, or an unknown one.</returns>
    public static CollectionShape? Of(Type type) => s_found.GetValue(type, static key => new Found(Look(key))).Shape;

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
    public ICollection ItemsOf(IEnumerable value)
    {
        if (Form == CollectionForm.GrowingItems)
        {
            ICollection growing = (ICollection)value;
            Array copy = Array.CreateInstance(value.GetType().GenericTypeArguments[0], growing.Count);
            growing.CopyTo(copy, 0);
            return copy;
        }

        return value as IList ?? value.Cast<object?>().ToArray();
    }

    private static CollectionShape? Look(Type type)
    {
        if (!TypeIdentity.IsOfThePlatform(type.Assembly))
        {
            return null;
        }

        while (type.Namespace == "System.Collections.Frozen" && !type.IsPublic && type.BaseType is { } parent)
        {
            type = parent;
        }

        // What a known collection gives to look at it: its keys, its values; or itself for several threads.
        CollectionShape? shape = Find(type) ?? (type.DeclaringType is { } declaring && Find(declaring) is { } owner
            ? OfPart(type, owner)
            : null);
        return shape is null ? null : shape with { TypeName = TypeIdentity.Of(type) };
    }

    private static CollectionShape? Find(Type type)
    {
        Type definition = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        return s_known.GetValueOrDefault(definition.FullName!);
    }

    private static CollectionShape? OfPart(Type type, CollectionShape owner) =>
        type.FullName == "System.Collections.Hashtable+SyncHashtable" ? s_synchronized
        : !type.IsAssignableTo(typeof(ICollection)) || type.IsAssignableTo(typeof(IDictionary)) ? null
        : owner.Form is CollectionForm.UnorderedPairs ? s_unorderedItems
        : s_items;

    private sealed record Found(CollectionShape? Shape);
}
