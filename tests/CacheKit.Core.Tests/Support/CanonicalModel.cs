using System.Globalization;
using System.Numerics;
using System.Text;

namespace CacheKit.Core.Tests.Support;

/// <summary>A set of the interop model: its items have no order, and equal ones count once.</summary>
internal sealed record SetOf(params object?[] Items);

/// <summary>A value of an extension type.</summary>
internal sealed record ExtensionOf(sbyte Code, byte[] Data);

/// <summary>
/// Says what a value of the interop model means, in text: an integer by its number whatever its type, a time by the map
/// that stands for it, a map in its order. Two values mean the same when their texts are the same.
/// </summary>
internal static class CanonicalModel
{
    /// <summary>A map of the model.</summary>
    public static Table Map(params (object Key, object? Value)[] pairs) =>
        new(true, pairs.Select(pair => new KeyValuePair<object, object?>(pair.Key, pair.Value)));

    /// <summary>The integer that a boxed integer of any type is, or null.</summary>
    public static BigInteger? IntegerOf(object? value) => value switch
    {
        sbyte or short or int or long => Convert.ToInt64(value, CultureInfo.InvariantCulture),
        byte or ushort or uint or ulong => Convert.ToUInt64(value, CultureInfo.InvariantCulture),
        BigInteger number => number,
        _ => null,
    };

    /// <summary>What a value means.</summary>
    /// <param name="value">The value.</param>
    /// <param name="ordersMaps">Whether the order of a map's pairs means nothing.</param>
    public static string MeaningOf(object? value, bool ordersMaps = false) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        float number => MeaningOf((double)number),
        double number => "f" + BitConverter.DoubleToInt64Bits(number).ToString("x16", CultureInfo.InvariantCulture),
        string text => "s" + Convert.ToHexString(Encoding.BigEndianUnicode.GetBytes(text)),
        byte[] bytes => "b" + Convert.ToHexString(bytes),
        ExtensionOf extension => $"x{extension.Code}:{Convert.ToHexString(extension.Data)}",
        Table map => MeaningOf(map, ordersMaps),
        object?[] items => $"[{string.Join(' ', items.Select(item => MeaningOf(item, ordersMaps)))}]",
        _ when IntegerOf(value) is { } number => number.ToString(CultureInfo.InvariantCulture),
        _ => MeaningOf(CanonicalEncoder.MapOfTime(value), ordersMaps),
    };

    private static string MeaningOf(Table map, bool ordersMaps)
    {
        IEnumerable<string> pairs = map.Select(pair =>
            $"{MeaningOf(pair.Key, ordersMaps)}={MeaningOf(pair.Value, ordersMaps)}");
        return $"{{{string.Join(' ', ordersMaps ? pairs.Order(StringComparer.Ordinal) : pairs)}}}";
    }
}
