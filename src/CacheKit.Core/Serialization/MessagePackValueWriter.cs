using System.Globalization;
using System.Numerics;
using CacheKit.Core.Cryptography;

namespace CacheKit.Core.Serialization;

/// <summary>
/// Writes plain MessagePack, the value profile of the CacheKit family (PROTOCOL section 7.3): no extension types, no
/// float32, every header in its shortest form. The order of maps is kept.
/// </summary>
/// <param name="buffer">Takes the bytes.</param>
public sealed class MessagePackValueWriter(SensitiveBuffer buffer) : PortableValueWriter(buffer)
{
    private readonly MessagePackTokenWriter _tokens = new(buffer);

    /// <inheritdoc/>
    public override bool TryWriteEnum(string typeName, object number, string name) => false;

    /// <inheritdoc/>
    public override bool TryWriteTypedText(string typeName, string text) => false;

    /// <inheritdoc/>
    protected override void PutNull() => _tokens.WriteNil();

    /// <inheritdoc/>
    protected override void PutName(string name) => PutText(name);

    /// <inheritdoc/>
    protected override bool TryPutScalar(object value) => value switch
    {
        string text => TryPutText(text),
        bool flag => Put(flag),
        int number => Put(number),
        long number => Put(number),
        double number => TryPutReal(number),
        float number => TryPutReal(number),
        byte number => Put(number),
        sbyte number => Put(number),
        short number => Put(number),
        ushort number => Put(number),
        uint number => Put(number),
        ulong number => PutUnsigned(number),
        BigInteger number when number >= 0 && number <= ulong.MaxValue => PutUnsigned((ulong)number),
        BigInteger number when number < 0 && number >= long.MinValue => Put((long)number),
        // To the runtime, an sbyte[] is a byte[] too.
        byte[] bytes when value.GetType() == typeof(byte[]) => PutBytes(bytes),
        DateTime time => PutSentinel(PortableTime.DateTimeName, PortableTime.Format(time)),
        DateTimeOffset time => PutSentinel(PortableTime.DateTimeName, PortableTime.Format(time)),
        DateOnly date => PutSentinel(PortableTime.DateName, date.ToString("O", CultureInfo.InvariantCulture)),
        TimeOnly time => PutSentinel(PortableTime.TimeName, PortableTime.Format(time)),
        _ => false,
    };

    /// <inheritdoc/>
    protected override void PutBegin(bool isMap, int count)
    {
        if (isMap)
        {
            _tokens.WriteMapHeader(count);
        }
        else
        {
            _tokens.WriteArrayHeader(count);
        }
    }

    /// <inheritdoc/>
    protected override void PutEnd(bool isMap)
    {
        // The header said where it ends.
    }

    private bool Put(bool flag)
    {
        _tokens.Write(flag);
        return true;
    }

    private bool Put(long number)
    {
        _tokens.Write(number);
        return true;
    }

    private bool PutUnsigned(ulong number)
    {
        _tokens.Write(number);
        return true;
    }

    private bool TryPutReal(double number)
    {
        if (!double.IsFinite(number))
        {
            return false;
        }

        _tokens.Write(number);
        return true;
    }

    private bool PutBytes(byte[] bytes)
    {
        _tokens.Write((ReadOnlySpan<byte>)bytes);
        return true;
    }

    private bool TryPutText(string text)
    {
        bool isWellFormed = Utf16.IsWellFormed(text);
        if (isWellFormed)
        {
            PutText(text);
        }

        return isWellFormed;
    }

    private void PutText(string text) => _tokens.Write(text);

    private bool PutSentinel(string name, string text)
    {
        PutBegin(isMap: true, count: 2);
        PutText(name);
        Put(true);
        PutText(PortableTime.ValueName);
        PutText(text);
        return true;
    }
}
