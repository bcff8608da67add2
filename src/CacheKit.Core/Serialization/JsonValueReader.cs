using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace CacheKit.Core.Serialization;

/// <summary>
/// Reads JSON as ConvertFrom-Json does: integers as Int64 (BigInteger when larger), other numbers as Double, text that
/// is an ISO 8601 time as DateTime, objects as property bags in order.
/// </summary>
public sealed class JsonValueReader : ValueReader, IDisposable
{
    private const int DeepestNesting = 100;

    private readonly JsonDocument _document;
    private readonly Stack<Container> _open = new();
    private bool _isBegun;

    /// <summary>Begins to read.</summary>
    /// <param name="bytes">One document: decrypted and authentic, but not trusted to be well-formed.</param>
    /// <exception cref="MalformedValueException">It is not JSON, or nests deeper than 100 levels.</exception>
    public JsonValueReader(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            _document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = DeepestNesting });
        }
        catch (JsonException)
        {
            // Its text may quote the document.
            throw Malformed();
        }
    }

    /// <summary>Gives the reader's tables back.</summary>
    public void Dispose() => _document.Dispose();

    /// <inheritdoc/>
    public override ValueKind Read()
    {
        JsonElement element = Next();
        switch (element.ValueKind)
        {
            case JsonValueKind.Null:
                Scalar = null;
                return ValueKind.Null;
            case JsonValueKind.Array:
                Count = element.GetArrayLength();
                ElementType = typeof(object);
                _open.Push(new Container(element.EnumerateArray()));
                return ValueKind.Array;
            case JsonValueKind.Object:
                Count = element.EnumerateObject().Count();
                TypeNames = [];
                Text = null;
                _open.Push(new Container(element.EnumerateObject()));
                return ValueKind.PropertyBag;
            case JsonValueKind.String:
                Scalar = ReadText(element);
                return ValueKind.Scalar;
            case JsonValueKind.Number:
                Scalar = ReadNumber(element);
                return ValueKind.Scalar;
            default:
                Scalar = element.GetBoolean();
                return ValueKind.Scalar;
        }
    }

    /// <inheritdoc/>
    public override string ReadName()
    {
        CloseFinished();
        try
        {
            return _open.TryPeek(out Container? container) ? container.Name : throw Malformed();
        }
        catch (InvalidOperationException)
        {
            throw Malformed();
        }
    }

    /// <inheritdoc/>
    public override void ReadEnd()
    {
        CloseFinished();
        if (!_isBegun || _open.Count > 0)
        {
            throw Malformed();
        }
    }

    private JsonElement Next()
    {
        if (!_isBegun)
        {
            _isBegun = true;
            return _document.RootElement;
        }

        CloseFinished();
        return _open.TryPeek(out Container? container) ? container.Take() : throw Malformed();
    }

    private void CloseFinished()
    {
        while (_open.TryPeek(out Container? container) && container.IsFinished)
        {
            _open.Pop();
        }
    }

    private static object ReadText(JsonElement element)
    {
        string text;
        try
        {
            text = element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, or bytes that are not UTF-8.
            throw Malformed();
        }

        return JsonTime.TryParse(text, out DateTime time) ? time : text;
    }

    private static object ReadNumber(JsonElement element)
    {
        if (element.TryGetInt64(out long number))
        {
            return number;
        }

        string text = element.GetRawText();
        if (text.AsSpan().ContainsAny('.', 'e', 'E'))
        {
            return element.GetDouble();
        }

        // Reading digits takes the square of their number.
        return text.Length <= JsonValueWriter.LongestInteger
            ? BigInteger.Parse(text, CultureInfo.InvariantCulture)
            : throw Malformed();
    }

    private static MalformedValueException Malformed() => new("The value is not well-formed.");

    /// <summary>An array or an object that is being read.</summary>
    private sealed class Container
    {
        private JsonElement.ArrayEnumerator _items;
        private JsonElement.ObjectEnumerator _properties;
        private readonly bool _isObject;

        public Container(JsonElement.ArrayEnumerator items)
        {
            _items = items;
            IsFinished = !_items.MoveNext();
        }

        public Container(JsonElement.ObjectEnumerator properties)
        {
            _properties = properties;
            _isObject = true;
            IsFinished = !_properties.MoveNext();
        }

        public bool IsFinished { get; private set; }

        public string Name => _isObject ? _properties.Current.Name : throw Malformed();

        public JsonElement Take()
        {
            JsonElement element = _isObject ? _properties.Current.Value : _items.Current;
            IsFinished = _isObject ? !_properties.MoveNext() : !_items.MoveNext();
            return element;
        }
    }
}
