using CacheKit.Core.Cryptography;
using CacheKit.Core.Diagnostics;

namespace CacheKit.Core.Serialization;

/// <summary>
/// The base of the formats that other languages read: arrays, and maps from text to values. It knows whether a name or
/// a value comes next, and where a container ends; a map comes back as an object, hence its names are checked as such.
/// </summary>
/// <param name="buffer">Takes the bytes; its type is that of clear text.</param>
public abstract class PortableValueWriter(SensitiveBuffer buffer) : ValueWriter
{
    private readonly Stack<Container> _open = new();

    /// <summary>Where the bytes go.</summary>
    protected SensitiveBuffer Buffer { get; } = buffer;

    private bool IsAtName => _open.TryPeek(out Container? container) && container.NameIsNext;

    /// <summary>Begins the document: the objects that a block wrote.</summary>
    /// <param name="count">How many follow.</param>
    public void BeginOutput(int count) => Begin(isMap: false, count);

    /// <inheritdoc/>
    public override void WriteNull()
    {
        PutNull();
        Complete();
    }

    /// <inheritdoc/>
    public override bool TryWriteScalar(object value)
    {
        if (IsAtName)
        {
            return value is string name && TryPutNameOnce(name);
        }

        bool isWritten = TryPutScalar(value);
        if (isWritten)
        {
            Complete();
        }

        return isWritten;
    }

    /// <inheritdoc/>
    public override void WriteName(string name)
    {
        if (!TryPutNameOnce(name))
        {
            throw Unsupported("a property has a name that is empty, there twice, or not well-formed text");
        }
    }

    /// <inheritdoc/>
    public override bool TryBeginArray(Type elementType, int count) => TryBegin(isMap: false, count);

    /// <inheritdoc/>
    public override bool TryBeginList(ValueKind kind, Type elementType, int count) => TryBegin(isMap: false, count);

    /// <inheritdoc/>
    public override bool TryBeginDictionary(in DictionaryShape shape, int count) => TryBegin(isMap: true, count);

    /// <inheritdoc/>
    public override void BeginPropertyBag(IReadOnlyCollection<string> typeNames, string? text, int count)
    {
        if (!TryBegin(isMap: true, count))
        {
            throw Unsupported("a dictionary has a key that is not text");
        }
    }

    /// <inheritdoc/>
    public override bool TryBeginExtended(IReadOnlyCollection<string> typeNames, int propertyCount) => false;

    /// <inheritdoc/>
    public override bool TryBeginCredential() => false;

    /// <summary>Writes null.</summary>
    protected abstract void PutNull();

    /// <summary>Writes a scalar, or nothing when the format has no place for it.</summary>
    /// <param name="value">The value.</param>
    protected abstract bool TryPutScalar(object value);

    /// <summary>Writes the name of a value in a map; it is well-formed.</summary>
    /// <param name="name">The name.</param>
    protected abstract void PutName(string name);

    /// <summary>Writes the beginning of a container.</summary>
    /// <param name="isMap">Whether names stand before its values.</param>
    /// <param name="count">How many values it has.</param>
    protected abstract void PutBegin(bool isMap, int count);

    /// <summary>Writes the end of a container.</summary>
    /// <param name="isMap">Whether names stand before its values.</param>
    protected abstract void PutEnd(bool isMap);

    private bool TryBegin(bool isMap, int count)
    {
        bool isAtName = IsAtName;
        if (!isAtName)
        {
            Begin(isMap, count);
        }

        return !isAtName;
    }

    private void Begin(bool isMap, int count)
    {
        PutBegin(isMap, count);
        if (count > 0)
        {
            _open.Push(new Container(isMap, count));
        }
        else
        {
            PutEnd(isMap);
            Complete();
        }
    }

    /// <summary>A value is whole, and with it perhaps the containers that it was the last value of.</summary>
    private void Complete()
    {
        while (_open.TryPeek(out Container? container) && container.CompleteValue())
        {
            _open.Pop();
            PutEnd(container.IsMap);
        }
    }

    private bool TryPutNameOnce(string name)
    {
        bool isNew = name.Length > 0 && Utf16.IsWellFormed(name) && _open.Peek().TryAddName(name);
        if (isNew)
        {
            PutName(name);
        }

        return isNew;
    }

    private static CacheKitException Unsupported(string problem) => new(
        ErrorIds.ValueTypeUnsupported,
        $"The result is not cached: {problem}.",
        "Use -Serializer PowerShell, or let the block select the properties that the script needs.");

    /// <summary>A container that is being written.</summary>
    private sealed class Container(bool isMap, int count)
    {
        // Names of one object differ by more than case.
        private readonly HashSet<string>? _names = isMap ? new HashSet<string>(StringComparer.OrdinalIgnoreCase) : null;
        private int _left = count;

        public bool IsMap => _names is not null;

        public bool NameIsNext { get; private set; } = isMap;

        public bool TryAddName(string name)
        {
            bool isNew = _names!.Add(name);
            NameIsNext = !isNew;
            return isNew;
        }

        /// <summary>Counts a value; returns whether it was the last.</summary>
        public bool CompleteValue()
        {
            NameIsNext = IsMap;
            return --_left == 0;
        }
    }
}
