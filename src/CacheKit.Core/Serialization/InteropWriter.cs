using System.Numerics;
using CacheKit.Core.Cryptography;

namespace CacheKit.Core.Serialization;

/// <summary>
/// Writes canonical MessagePack (PROTOCOL section 7.3): every number and header in its shortest form, no float32, no
/// extension types, and the names of every map in the order of their UTF-8 bytes. The two profiles, that of arguments
/// and that of values, differ in the scalars that they take.
/// </summary>
public abstract class InteropWriter : ValueWriter
{
    private readonly SensitiveBuffer _buffer;
    private readonly CanonicalContainers _open;

    /// <summary>Begins to write.</summary>
    /// <param name="buffer">Takes the bytes; nobody else writes to it meanwhile.</param>
    private protected InteropWriter(SensitiveBuffer buffer)
    {
        _buffer = buffer;
        _open = new CanonicalContainers(buffer);
        Tokens = new MessagePackTokenWriter(buffer);
    }

    /// <summary>No writer of the family nests deeper than 32 containers (PROTOCOL section 7.4).</summary>
    public override int DeepestValue => 32;

    /// <summary>What the model does not name is an error, never its text or its properties.</summary>
    public override bool TakesOtherObjects => false;

    private protected MessagePackTokenWriter Tokens { get; }

    /// <inheritdoc/>
    /// <exception cref="InteropModelException">
    /// It stands where the name of a map's value belongs; so of all members.
    /// </exception>
    public override void WriteNull()
    {
        if (_open.IsAtName)
        {
            throw KeyIsNoText();
        }

        _open.BeginItem(_buffer.Length);
        Tokens.WriteNil();
        _open.EndItem();
    }

    /// <inheritdoc/>
    public override bool TryWriteScalar(object value)
    {
        if (_open.IsAtName)
        {
            return value is string name ? TryPutName(name) : throw KeyIsNoText();
        }

        int start = _buffer.Length;
        if (!TryPut(value))
        {
            return false;
        }

        _open.BeginItem(start);
        _open.EndItem();
        return true;
    }

    /// <inheritdoc/>
    /// <exception cref="InteropModelException">The name has a surrogate without its partner.</exception>
    public override void WriteName(string name)
    {
        if (!TryPutName(name))
        {
            throw new InteropModelException("the name of a property is not well-formed text");
        }
    }

    /// <inheritdoc/>
    public override bool TryBeginArray(Type elementType, int count) => TryBegin(ContainerKind.Array, count);

    /// <inheritdoc/>
    public override bool TryBeginList(ValueKind kind, Type elementType, int count) =>
        kind is ValueKind.Set or ValueKind.IgnoreCaseSet
            ? TakesSets && TryBegin(ContainerKind.Set, count)
            : TryBegin(ContainerKind.Array, count);

    /// <inheritdoc/>
    public override bool TryBeginDictionary(in DictionaryShape shape, int count) => TryBegin(ContainerKind.Map, count);

    /// <inheritdoc/>
    public override void BeginPropertyBag(IReadOnlyCollection<string> typeNames, string? text, int count) =>
        TryBegin(ContainerKind.Map, count);

    /// <inheritdoc/>
    public override bool TryBeginExtended(IReadOnlyCollection<string> typeNames, int propertyCount) => false;

    /// <inheritdoc/>
    public override bool TryWriteEnum(string typeName, object number, string name) => false;

    /// <inheritdoc/>
    public override bool TryWriteTypedText(string typeName, string text) => false;

    /// <inheritdoc/>
    public override bool TryBeginCredential() => false;

    /// <summary>Whether no container fits into those that are open.</summary>
    private protected bool IsDeepest => _open.Depth >= DeepestValue;

    /// <summary>Whether the profile has sets.</summary>
    private protected abstract bool TakesSets { get; }

    /// <summary>Writes a number with a fraction, which is finite.</summary>
    /// <param name="number">The number.</param>
    private protected abstract void Put(double number);

    /// <summary>Writes a scalar that is in one of the profiles alone, or nothing when it is not in this one.</summary>
    /// <param name="value">The value.</param>
    private protected abstract bool TryPutOther(object value);

    private bool TryBegin(ContainerKind kind, int count)
    {
        if (_open.IsAtName)
        {
            throw KeyIsNoText();
        }

        int start = _buffer.Length;
        _open.BeginItem(start);
        if (kind == ContainerKind.Map)
        {
            Tokens.WriteMapHeader(count);
        }
        else
        {
            Tokens.WriteArrayHeader(count);
        }

        _open.BeginContainer(kind, start, count);
        return true;
    }

    private static InteropModelException KeyIsNoText() => new("a hashtable has a key that is not text");

    private bool TryPutName(string name)
    {
        if (_open.TryRepeatName(name))
        {
            return true;
        }

        int start = _buffer.Length;
        bool isWellFormed = Tokens.TryWrite(name, out int size);
        if (isWellFormed)
        {
            _open.AddName(name, start, size);
        }

        return isWellFormed;
    }

    private bool TryPut(object value)
    {
        switch (value)
        {
            case string text:
                return Tokens.TryWrite(text, out _);
            case int number:
                Tokens.Write((long)number);
                return true;
            case bool flag:
                Tokens.Write(flag);
                return true;
            case double number:
                return TryPut(number);
            case float number:
                return TryPut((double)number);
            // To the runtime, an sbyte[] is a byte[] too.
            case byte[] bytes when value.GetType() == typeof(byte[]):
                Tokens.Write((ReadOnlySpan<byte>)bytes);
                return true;
            // All others of the model are structs: objects and collections need not be asked for each of them.
            default:
                return value is ValueType && (TryPutInteger(value) || TryPutOther(value));
        }
    }

    private bool TryPut(double number)
    {
        bool isFinite = double.IsFinite(number);
        if (isFinite)
        {
            Put(number);
        }

        return isFinite;
    }

    private bool TryPutInteger(object value)
    {
        switch (value)
        {
            case long number:
                Tokens.Write(number);
                return true;
            case byte or sbyte or short or ushort or uint:
                Tokens.Write(Convert.ToInt64(value, provider: null));
                return true;
            case ulong number:
                Tokens.Write(number);
                return true;
            case BigInteger number when number.Sign >= 0 && number <= ulong.MaxValue:
                Tokens.Write((ulong)number);
                return true;
            case BigInteger number when number.Sign < 0 && number >= long.MinValue:
                Tokens.Write((long)number);
                return true;
            default:
                return false;
        }
    }
}
