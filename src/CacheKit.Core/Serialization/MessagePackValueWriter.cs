using System.Globalization;
using System.Numerics;
using System.Text;
using CacheKit.Core.Cryptography;
using MessagePack;

namespace CacheKit.Core.Serialization;

/// <summary>
/// Writes plain MessagePack, the value profile of the CacheKit family (PROTOCOL section 7.3): no extension types, no
/// float32, every header in its shortest form. The order of maps is kept.
/// </summary>
/// <param name="buffer">Takes the bytes.</param>
public sealed class MessagePackValueWriter(SensitiveBuffer buffer) : PortableValueWriter(buffer)
{
    /// <summary>The longest number or header.</summary>
    private const int LongestToken = 9;

    private static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, true);

    /// <inheritdoc/>
    public override bool TryWriteEnum(string typeName, object number, string name) => false;

    /// <inheritdoc/>
    public override bool TryWriteTypedText(string typeName, string text) => false;

    /// <inheritdoc/>
    protected override void PutNull()
    {
        MessagePackPrimitives.TryWriteNil(Span(1), out int written);
        Buffer.Advance(written);
    }

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
        Span<byte> span = Span(LongestToken);
        int written;
        if (isMap)
        {
            MessagePackPrimitives.TryWriteMapHeader(span, (uint)count, out written);
        }
        else
        {
            MessagePackPrimitives.TryWriteArrayHeader(span, (uint)count, out written);
        }

        Buffer.Advance(written);
    }

    /// <inheritdoc/>
    protected override void PutEnd(bool isMap)
    {
        // The header said where it ends.
    }

    private bool Put(bool flag)
    {
        MessagePackPrimitives.TryWrite(Span(1), flag, out int written);
        Buffer.Advance(written);
        return true;
    }

    private bool Put(long number)
    {
        MessagePackPrimitives.TryWrite(Span(LongestToken), number, out int written);
        Buffer.Advance(written);
        return true;
    }

    private bool PutUnsigned(ulong number)
    {
        MessagePackPrimitives.TryWrite(Span(LongestToken), number, out int written);
        Buffer.Advance(written);
        return true;
    }

    private bool TryPutReal(double number)
    {
        if (!double.IsFinite(number))
        {
            return false;
        }

        MessagePackPrimitives.TryWrite(Span(LongestToken), number, out int written);
        Buffer.Advance(written);
        return true;
    }

    private bool PutBytes(byte[] bytes)
    {
        Span<byte> span = Span((long)LongestToken + bytes.Length);
        MessagePackPrimitives.TryWriteBinHeader(span, (uint)bytes.Length, out int written);
        bytes.CopyTo(span[written..]);
        Buffer.Advance(written + bytes.Length);
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

    private void PutText(string text)
    {
        int size = s_strictUtf8.GetByteCount(text);
        Span<byte> span = Span((long)LongestToken + size);
        MessagePackPrimitives.TryWriteStringHeader(span, (uint)size, out int written);
        s_strictUtf8.GetBytes(text, span[written..]);
        Buffer.Advance(written + size);
    }

    private bool PutSentinel(string name, string text)
    {
        PutBegin(isMap: true, count: 2);
        PutText(name);
        Put(true);
        PutText(PortableTime.ValueName);
        PutText(text);
        return true;
    }

    private Span<byte> Span(long size)
    {
        CheckSize(Buffer.Length + size);
        return Buffer.GetSpan((int)size);
    }
}
