using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security;
using System.Text;
using CacheKit.Core.Cryptography;
using MessagePack;

namespace CacheKit.Core.Serialization;

/// <summary>
/// Writes the native value format: MessagePack, with extension types for what MessagePack does not tell apart
/// (docs/formats.md). Everything it writes comes back with the same type.
/// </summary>
/// <param name="buffer">Takes the bytes; it may hold secrets, hence its type.</param>
public sealed class NativeValueWriter(SensitiveBuffer buffer) : ValueWriter
{
    /// <summary>The longest header of a MessagePack token.</summary>
    private const int LongestHeader = 6;

    private static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, true);

    /// <summary>Begins the document: the objects that a block wrote.</summary>
    /// <param name="count">How many follow.</param>
    public void BeginOutput(int count) => WriteArrayHeader(count);

    /// <inheritdoc/>
    public override void WriteNull()
    {
        MessagePackPrimitives.TryWriteNil(buffer.GetSpan(1), out int written);
        buffer.Advance(written);
    }

    /// <inheritdoc/>
    public override void WriteName(string name) => WriteText(name);

    /// <inheritdoc/>
    public override bool TryWriteScalar(object value)
    {
        int written;
        switch (value)
        {
            case string text:
                WriteText(text);
                return true;
            case int number:
                MessagePackPrimitives.TryWrite(buffer.GetSpan(LongestHeader), number, out written);
                buffer.Advance(written);
                return true;
            case bool flag:
                MessagePackPrimitives.TryWrite(buffer.GetSpan(1), flag, out written);
                buffer.Advance(written);
                return true;
            case double number:
                MessagePackPrimitives.TryWrite(buffer.GetSpan(9), number, out written);
                buffer.Advance(written);
                return true;
            case float number:
                MessagePackPrimitives.TryWrite(buffer.GetSpan(LongestHeader), number, out written);
                buffer.Advance(written);
                return true;
            // To the runtime, an sbyte[] and an array of enums are a byte[] too.
            case byte[] bytes when value.GetType() == typeof(byte[]):
                MessagePackPrimitives.TryWriteBinHeader(buffer.GetSpan(LongestHeader), (uint)bytes.Length, out written);
                buffer.Advance(written);
                buffer.Write(bytes);
                return true;
            case SecureString secret:
                WriteSecureString(secret);
                return true;
            default:
                return TryWriteNumber(value) || TryWriteOther(value);
        }
    }

    /// <inheritdoc/>
    public override bool TryBeginArray(Type elementType, int count)
    {
        if (!ScalarTypes.TryGetCode(elementType, out ScalarCode code))
        {
            return false;
        }

        if (code == ScalarCode.Object)
        {
            WriteArrayHeader(count);
        }
        else
        {
            WriteArrayHeader(count + 1);
            WriteTag(CompositeTag.TypedArray, (byte)code);
        }

        return true;
    }

    /// <inheritdoc/>
    public override void BeginList(ValueKind kind, int count)
    {
        WriteArrayHeader(count + 1);
        WriteTag(kind == ValueKind.List ? CompositeTag.List : CompositeTag.ArrayList, 0);
    }

    /// <inheritdoc/>
    public override void BeginDictionary(ValueKind kind, bool caseSensitive, int count)
    {
        if (kind == ValueKind.Hashtable && !caseSensitive)
        {
            MessagePackPrimitives.TryWriteMapHeader(buffer.GetSpan(LongestHeader), (uint)count, out int written);
            buffer.Advance(written);
            return;
        }

        WriteArrayHeader((2 * count) + 1);
        if (kind == ValueKind.Hashtable)
        {
            WriteTag(CompositeTag.CaseSensitiveHashtable, 0);
        }
        else
        {
            WriteTag(CompositeTag.OrderedDictionary, (byte)(caseSensitive ? 1 : 0));
        }
    }

    /// <inheritdoc/>
    public override void BeginPropertyBag(IReadOnlyCollection<string> typeNames, int count)
    {
        WriteArrayHeader((2 * count) + 2);
        WriteTag(CompositeTag.PropertyBag, 0);
        if (typeNames.Count == 0)
        {
            WriteNull();
            return;
        }

        WriteArrayHeader(typeNames.Count);
        foreach (string name in typeNames)
        {
            WriteText(name);
        }
    }

    /// <inheritdoc/>
    public override void BeginCredential()
    {
        WriteArrayHeader(3);
        WriteTag(CompositeTag.Credential, 0);
    }

    private bool TryWriteNumber(object value)
    {
        switch (value)
        {
            case long number:
                BinaryPrimitives.WriteInt64BigEndian(BeginExtension(ScalarCode.Int64, 8), number);
                break;
            case byte number:
                BeginExtension(ScalarCode.Byte, 1)[0] = number;
                break;
            case sbyte number:
                BeginExtension(ScalarCode.SByte, 1)[0] = unchecked((byte)number);
                break;
            case short number:
                BinaryPrimitives.WriteInt16BigEndian(BeginExtension(ScalarCode.Int16, 2), number);
                break;
            case ushort number:
                BinaryPrimitives.WriteUInt16BigEndian(BeginExtension(ScalarCode.UInt16, 2), number);
                break;
            case uint number:
                BinaryPrimitives.WriteUInt32BigEndian(BeginExtension(ScalarCode.UInt32, 4), number);
                break;
            case ulong number:
                BinaryPrimitives.WriteUInt64BigEndian(BeginExtension(ScalarCode.UInt64, 8), number);
                break;
            case decimal number:
                WriteDecimal(number);
                break;
            case BigInteger number:
                byte[] bytes = number.ToByteArray(isUnsigned: false, isBigEndian: true);
                bytes.CopyTo(BeginExtension(ScalarCode.BigInteger, bytes.Length));
                break;
            default:
                return false;
        }

        return true;
    }

    private bool TryWriteOther(object value)
    {
        switch (value)
        {
            case DateTime time:
                Span<byte> body = BeginExtension(ScalarCode.DateTime, 9);
                BinaryPrimitives.WriteInt64BigEndian(body, time.Ticks);
                body[8] = (byte)time.Kind;
                break;
            case DateTimeOffset time:
                body = BeginExtension(ScalarCode.DateTimeOffset, 10);
                BinaryPrimitives.WriteInt64BigEndian(body, time.Ticks);
                BinaryPrimitives.WriteInt16BigEndian(body[8..], (short)time.TotalOffsetMinutes);
                break;
            case TimeSpan time:
                BinaryPrimitives.WriteInt64BigEndian(BeginExtension(ScalarCode.TimeSpan, 8), time.Ticks);
                break;
            case DateOnly date:
                BinaryPrimitives.WriteInt32BigEndian(BeginExtension(ScalarCode.DateOnly, 4), date.DayNumber);
                break;
            case TimeOnly time:
                BinaryPrimitives.WriteInt64BigEndian(BeginExtension(ScalarCode.TimeOnly, 8), time.Ticks);
                break;
            case Guid guid:
                guid.TryWriteBytes(BeginExtension(ScalarCode.Guid, 16), bigEndian: true, out _);
                break;
            case char character:
                BinaryPrimitives.WriteUInt16BigEndian(BeginExtension(ScalarCode.Char, 2), character);
                break;
            case Version version:
                WriteTextExtension(ScalarCode.Version, version.ToString());
                break;
            case Uri uri when Utf16.IsWellFormed(uri.OriginalString):
                WriteTextExtension(ScalarCode.Uri, OriginalOf(uri));
                break;
            default:
                return false;
        }

        return true;
    }

    private void WriteText(string text)
    {
        if (!Utf16.IsWellFormed(text))
        {
            // UTF-8 has no place for a lone surrogate, and a replacement character would be a wrong value.
            MemoryMarshal.AsBytes(text.AsSpan()).CopyTo(BeginExtension(ScalarCode.Utf16Text, checked(2 * text.Length)));
            return;
        }

        int size = s_strictUtf8.GetByteCount(text);
        Span<byte> span = buffer.GetSpan(checked(LongestHeader + size));
        MessagePackPrimitives.TryWriteStringHeader(span, (uint)size, out int written);
        s_strictUtf8.GetBytes(text, span[written..]);
        buffer.Advance(written + size);
    }

    private void WriteSecureString(SecureString secret)
    {
        Span<byte> body = BeginExtension(ScalarCode.SecureString, 2 * secret.Length);
        IntPtr clear = Marshal.SecureStringToGlobalAllocUnicode(secret);
        try
        {
            for (int i = 0; i < secret.Length; i++)
            {
                BinaryPrimitives.WriteInt16LittleEndian(body[(2 * i)..], Marshal.ReadInt16(clear, 2 * i));
            }
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(clear);
        }
    }

    private void WriteDecimal(decimal number)
    {
        Span<int> parts = stackalloc int[4];
        decimal.GetBits(number, parts);
        Span<byte> body = BeginExtension(ScalarCode.Decimal, 16);
        for (int i = 0; i < parts.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(body[(4 * i)..], parts[i]);
        }
    }

    private void WriteTextExtension(ScalarCode code, string text) =>
        s_strictUtf8.GetBytes(text, BeginExtension(code, s_strictUtf8.GetByteCount(text)));

    /// <summary>A path that was said to be an absolute Uri would be read as a relative one.</summary>
    private static string OriginalOf(Uri uri) =>
        uri.IsAbsoluteUri && uri.OriginalString.StartsWith('/') ? uri.AbsoluteUri : uri.OriginalString;

    private void WriteTag(CompositeTag tag, byte detail) => BeginExtension((sbyte)tag, 1)[0] = detail;

    private Span<byte> BeginExtension(ScalarCode code, int size) => BeginExtension((sbyte)code, size);

    /// <summary>Writes the header and hands out the body to be filled.</summary>
    private Span<byte> BeginExtension(sbyte code, int size)
    {
        Span<byte> span = buffer.GetSpan(checked(LongestHeader + size));
        MessagePackPrimitives.TryWriteExtensionFormatHeader(span, new ExtensionHeader(code, (uint)size), out int written);
        buffer.Advance(written + size);
        return span.Slice(written, size);
    }

    private void WriteArrayHeader(int count)
    {
        MessagePackPrimitives.TryWriteArrayHeader(buffer.GetSpan(LongestHeader), (uint)count, out int written);
        buffer.Advance(written);
    }
}
