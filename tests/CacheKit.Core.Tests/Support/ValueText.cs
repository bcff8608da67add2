using System.Collections;
using System.Globalization;
using System.Net;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security;
using System.Text;
using System.Xml;

namespace CacheKit.Core.Tests.Support;

/// <summary>
/// Says everything about a value in text: its exact type and its exact content, to the bit. Two values are the same
/// when their texts are.
/// </summary>
internal static class ValueText
{
    public static string Of(object? value)
    {
        StringBuilder text = new();
        Append(text, value);
        return text.ToString();
    }

    public static SecureString Secret(string clear)
    {
        SecureString secret = new();
        foreach (char character in clear)
        {
            secret.AppendChar(character);
        }

        return secret;
    }

    private static void Append(StringBuilder text, object? value)
    {
        text.Append(value is IPAddress ? nameof(IPAddress) : value?.GetType().Name ?? "null");
        switch (value)
        {
            case null:
                break;
            case Bag bag:
                Append(text, bag.Text);
                AppendAll(text, bag.TypeNames);
                AppendAll(text, bag.Properties.SelectMany(pair => (object?[])[pair.Key, pair.Value]));
                break;
            case Extended extended:
                AppendAll(text, extended.TypeNames);
                Append(text, extended.Base);
                AppendAll(text, extended.Properties.SelectMany(pair => (object?[])[pair.Key, pair.Value]));
                break;
            case Constant constant:
                AppendAll(text, (object?[])[constant.TypeName, constant.Number, constant.Name]);
                break;
            case Typed typed:
                AppendAll(text, (object?[])[typed.CaseSensitive, $"{typed.KeyType} {typed.ValueType}"]);
                AppendAll(text, typed.SelectMany(pair => (object?[])[pair.Key, pair.Value]));
                break;
            case XmlDocument document:
                AppendAll(text, (object?[])[document.PreserveWhitespace, document.OuterXml]);
                break;
            case Credential credential:
                AppendAll(text, new object[] { credential.UserName, credential.Password });
                break;
            case Table table:
                text.Append(table.CaseSensitive);
                AppendAll(text, table.SelectMany(pair => (object?[])[pair.Key, pair.Value]));
                break;
            case OrderedTable table:
                text.Append(table.CaseSensitive);
                AppendAll(text, table.SelectMany(pair => (object?[])[pair.Key, pair.Value]));
                break;
            case byte[] bytes:
                text.Append(Convert.ToHexString(bytes));
                break;
            case IEnumerable items and not string:
                text.Append(value is HashSet<string> set && set.Comparer.Equals("a", "A"));
                text.Append(value.GetType());
                AppendAll(text, items);
                break;
            default:
                text.Append('(').Append(Content(value)).Append(')');
                break;
        }
    }

    private static void AppendAll(StringBuilder text, IEnumerable items)
    {
        text.Append('[');
        foreach (object? item in items)
        {
            Append(text, item);
            text.Append(' ');
        }

        text.Append(']');
    }

    private static string Content(object value) => value switch
    {
        float number => BitConverter.SingleToInt32Bits(number).ToString("x8", CultureInfo.InvariantCulture),
        double number => BitConverter.DoubleToInt64Bits(number).ToString("x16", CultureInfo.InvariantCulture),
        decimal number => string.Join(',', decimal.GetBits(number)),
        BigInteger number => number.ToString("R", CultureInfo.InvariantCulture),
        DateTime time => $"{Unsafe.BitCast<DateTime, ulong>(time):x}",
        DateTimeOffset time => $"{time.Ticks} {time.Offset}",
        TimeSpan time => $"{time.Ticks}",
        TimeOnly time => $"{time.Ticks}",
        DateOnly date => $"{date.DayNumber}",
        Half number => BitConverter.HalfToInt16Bits(number).ToString("x4", CultureInfo.InvariantCulture),
        IPAddress address => $"{address} {(address.GetAddressBytes().Length == 16 ? address.ScopeId : -1)}",
        string characters => Codes(characters),
        char character => Codes([character]),
        Uri uri => $"{uri.IsAbsoluteUri} {uri} {(uri.IsAbsoluteUri ? uri.AbsoluteUri : "")}",
        SecureString secret => Codes(Clear(secret)),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    private static string Codes(ReadOnlySpan<char> characters) =>
        Convert.ToHexString(MemoryMarshal.AsBytes(characters));

    private static string Clear(SecureString secret) => new NetworkCredential("", secret).Password;
}
