using System.Collections;
using System.Reflection;
using CacheKit.Core.Serialization;

namespace CacheKit.Conversion;

/// <summary>Reads and makes generic sets and dictionaries of element types known at run time only.</summary>
internal static class TypedCollections
{
    private static readonly MethodInfo s_describe = Find(nameof(Describe));
    private static readonly MethodInfo s_isCaseSensitive = Find(nameof(IsCaseSensitive));
    private static readonly MethodInfo s_makeSet = Find(nameof(MakeSet));
    private static readonly MethodInfo s_makeDictionary = Find(nameof(MakeDictionary));

    /// <summary>Whether a type is an instance of a generic type, and of what.</summary>
    /// <param name="type">The type.</param>
    /// <param name="definition">The generic type.</param>
    public static bool Is(Type type, Type definition) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == definition;

    /// <summary>Whether an object is a set of any kind.</summary>
    /// <param name="value">The object.</param>
    public static bool IsSet(object value) => Array.Exists(
        value.GetType().GetInterfaces(), each => Is(each, typeof(ISet<>)) || Is(each, typeof(IReadOnlySet<>)));

    /// <summary>Says what a HashSet is.</summary>
    /// <param name="set">The set.</param>
    /// <param name="kind">Set or IgnoreCaseSet.</param>
    /// <param name="count">How many items it has.</param>
    /// <returns>False when it compares in a way of its own.</returns>
    public static bool TryDescribeSet(object set, out ValueKind kind, out int count)
    {
        bool? caseSensitive;
        (count, caseSensitive) = ((int, bool?))Call(s_describe, set.GetType().GenericTypeArguments, set)!;
        kind = caseSensitive == false ? ValueKind.IgnoreCaseSet : ValueKind.Set;
        return caseSensitive is not null;
    }

    /// <summary>Says what a Dictionary is.</summary>
    /// <param name="dictionary">The dictionary.</param>
    /// <param name="shape">Its shape.</param>
    /// <returns>False when it compares in a way of its own.</returns>
    public static bool TryDescribeDictionary(object dictionary, out DictionaryShape shape)
    {
        Type[] types = dictionary.GetType().GenericTypeArguments;
        bool? caseSensitive = (bool?)Call(s_isCaseSensitive, types, dictionary);
        shape = new DictionaryShape(ValueKind.Dictionary, caseSensitive ?? true, types[0], types[1]);
        return caseSensitive is not null;
    }

    /// <summary>Makes a HashSet.</summary>
    /// <param name="items">Its items, no two of them equal.</param>
    /// <param name="ignoreCase">Whether its text ignores case, ordinally.</param>
    /// <exception cref="ArgumentException">Two items are equal.</exception>
    public static object SetOf(Array items, bool ignoreCase) =>
        Call(s_makeSet, [items.GetType().GetElementType()!], items, ignoreCase)!;

    /// <summary>Makes an empty Dictionary.</summary>
    /// <param name="reader">The reader that met it.</param>
    public static IDictionary DictionaryOf(ValueReader reader) => (IDictionary)Call(
        s_makeDictionary,
        [reader.KeyType, reader.ValueType],
        reader.Count,
        !reader.CaseSensitive && reader.KeyType == typeof(string))!;

    private static (int Count, bool? CaseSensitive) Describe<T>(HashSet<T> set) => (set.Count, CaseOf(set.Comparer));

    private static bool? IsCaseSensitive<TKey, TValue>(Dictionary<TKey, TValue> dictionary)
        where TKey : notnull => CaseOf(dictionary.Comparer);

    private static bool? CaseOf<T>(IEqualityComparer<T> comparer)
    {
        if (comparer.Equals(EqualityComparer<T>.Default) || comparer.Equals(StringComparer.Ordinal))
        {
            return true;
        }

        return comparer.Equals(StringComparer.OrdinalIgnoreCase) ? false : null;
    }

    private static HashSet<T> MakeSet<T>(T[] items, bool ignoreCase)
    {
        HashSet<T> set = new(items, ignoreCase ? (IEqualityComparer<T>)(object)StringComparer.OrdinalIgnoreCase : null);
        return set.Count == items.Length ? set : throw new ArgumentException("Two items are equal.", nameof(items));
    }

    private static Dictionary<TKey, TValue> MakeDictionary<TKey, TValue>(int count, bool ignoreCase)
        where TKey : notnull => 
            new(count, ignoreCase ? (IEqualityComparer<TKey>)(object)StringComparer.OrdinalIgnoreCase : null);

    private static MethodInfo Find(string name) =>
        typeof(TypedCollections).GetMethod(name, BindingFlags.Static | BindingFlags.NonPublic)!;

    private static object? Call(MethodInfo method, Type[] types, params object?[] arguments) => method
        .MakeGenericMethod(types)
        .Invoke(null, BindingFlags.DoNotWrapExceptions, null, arguments, null);
}
