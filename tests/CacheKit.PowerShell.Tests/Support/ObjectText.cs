using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Net;
using System.Runtime.CompilerServices;
using System.Security;
using System.Text;
using System.Xml;

namespace CacheKit.PowerShell.Tests.Support;

/// <summary>
/// Says everything about a PowerShell object in text: type, type names, what was added, comparer, order and content to
/// the bit. Two objects are the same when their texts are.
/// </summary>
internal static class ObjectText
{
    public static string Of(object? value)
    {
        StringBuilder text = new();
        Append(text, value);
        return text.ToString();
    }

    private static void Append(StringBuilder text, object? value)
    {
        if (value is null)
        {
            text.Append("null");
            return;
        }

        PSObject wrapped = PSObject.AsPSObject(value);
        object bare = wrapped.BaseObject;
        text.Append(bare is IPAddress ? nameof(IPAddress) : bare.GetType().ToString());
        text.Append('<').AppendJoin(',', wrapped.TypeNames.Where(name => !name.Contains("IPAddress"))).Append('>');
        AppendContent(text, bare);
        foreach (PSMemberInfo member in wrapped.Properties.Where(member => member is PSNoteProperty { IsInstance: true, Name: not "pstypenames" }))
        {
            text.Append(" .").Append(member.Name).Append('=');
            Append(text, member.Value);
        }
    }

    private static void AppendContent(StringBuilder text, object bare)
    {
        switch (bare)
        {
            case PSCustomObject:
                break;
            case string characters:
                text.Append(Convert.ToHexString(Encoding.BigEndianUnicode.GetBytes(characters)));
                text.AppendJoin(' ', characters.Where(char.IsSurrogate).Select(character => (int)character));
                break;
            case PSCredential credential:
                text.Append(credential.UserName).Append(':').Append(new NetworkCredential("", credential.Password).Password);
                break;
            case XmlDocument document:
                text.Append(document.PreserveWhitespace).Append(document.OuterXml);
                break;
            case IDictionary dictionary:
                AppendDictionary(text, dictionary);
                break;
            case IEnumerable items:
                text.Append(bare is HashSet<string> set ? set.Comparer.Equals("a", "A") : "").Append('[');
                foreach (object? item in items)
                {
                    Append(text, item);
                    text.Append(' ');
                }

                text.Append(']');
                break;
            default:
                text.Append('(').Append(Content(bare)).Append(')');
                break;
        }
    }

    private static void AppendDictionary(StringBuilder text, IDictionary dictionary)
    {
        List<string> pairs = [];
        foreach (DictionaryEntry pair in dictionary)
        {
            pairs.Add($"{Of(pair.Key)}={Of(pair.Value)}");
        }

        // A Hashtable has no order of its own.
        text.AppendJoin(' ', dictionary is Hashtable ? pairs.Order(StringComparer.Ordinal) : pairs);
        if (!dictionary.Contains("a") && !dictionary.Contains("A") && dictionary is not Dictionary<Guid, string>)
        {
            object probe = dictionary.GetType().GenericTypeArguments is [{ } key, _] && key == typeof(int) ? -1 : "a";
            object other = probe is int ? -2 : "A";
            dictionary.Add(probe, dictionary.GetType().GenericTypeArguments is [_, { IsValueType: true }] ? 0 : null);
            text.Append(dictionary.Contains(other));
            dictionary.Remove(probe);
        }
    }

    private static string Content(object value) => value switch
    {
        float number => BitConverter.SingleToInt32Bits(number).ToString("x8", CultureInfo.InvariantCulture),
        double number => BitConverter.DoubleToInt64Bits(number).ToString("x16", CultureInfo.InvariantCulture),
        Half number => BitConverter.HalfToInt16Bits(number).ToString("x4", CultureInfo.InvariantCulture),
        decimal number => string.Join(',', decimal.GetBits(number)),
        DateTime time => Unsafe.BitCast<DateTime, ulong>(time).ToString("x16", CultureInfo.InvariantCulture),
        DateTimeOffset time => $"{time.Ticks} {time.Offset}",
        TimeOnly time => $"{time.Ticks}",
        char character => $"{(int)character}",
        Uri uri => $"{uri.IsAbsoluteUri} {uri.OriginalString}",
        SecureString secret => new NetworkCredential("", secret).Password,
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };
}
