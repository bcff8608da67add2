using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace CacheKit.Core.Tests.Support;

/// <summary>
/// The published vectors of interop mode (tests/fixtures/vectors/interop-mode.json). Numbers of the file are integers
/// and stay exact; objects of one member with a dollar sign are values that JSON has no form for.
/// </summary>
internal static class InteropVectors
{
    public static JsonElement All { get; } = Load("interop-mode.json");

    /// <summary>One of the files.</summary>
    public static JsonElement Load(string file)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Fixtures.PathOf($"vectors/{file}")));
        return document.RootElement.Clone();
    }

    /// <summary>The names of the rows of an array.</summary>
    public static IEnumerable<string> Names(string array) =>
        All.GetProperty(array).EnumerateArray().Select(row => Text(row, "name"));

    /// <summary>A row by its name.</summary>
    public static JsonElement Row(string array, string name) =>
        All.GetProperty(array).EnumerateArray().Single(row => Text(row, "name") == name);

    /// <summary>A text of a row.</summary>
    public static string Text(JsonElement row, string member) => row.GetProperty(member).GetString()!;

    /// <summary>Bytes of a row, which stand there in hexadecimal digits.</summary>
    public static byte[] Bytes(JsonElement row, string member) => Convert.FromHexString(Text(row, member));

    /// <summary>The arguments of a row.</summary>
    public static object?[] Arguments(JsonElement row) => (object?[])Parse(row.GetProperty("args"))!;

    /// <summary>A value of the file.</summary>
    public static object? Parse(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String => json.GetString(),
        JsonValueKind.Number => BigInteger.Parse(json.GetRawText(), CultureInfo.InvariantCulture),
        JsonValueKind.Array => json.EnumerateArray().Select(Parse).ToArray(),
        _ => ParseObject([.. json.EnumerateObject()]),
    };

    private static object ParseObject(JsonProperty[] members) => members switch
    {
        [{ Name: "$set", Value: var items }] => new SetOf((object?[])Parse(items)!),
        [{ Name: "$bytes", Value: var digits }] => Convert.FromHexString(digits.GetString()!),
        [{ Name: "$uuid", Value: var id }] => Guid.Parse(id.GetString()!),
        [{ Name: "$int", Value: var number }] => BigInteger.Parse(number.GetString()!, CultureInfo.InvariantCulture),
        [{ Name: "$float", Value: var number }] => double.Parse(number.GetString()!, CultureInfo.InvariantCulture),
        [{ Name: "$datetime", Value: var time }] => ParseTime(time.GetString()!),
        [{ Name: ['$', ..] name }] => throw new NotSupportedException(name),
        _ => new Table(true, members.Select(each => new KeyValuePair<object, object?>(each.Name, Parse(each.Value)))),
    };

    private static object ParseTime(string text)
    {
        DateTime time = DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);
        return time.Kind == DateTimeKind.Unspecified
            ? time
            : (object)DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
    }
}
