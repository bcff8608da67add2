using System.Collections;
using System.Collections.Specialized;
using CacheKit.Conversion;
using CacheKit.Core.Cryptography;

namespace CacheKit.CacheKeys;

/// <summary>The identity of arrays, lists, dictionaries and sets: that of their items, and what they are.</summary>
internal sealed partial class ValueIdentity
{
    private Type? TryWriteArray(Array array, int depth)
    {
        WriteText("array", array.GetType().FullName!);
        if (array.Rank > 1 || array.GetLowerBound(0) != 0)
        {
            WriteText("bounds");
            for (int i = 0; i < array.Rank; i++)
            {
                _writer.TryWriteScalar(array.GetLowerBound(i));
                _writer.TryWriteScalar(array.GetLength(i));
            }
        }

        return TryWriteItems(array, array.Length, depth);
    }

    private Type? TryWriteItems(IEnumerable items, int count, int depth)
    {
        _writer.TryWriteScalar(count);
        foreach (object? item in items)
        {
            if (TryWrite(item, depth + 1) is { } type)
            {
                return type;
            }
        }

        return null;
    }

    /// <summary>A set, whose order does not count, or a queue, a stack and their like, whose order does.</summary>
    private Type? TryWriteCollection(IEnumerable items, int depth)
    {
        WriteText("collection", items.GetType().FullName!);
        if (!IsSet(items))
        {
            object?[] all = [.. items.Cast<object?>()];
            return TryWriteItems(all, all.Length, depth);
        }

        WriteText(items is HashSet<string> texts && texts.Comparer.Equals("a", "A") ? "any case" : "case");
        return TryWriteSorted(items.Cast<object?>().Select(static item => (item, (object?)null)), depth);
    }

    private Type? TryWriteDictionary(IDictionary dictionary, int depth)
    {
        bool isOrdered = dictionary is IOrderedDictionary;
        WriteText(isOrdered ? "ordered" : "map", dictionary.GetType().FullName!);
        WriteText(IsCaseSensitive(dictionary) ? "case" : "any case");
        IEnumerable<(object? Key, object? Value)> pairs = Pairs(dictionary);
        if (!isOrdered)
        {
            return TryWriteSorted(pairs, depth);
        }

        _writer.TryWriteScalar(dictionary.Count);
        foreach ((object? key, object? value) in pairs)
        {
            if ((TryWrite(key, depth + 1) ?? TryWrite(value, depth + 1)) is { } type)
            {
                return type;
            }
        }

        return null;
    }

    private static IEnumerable<(object? Key, object? Value)> Pairs(IDictionary dictionary)
    {
        foreach (DictionaryEntry pair in dictionary)
        {
            yield return (pair.Key, pair.Value);
        }
    }

    /// <summary>Writes pairs sorted by the bytes of their keys.</summary>
    private Type? TryWriteSorted(IEnumerable<(object? Key, object? Value)> pairs, int depth)
    {
        using SensitiveBuffer bytes = SensitiveBuffer.Rent();
        ValueIdentity identity = new(bytes, this);
        List<(int Start, int KeyEnd, int End)> places = [];
        foreach ((object? key, object? value) in pairs)
        {
            int start = bytes.Length;
            Type? type = identity.TryWrite(key, depth + 1);
            int keyEnd = bytes.Length;
            type ??= identity.TryWrite(value, depth + 1);
            HoldsSecret = HoldsSecret || identity.HoldsSecret;
            if (type is not null)
            {
                return type;
            }

            places.Add((start, keyEnd, bytes.Length));
        }

        ReadOnlyMemory<byte> all = bytes.WrittenMemory;
        places.Sort((x, y) =>
            all.Span[x.Start..x.KeyEnd].SequenceCompareTo(all.Span[y.Start..y.KeyEnd]));
        _writer.TryWriteScalar(places.Count);
        foreach ((int start, _, int end) in places)
        {
            _buffer.Write(bytes.WrittenSpan[start..end]);
        }

        return null;
    }

    private static bool IsSet(object value) =>
        IsOfTheSystem(value) && value.GetType().GetInterfaces().Any(static type =>
            type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlySet<>));

    /// <summary>Whether a collection is one of .NET's or PowerShell's own, whose items are all that it is.</summary>
    private static bool IsOfTheSystem(object value) =>
        value.GetType().Namespace is { } name
        && (name.StartsWith("System.Collections", StringComparison.Ordinal)
            || name.StartsWith("System.Management.Automation", StringComparison.Ordinal));

    private static bool IsCaseSensitive(IDictionary dictionary) => dictionary switch
    {
        Hashtable table => KeyComparison.IsCaseSensitive(table),
        OrderedDictionary ordered => KeyComparison.IsCaseSensitive(ordered),
        _ => KeyComparison.ProbesCaseSensitive(dictionary),
    };
}
