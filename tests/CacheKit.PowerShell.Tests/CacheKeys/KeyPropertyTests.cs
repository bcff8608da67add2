using System.Collections;
using System.Numerics;
using CacheKit.PowerShell.Tests.Support;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace CacheKit.PowerShell.Tests.CacheKeys;

/// <summary>Equal values have equal keys, and only they (DESIGN section 5).</summary>
/// <param name="module">One runspace for all values.</param>
public sealed class KeyPropertyTests(ModuleFixture module) : IClassFixture<ModuleFixture>
{
    private const int DeepestValue = 3;

    [Fact]
    public void CacheKey_is_the_same_for_a_copy() => Check(Values(DeepestValue), value =>
        KeyOf(value) == KeyOf(CopyOf(value)));

    [Fact]
    public void CacheKey_is_the_same_exactly_for_equal_values() =>
        Check(Values(DeepestValue).Two(), pair =>
            (KeyOf(pair.Item1) == KeyOf(pair.Item2)) == (TextOf(pair.Item1) == TextOf(pair.Item2)));

    [Fact]
    public void CacheKey_ignores_the_order_of_a_hashtable() => Check(Items(2), items =>
        KeyOf(Table(items)) == KeyOf(Table([.. items.Reverse()], items.Length)));

    [Fact]
    public void CacheKey_depends_on_the_order_of_an_array() => Check(Items(1), items =>
        (KeyOf(items) == KeyOf(items.Reverse().ToArray()))
        == (TextOf(items) == TextOf(items.Reverse().ToArray())));

    [Fact]
    public void CacheKey_distinguishes_nested_items_from_adjacent_ones() => Check(Items(1), items =>
        KeyOf(new object?[] { items }) != KeyOf(items)
        && KeyOf(new object?[] { items, null }) != KeyOf(new object?[] { new object?[] { items, null } }));

    private static void Check<T>(Gen<T> values, Func<T, bool> holds) =>
        Prop.ForAll(values.ToArbitrary(), holds).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    private string KeyOf(object? value) => (string)module.Runspace
        .Run("param($value) (Get-CacheKitKey -Key 'k' -VaryBy (, $value)).Key", value).EnsureSuccess().Value!;

    /// <summary>An account of a value that shares nothing with the product: type and content.</summary>
    private static string TextOf(object? value) => value switch
    {
        null => "null",
        Hashtable table => $"table({string.Join(",", table.Keys.Cast<int>().Order().Select(key => $"{key}={TextOf(table[key])}"))})",
        object?[] items => $"array({string.Join(",", items.Select(TextOf))})",
        string text => $"text({string.Join(" ", text.Select(character => (int)character))})",
        double number => $"double({BitConverter.DoubleToInt64Bits(number)})",
        decimal number => $"decimal({string.Join(" ", decimal.GetBits(number))})",
        DateTime time => $"time({time.Ticks} {time.Kind})",
        _ => $"{value.GetType()}({value})",
    };

    private static object? CopyOf(object? value) => value switch
    {
        object?[] items => items.Select(CopyOf).ToArray(),
        Hashtable table => Table([.. Enumerable.Range(0, table.Count).Select(i => CopyOf(table[i]))]),
        string text => new string(text.AsSpan()),
        _ => value,
    };

    /// <summary>A table of numbered items; with a count, they are numbered from behind.</summary>
    private static Hashtable Table(object?[] items, int countdown = -1)
    {
        Hashtable table = [];
        for (int i = 0; i < items.Length; i++)
        {
            table.Add(countdown < 0 ? i : countdown - 1 - i, items[i]);
        }

        return table;
    }

    private static Gen<object?[]> Items(int depth) =>
        Gen.Sized(size => Values(depth).ArrayOf().Resize(Math.Min(size, 5)));

    private static Gen<object?> Values(int depth)
    {
        Gen<object?> scalars = Gen.OneOf(
            Gen.Elements<object?>(null, true, false, 0, 1, "1", 1L, 1d, 1m, 1.0m, '1', 0d, -0d, "", "a", "A", DayOfWeek.Monday),
            Of<int>(), Of<long>(), Of<double>(), Of<decimal>(), Of<string>(), Of<BigInteger>(), Of<Guid>(),
            Gen.Choose(0, 1000).Select(ticks => (object?)new DateTime(ticks, (DateTimeKind)(ticks % 3))));
        return depth == 0
            ? scalars
            : Gen.OneOf(
                scalars,
                scalars,
                Items(depth - 1).Select(items => (object?)items),
                Items(depth - 1).Select(items => (object?)Table(items)));
    }

    private static Gen<object?> Of<T>() => ArbMap.Default.GeneratorFor<T>().Select(value => (object?)value);
}
