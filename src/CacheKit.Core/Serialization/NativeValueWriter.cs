using System.Runtime.InteropServices;
using System.Security;
using System.Text;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Formats;
using MessagePack;

namespace CacheKit.Core.Serialization;

/// <summary>
/// Writes the native value format: MessagePack, with extension types for what MessagePack does not tell apart
/// (docs/formats.md). Everything it writes comes back with the same type.
/// </summary>
/// <param name="buffer">Takes the bytes; it may hold secrets, hence its type.</param>
public sealed partial class NativeValueWriter(SensitiveBuffer buffer) : ValueWriter
{
    /// <summary>The longest header of a MessagePack token.</summary>
    private const int LongestHeader = 6;

    private const int LargestDocument = PlaintextLayout.LargestValue;

    private static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, true);

    /// <summary>Whether a SecureString is among what was written.</summary>
    public bool HoldsSecret { get; private set; }

    /// <summary>Begins the document: the objects that a block wrote.</summary>
    /// <param name="count">How many follow.</param>
    public void BeginOutput(int count) => WriteArrayHeader(count);

    /// <inheritdoc/>
    public override void WriteNull()
    {
        MessagePackPrimitives.TryWriteNil(Span(1), out int written);
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
                MessagePackPrimitives.TryWrite(Span(LongestHeader), number, out written);
                buffer.Advance(written);
                return true;
            case bool flag:
                MessagePackPrimitives.TryWrite(Span(1), flag, out written);
                buffer.Advance(written);
                return true;
            case double number:
                MessagePackPrimitives.TryWrite(Span(9), number, out written);
                buffer.Advance(written);
                return true;
            case float number:
                MessagePackPrimitives.TryWrite(Span(LongestHeader), number, out written);
                buffer.Advance(written);
                return true;
            // To the runtime, an sbyte[] and an array of enums are a byte[] too.
            case byte[] bytes when value.GetType() == typeof(byte[]):
                Span<byte> body = Span(LongestHeader + (long)bytes.Length);
                MessagePackPrimitives.TryWriteBinHeader(body, (uint)bytes.Length, out written);
                bytes.CopyTo(body[written..]);
                buffer.Advance(written + bytes.Length);
                return true;
            case SecureString secret:
                HoldsSecret = true;
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
            WriteArrayHeader(count + 1L);
            WriteTag(CompositeTag.TypedArray, (byte)code);
        }

        return true;
    }

    private void WriteText(string text)
    {
        if (!Utf16.IsWellFormed(text))
        {
            // UTF-8 has no place for a lone surrogate, and a replacement character would be a wrong value.
            MemoryMarshal.AsBytes(text.AsSpan()).CopyTo(BeginExtension(ScalarCode.Utf16Text, 2L * text.Length));
            return;
        }

        int size = s_strictUtf8.GetByteCount(text);
        Span<byte> span = Span(LongestHeader + (long)size);
        MessagePackPrimitives.TryWriteStringHeader(span, (uint)size, out int written);
        s_strictUtf8.GetBytes(text, span[written..]);
        buffer.Advance(written + size);
    }

    private void WriteTag(CompositeTag tag, byte detail) => BeginExtension((sbyte)tag, 1)[0] = detail;

    private Span<byte> BeginExtension(ScalarCode code, long size) => BeginExtension((sbyte)code, size);

    /// <summary>Writes the header and hands out the body to be filled.</summary>
    private Span<byte> BeginExtension(sbyte code, long size)
    {
        Span<byte> span = Span(LongestHeader + size);
        int length = (int)size;
        MessagePackPrimitives.TryWriteExtensionFormatHeader(
            span, new ExtensionHeader(code, (uint)size), out int written);
        buffer.Advance(written + length);
        return span.Slice(written, length);
    }

    private void WriteMapHeader(int count)
    {
        MessagePackPrimitives.TryWriteMapHeader(Span(LongestHeader), (uint)count, out int written);
        buffer.Advance(written);
    }

    /// <summary>Writes a header. Each item takes a byte at least: what cannot fit is refused here.</summary>
    private void WriteArrayHeader(long count)
    {
        if (count > LargestDocument)
        {
            throw new ValueTooLargeException();
        }

        MessagePackPrimitives.TryWriteArrayHeader(Span(LongestHeader), (uint)count, out int written);
        buffer.Advance(written);
    }

    /// <summary>
    /// Room for so many bytes. The limit is checked first: the buffer never grows for what cannot be read.
    /// </summary>
    private Span<byte> Span(long size) => size <= LargestDocument - buffer.Length
        ? buffer.GetSpan((int)size)
        : throw new ValueTooLargeException();
}
