using System.Globalization;
using System.Numerics;
using System.Text;

namespace CacheKit.Core.Tests.Support;

/// <summary>
/// Writes canonical MessagePack, made from PROTOCOL section 7.3 alone: lists of bytes, and nothing of the writers that
/// it is compared with.
/// </summary>
internal sealed class CanonicalEncoder
{
    private static readonly BigInteger s_least = -BigInteger.Pow(2, 63);
    private static readonly BigInteger s_largest = BigInteger.Pow(2, 64) - 1;

    private readonly bool _isArgument;

    private CanonicalEncoder(bool isArgument)
    {
        _isArgument = isArgument;
    }

    /// <summary>The canonical bytes of the flat array of arguments.</summary>
    public static byte[] OfArguments(params object?[] arguments) => [.. new CanonicalEncoder(true).Encode(arguments)];

    /// <summary>The canonical bytes of a value.</summary>
    public static byte[] OfValue(object? value) => [.. new CanonicalEncoder(false).Encode(value)];

    /// <summary>The map that stands for a time in a value.</summary>
    public static Table MapOfTime(object time)
    {
        (string mark, string text) = time switch
        {
            DateTimeOffset at => ("__datetime__", TextOf(at.DateTime) + TextOf(at.Offset)),
            DateTime { Kind: DateTimeKind.Unspecified } at => ("__datetime__", TextOf(at)),
            DateTime { Kind: DateTimeKind.Utc } at => ("__datetime__", TextOf(at) + "+00:00"),
            DateOnly date => ("__date__", $"{date.Year:0000}-{date.Month:00}-{date.Day:00}"),
            TimeOnly at => ("__time__", TextOf(at.Ticks)),
            _ => throw new NotSupportedException(time.GetType().ToString()),
        };
        return CanonicalModel.Map((mark, true), ("value", text));
    }

    /// <summary>A header or an integer: the shortest of the forms.</summary>
    /// <param name="length">The count or size.</param>
    /// <param name="shortest">The code of the form that has the number in it, and how many numbers fit there.</param>
    /// <param name="codes">The codes of the forms of one, two and four bytes; zero where there is none.</param>
    public static List<byte> Header(long length, (byte Code, int Below) shortest, params byte[] codes)
    {
        if (length < shortest.Below)
        {
            return [(byte)(shortest.Code + length)];
        }

        int form = length < 1 << 8 && codes[0] != 0 ? 0 : length < 1 << 16 ? 1 : 2;
        return [codes[form], .. BigEndian(length, 1 << form)];
    }

    /// <summary>The last bytes of a number, the highest first.</summary>
    public static List<byte> BigEndian(BigInteger number, int size)
    {
        List<byte> bytes = [];
        for (int i = 0; i < size; i++)
        {
            bytes.Insert(0, (byte)(number & 0xFF));
            number >>= 8;
        }

        return bytes;
    }

    private static string TextOf(DateTime time) =>
        $"{time.Year:0000}-{time.Month:00}-{time.Day:00}T{TextOf(time.TimeOfDay.Ticks)}";

    /// <summary>As Python writes it: six digits of a second or none.</summary>
    private static string TextOf(long ticksOfDay)
    {
        long microseconds = ticksOfDay / 10;
        (long seconds, long fraction) = (microseconds / 1_000_000, microseconds % 1_000_000);
        string text = $"{seconds / 3600:00}:{seconds / 60 % 60:00}:{seconds % 60:00}";
        return fraction == 0 ? text : text + "." + fraction.ToString("000000", CultureInfo.InvariantCulture);
    }

    private static string TextOf(TimeSpan offset)
    {
        int minutes = (int)offset.TotalMinutes;
        return $"{(minutes < 0 ? '-' : '+')}{Math.Abs(minutes) / 60:00}:{Math.Abs(minutes) % 60:00}";
    }

    private List<byte> Encode(object? value) => value switch
    {
        null => [0xC0],
        bool flag => [(byte)(flag ? 0xC3 : 0xC2)],
        float number => OfReal(number),
        double number => OfReal(number),
        string text => OfText(text),
        byte[] bytes => [.. Header(bytes.Length, default, 0xC4, 0xC5, 0xC6), .. bytes],
        Table map => OfMap(map),
        SetOf set when _isArgument => OfSet(set),
        object?[] items => [.. HeaderOfArray(items.Length), .. items.SelectMany(Encode)],
        DateTimeOffset time when _isArgument => OfInstant(time.UtcDateTime),
        DateTime { Kind: DateTimeKind.Utc } time when _isArgument => OfInstant(time),
        Guid id when _isArgument => OfText(id.ToString().ToLowerInvariant()),
        _ when CanonicalModel.IntegerOf(value) is { } number => OfInteger(number),
        _ when !_isArgument => OfMap(MapOfTime(value)),
        _ => throw new NotSupportedException(value.GetType().ToString()),
    };

    private static List<byte> HeaderOfArray(int count) => Header(count, (0x90, 16), 0, 0xDC, 0xDD);

    private static List<byte> OfText(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return [.. Header(bytes.Length, (0xA0, 32), 0xD9, 0xDA, 0xDB), .. bytes];
    }

    private static List<byte> OfInteger(BigInteger number)
    {
        if (number < s_least || number > s_largest)
        {
            throw new NotSupportedException("An integer is out of range.");
        }

        if (number >= -32 && number < 128)
        {
            return BigEndian(number, 1);
        }

        int form = 0;
        while (number.Sign > 0 ? number >> (8 << form) != 0 : number < -(BigInteger.One << ((8 << form) - 1)))
        {
            form++;
        }

        return [(byte)((number.Sign > 0 ? 0xCC : 0xD0) + form), .. BigEndian(number, 1 << form)];
    }

    private List<byte> OfReal(double number)
    {
        BigInteger whole = number % 1 == 0 ? new BigInteger(number) : s_largest + 1;
        if (_isArgument && whole >= s_least && whole <= s_largest)
        {
            return OfInteger(whole);
        }

        return [0xCB, .. BigEndian(BitConverter.DoubleToInt64Bits(number), 8)];
    }

    private List<byte> OfInstant(DateTime utc)
    {
        decimal microseconds = Math.Floor((utc.Ticks - DateTime.UnixEpoch.Ticks) / 10m);
        return OfReal((double)(long)microseconds / 1e6);
    }

    private List<byte> OfMap(Table map)
    {
        List<(byte[] Name, List<byte> Pair)> pairs = [.. map.Select(pair =>
        (
            Encoding.UTF8.GetBytes((string)pair.Key),
            (List<byte>)[.. OfText((string)pair.Key), .. Encode(pair.Value)]))];
        pairs.Sort((one, other) => Compare(one.Name, other.Name));
        return [.. Header(map.Count, (0x80, 16), 0, 0xDE, 0xDF), .. pairs.SelectMany(pair => pair.Pair)];
    }

    private List<byte> OfSet(SetOf set)
    {
        List<List<byte>> distinct = [];
        foreach (List<byte> item in set.Items.Select(Encode).Order(Comparer<List<byte>>.Create(Compare)))
        {
            if (distinct.Count == 0 || Compare(distinct[^1], item) != 0)
            {
                distinct.Add(item);
            }
        }

        return [.. HeaderOfArray(distinct.Count), .. distinct.SelectMany(item => item)];
    }

    private static int Compare(IReadOnlyList<byte> one, IReadOnlyList<byte> other)
    {
        for (int i = 0; i < one.Count && i < other.Count; i++)
        {
            if (one[i] != other[i])
            {
                return one[i] - other[i];
            }
        }

        return one.Count - other.Count;
    }
}
