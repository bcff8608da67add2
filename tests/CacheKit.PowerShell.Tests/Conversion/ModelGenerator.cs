using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Text;
using System.Text.Json;

namespace CacheKit.PowerShell.Tests.Conversion;

/// <summary>An object, and the same as tagged JSON for Python (tests/interop/python/crosscheck.py).</summary>
internal readonly record struct ModelValue(object? Object, string Json);

/// <summary>Makes values that interop mode has (PROTOCOL section 7.3), up to four containers in each other.</summary>
/// <param name="random">Decides; the same seed gives the same values.</param>
/// <param name="ofArguments">Whether they are arguments, which have sets, GUIDs and no times without an offset.</param>
internal sealed class ModelGenerator(Random random, bool ofArguments)
{
    private const int Deepest = 4;
    private const int MostItems = 20;
    private const string TimeForm = "yyyy-MM-ddTHH:mm:ss.ffffff";

    // The borders of the widths, and what lies around them.
    private static readonly int[] s_widths = [0, 4, 5, 6, 7, 8, 15, 16, 31, 32, 62, 63];

    // Of one to four bytes in UTF-8, with the pair that UTF-16 would sort the other way round.
    private static readonly string[] s_characters =
        ["a", "B", "z", "\0", "\u00E9", "\u0301", "\u2713", "\uFF61", "\U00010000", "\U0001F600"];

    /// <summary>The next value.</summary>
    /// <param name="depth">In how many containers it lies.</param>
    public ModelValue Next(int depth = 0) => random.Next(depth < Deepest ? 13 : 9) switch
    {
        0 => new(null, "null"),
        1 => random.Next(2) == 0 ? new(true, "true") : new(false, "false"),
        2 or 3 => NextInteger(),
        4 => NextFloat(),
        5 or 6 => NextText(),
        7 => NextBytes(),
        8 => NextSpecial(),
        9 => NextArray(depth),
        10 when ofArguments => NextSet(depth),
        10 or 11 => NextHashtable(depth),
        _ => NextObject(depth),
    };

    private ModelValue NextInteger()
    {
        ulong magnitude = (1UL << s_widths[random.Next(s_widths.Length)]) + (ulong)random.Next(3) - 1;
        if (random.Next(2) == 0)
        {
            return new(magnitude, Tagged("$int", magnitude.ToString(CultureInfo.InvariantCulture)));
        }

        long number = unchecked(-(long)Math.Min(magnitude, long.MaxValue));
        return new(number, Tagged("$int", number.ToString(CultureInfo.InvariantCulture)));
    }

    private ModelValue NextFloat()
    {
        double number = random.Next(3) switch
        {
            0 => random.Next(-1000, 1000),
            1 => random.Next() / 64.0,
            _ => BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue)),
        };
        number = double.IsFinite(number) ? number : -0.0;
        return new(number, Tagged("$float", number.ToString("R", CultureInfo.InvariantCulture)));
    }

    private ModelValue NextText()
    {
        string text = RandomText(random.Next(4) == 0 ? random.Next(300) : random.Next(8));
        return new(text, JsonSerializer.Serialize(text));
    }

    private ModelValue NextBytes()
    {
        byte[] bytes = new byte[random.Next(4) == 0 ? random.Next(300) : random.Next(8)];
        random.NextBytes(bytes);
        return new(bytes, Tagged("$bytes", Convert.ToHexStringLower(bytes)));
    }

    private ModelValue NextSpecial()
    {
        if (ofArguments && random.Next(2) == 0)
        {
            byte[] bytes = new byte[16];
            random.NextBytes(bytes);
            Guid id = new(bytes);
            return new(id, Tagged("$uuid", id.ToString()));
        }

        DateTime time = new(random.NextInt64(TimeSpan.TicksPerDay, DateTime.MaxValue.Ticks - TimeSpan.TicksPerDay));
        long unit = random.Next(2) == 0 ? TimeSpan.TicksPerSecond : TimeSpan.TicksPerMicrosecond;
        time = time.AddTicks(-(time.Ticks % unit));
        if (!ofArguments && random.Next(2) == 0)
        {
            return new(time, Tagged("$datetime", time.ToString(TimeForm, CultureInfo.InvariantCulture)));
        }

        DateTimeOffset instant = new(time, TimeSpan.FromMinutes(random.Next(-12 * 60, 14 * 60)));
        return new(instant, Tagged("$datetime", instant.ToString(TimeForm + "zzz", CultureInfo.InvariantCulture)));
    }

    private ModelValue NextArray(int depth)
    {
        ModelValue[] items = NextItems(depth);
        object?[] objects = [.. items.Select(item => item.Object)];
        return new(random.Next(3) == 0 ? new ArrayList(objects) : objects, JsonOf(items));
    }

    private ModelValue NextSet(int depth)
    {
        ModelValue[] items = NextItems(depth);
        return new(items.Select(item => item.Object).ToHashSet(), $$"""{"$set": {{JsonOf(items)}}}""");
    }

    private ModelValue NextHashtable(int depth)
    {
        KeyValuePair<string, ModelValue>[] pairs = NextPairs(depth);
        Hashtable table = new(StringComparer.Ordinal);
        foreach ((string name, ModelValue value) in pairs)
        {
            table[name] = value.Object;
        }

        return new(table, JsonOf(pairs));
    }

    private ModelValue NextObject(int depth)
    {
        KeyValuePair<string, ModelValue>[] pairs = [.. NextPairs(depth).Where(pair => pair.Key.Length > 0)];
        PSObject bag = new();
        foreach ((string name, ModelValue value) in pairs)
        {
            bag.Properties.Add(new PSNoteProperty(name, value.Object));
        }

        return new(bag, JsonOf(pairs));
    }

    private ModelValue[] NextItems(int depth)
    {
        int count = random.Next(8) == 0 ? random.Next(MostItems) : random.Next(4);
        return [.. Enumerable.Range(0, count).Select(_ => Next(depth + 1))];
    }

    private KeyValuePair<string, ModelValue>[] NextPairs(int depth) =>
    [
        // No object has two names that differ by case alone.
        .. NextItems(depth).Select(item => KeyValuePair.Create(RandomText(random.Next(6)), item))
            .DistinctBy(pair => pair.Key, StringComparer.OrdinalIgnoreCase),
    ];

    private string RandomText(int characters)
    {
        StringBuilder text = new();
        for (int i = 0; i < characters; i++)
        {
            text.Append(s_characters[random.Next(s_characters.Length)]);
        }

        return text.ToString();
    }

    private static string Tagged(string tag, string text) => $$"""{"{{tag}}": "{{text}}"}""";

    private static string JsonOf(IEnumerable<ModelValue> items) =>
        $"[{string.Join(", ", items.Select(item => item.Json))}]";

    private static string JsonOf(IEnumerable<KeyValuePair<string, ModelValue>> pairs) =>
        $"{{{string.Join(", ", pairs.Select(pair => $"{JsonSerializer.Serialize(pair.Key)}: {pair.Value.Json}"))}}}";
}
