using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Numerics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Microsoft.PowerShell.Commands;

/// <summary>JSON as ConvertTo-Json writes and ConvertFrom-Json reads it.</summary>
internal static class JsonText
{
    private const string DateForm = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK";

    private static readonly JsonWriterOptions s_compact = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes a value; what lies deeper than <paramref name="depth"/> is written as text.</summary>
    public static string Write(object? value, int depth, bool indented)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream, s_compact with { Indented = indented }))
        {
            Write(writer, value, depth);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>Reads a value: objects as property bags, or as hashtables.</summary>
    public static object? Read(string text, bool asHashtable)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return Read(document.RootElement, asHashtable);
        }
        catch (JsonException exception)
        {
            throw new PSArgumentException($"Conversion from JSON failed with error: {exception.Message}", exception);
        }
    }

    private static void Write(Utf8JsonWriter writer, object? value, int depth)
    {
        object? item = value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;
        if (TryWriteScalar(writer, item))
        {
            return;
        }

        if (depth < 0)
        {
            writer.WriteStringValue(PSObject.AsPSObject(item).ToString());
        }
        else if (item is IDictionary table)
        {
            WriteObject(writer, table.Cast<DictionaryEntry>().Select(pair => ($"{pair.Key}", pair.Value)), depth);
        }
        else if (item is IEnumerable list)
        {
            writer.WriteStartArray();
            foreach (object? element in list)
            {
                Write(writer, element, depth - 1);
            }

            writer.WriteEndArray();
        }
        else
        {
            WriteObject(writer, ReadProperties(PSObject.AsPSObject(item)), depth);
        }
    }

    private static IEnumerable<(string Name, object? Value)> ReadProperties(PSObject item)
    {
        return item.Properties
            .Where(property => property.IsGettable)
            .Select(property => (property.Name, (object?)property.Value));
    }

    private static void WriteObject(Utf8JsonWriter writer, IEnumerable<(string Name, object? Value)> members, int depth)
    {
        writer.WriteStartObject();
        foreach ((string name, object? member) in members)
        {
            writer.WritePropertyName(name);
            Write(writer, member, depth - 1);
        }

        writer.WriteEndObject();
    }

    private static bool TryWriteScalar(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null or DBNull:
                writer.WriteNullValue();
                return true;
            case bool truth:
                writer.WriteBooleanValue(truth);
                return true;
            case string or char or Guid or Uri or Version or SemanticVersion:
                writer.WriteStringValue(value.ToString());
                return true;
            case DateTime or DateTimeOffset:
                writer.WriteStringValue(Invariant(value, DateForm));
                return true;
            case Enum number:
                writer.WriteRawValue(number.ToString("D"));
                return true;
            case float or double:
                WriteFloat(writer, Convert.ToDouble(value, CultureInfo.InvariantCulture), value);
                return true;
            case byte or sbyte or short or ushort or int or uint or long or ulong or decimal or BigInteger:
                writer.WriteRawValue(Invariant(value, format: null));
                return true;
            default:
                return false;
        }
    }

    private static string Invariant(object value, string? format)
    {
        return ((IFormattable)value).ToString(format, CultureInfo.InvariantCulture);
    }

    private static void WriteFloat(Utf8JsonWriter writer, double number, object value)
    {
        string text = Invariant(value, "R");
        if (!double.IsFinite(number))
        {
            writer.WriteStringValue(text);
        }
        else
        {
            writer.WriteRawValue(text.AsSpan().ContainsAny('.', 'E') ? text : text + ".0");
        }
    }

    private static object? Read(JsonElement element, bool asHashtable)
    {
        return element.ValueKind switch
        {
            JsonValueKind.Object => asHashtable ? ReadTable(element) : ReadBag(element),
            JsonValueKind.Array => element.EnumerateArray().Select(item => Read(item, asHashtable)).ToArray(),
            JsonValueKind.String => ReadString(element.GetString()!),
            JsonValueKind.Number => ReadNumber(element.GetRawText()),
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => null,
        };
    }

    private static PSObject ReadBag(JsonElement element)
    {
        PSObject bag = new();
        foreach (JsonProperty property in element.EnumerateObject())
        {
            bag.Properties.Add(new PSNoteProperty(property.Name, Read(property.Value, asHashtable: false)));
        }

        return bag;
    }

    private static OrderedHashtable ReadTable(JsonElement element)
    {
        OrderedHashtable table = [];
        foreach (JsonProperty property in element.EnumerateObject())
        {
            table[property.Name] = Read(property.Value, asHashtable: true);
        }

        return table;
    }

    private static object ReadString(string text)
    {
        // Only the round-trip form of a date is one; everything else stays the text that it is.
        CultureInfo culture = CultureInfo.InvariantCulture;
        bool isDate = DateTime.TryParseExact(text, DateForm, culture, DateTimeStyles.RoundtripKind, out DateTime date);
        return isDate ? date : text;
    }

    private static object ReadNumber(string text)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, culture, out long whole))
        {
            return whole;
        }

        bool isWhole = BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, culture, out BigInteger large);
        return isWhole ? large : double.Parse(text, culture);
    }
}
