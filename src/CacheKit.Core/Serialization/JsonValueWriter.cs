using System.Globalization;
using System.Net;
using System.Numerics;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using CacheKit.Core.Cryptography;

namespace CacheKit.Core.Serialization;

/// <summary>Writes JSON, each type as ConvertTo-Json does (docs/formats.md).</summary>
/// <param name="buffer">Takes the bytes.</param>
public sealed class JsonValueWriter(SensitiveBuffer buffer) : PortableValueWriter(buffer), IDisposable
{
    /// <summary>Longer integers are not read (JsonValueReader); ConvertFrom-Json has the same bound.</summary>
    internal const int LongestInteger = 380;

    private readonly Utf8JsonWriter _json = new(
        buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>Writes what is left of the document.</summary>
    public void Dispose() => _json.Dispose();

    /// <inheritdoc/>
    public override bool TryWriteEnum(string typeName, object number, string name) =>
        // JavaScript has no exact numbers of 64 bits.
        TryWriteScalar(number is long or ulong ? name : number);

    /// <inheritdoc/>
    public override bool TryWriteTypedText(string typeName, string text)
    {
        if (typeName != "System.Management.Automation.SwitchParameter")
        {
            return TryWriteScalar(text);
        }

        if (!TryBeginDictionary(default, count: 1))
        {
            return false;
        }

        WriteName("IsPresent");
        return TryWriteScalar(bool.Parse(text));
    }

    /// <inheritdoc/>
    protected override void PutNull() => _json.WriteNullValue();

    /// <inheritdoc/>
    protected override void PutName(string name) => _json.WritePropertyName(name);

    /// <inheritdoc/>
    protected override bool TryPutScalar(object value)
    {
        bool isWritten = TryPutText(value) || TryPutNumber(value) || TryPutProperties(value);
        ValueTooLargeException.ThrowIfOver(_json.BytesCommitted + _json.BytesPending);
        return isWritten;
    }

    /// <inheritdoc/>
    protected override void PutBegin(bool isMap, int count)
    {
        if (isMap)
        {
            _json.WriteStartObject();
        }
        else
        {
            _json.WriteStartArray();
        }
    }

    /// <inheritdoc/>
    protected override void PutEnd(bool isMap)
    {
        if (isMap)
        {
            _json.WriteEndObject();
        }
        else
        {
            _json.WriteEndArray();
        }
    }

    private bool TryPutText(object value)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        string? text = value switch
        {
            string own => own,
            char character => character.ToString(),
            Guid guid => guid.ToString("D"),
            Uri uri => uri.OriginalString,
            DateTime time => time.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFK", culture),
            DateTimeOffset time => time.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFzzz", culture),
            double number when !double.IsFinite(number) => number.ToString(culture),
            float number when !float.IsFinite(number) => number.ToString(culture),
            _ => null,
        };
        bool isText = text is not null && Utf16.IsWellFormed(text);
        if (isText)
        {
            // Before it is escaped: a character takes six bytes at most.
            ValueTooLargeException.ThrowIfOver(_json.BytesCommitted + _json.BytesPending + text!.Length);
            _json.WriteStringValue(text);
        }

        return isText;
    }

    private bool TryPutNumber(object value)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        switch (value)
        {
            case DBNull:
                _json.WriteNullValue();
                return true;
            case bool flag:
                _json.WriteBooleanValue(flag);
                return true;
            case sbyte or byte or short or ushort or int or uint or long:
                _json.WriteNumberValue(Convert.ToInt64(value, culture));
                return true;
            case ulong number:
                _json.WriteNumberValue(number);
                return true;
            case BigInteger number when number.ToString(culture) is { Length: <= LongestInteger } digits:
                _json.WriteRawValue(digits);
                return true;
            case double number when double.IsFinite(number):
                _json.WriteRawValue(WithFraction(number.ToString("R", culture)));
                return true;
            case float number when float.IsFinite(number):
                _json.WriteRawValue(WithFraction(number.ToString("R", culture)));
                return true;
            case decimal number:
                _json.WriteRawValue(WithFraction(number.ToString(culture)));
                return true;
            case byte[] bytes when value.GetType() == typeof(byte[]):
                PutBytes(bytes);
                return true;
            default:
                return false;
        }
    }

    private void PutBytes(byte[] bytes)
    {
        ValueTooLargeException.ThrowIfOver(_json.BytesCommitted + _json.BytesPending + (2L * bytes.Length));
        _json.WriteStartArray();
        foreach (byte item in bytes)
        {
            _json.WriteNumberValue(item);
        }

        _json.WriteEndArray();
    }

    /// <summary>These have no text or number of their own in JSON: ConvertTo-Json writes their properties.</summary>
    private bool TryPutProperties(object value)
    {
        if (value is not (TimeSpan or DateOnly or TimeOnly or Version or IPAddress))
        {
            return false;
        }

        _json.WriteStartObject();
        Type type = value is IPAddress ? typeof(IPAddress) : value.GetType();
        foreach (PropertyInfo property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            object? item = ValueOf(property, value);
            item = item is Enum ? Convert.ToInt64(item, CultureInfo.InvariantCulture) : item;
            _json.WritePropertyName(property.Name);
            if (item is null || !TryPutNumber(item))
            {
                _json.WriteNullValue();
            }
        }

        _json.WriteEndObject();
        return true;
    }

    /// <summary>
    /// An address of one family has no property of the other: its getter throws, which is null in JSON.
    /// </summary>
    private static object? ValueOf(PropertyInfo property, object value)
    {
        try
        {
            return property.GetValue(value);
        }
        catch (TargetInvocationException)
        {
            return null;
        }
    }

    /// <summary>A real number stays one when it is read.</summary>
    private static string WithFraction(string number) => number.AsSpan().ContainsAny('.', 'E') ? number : number + ".0";
}
