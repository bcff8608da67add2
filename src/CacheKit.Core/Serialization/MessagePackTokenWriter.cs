using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Formats;
using MessagePack;

namespace CacheKit.Core.Serialization;

/// <summary>Appends the tokens of MessagePack to a buffer, each number and header in its shortest form.</summary>
/// <param name="buffer">Takes the bytes; it never grows over <see cref="PlaintextLayout.LargestValue"/>.</param>
/// <remarks>
/// A member that throws is <see cref="ValueTooLargeException"/>: the document would be larger than a reader takes.
/// </remarks>
internal readonly struct MessagePackTokenWriter(SensitiveBuffer buffer)
{
    /// <summary>The longest number or header, in bytes.</summary>
    public const int LongestToken = 9;

    /// <summary>Characters whose UTF-8 bytes have a header of two bytes at most, whatever they are.</summary>
    private const int FewCharacters = byte.MaxValue / MostBytesOfCharacter;

    /// <summary>A surrogate pair is two characters and takes four.</summary>
    private const int MostBytesOfCharacter = 3;

    private const int LongestFixedText = MessagePackRange.MaxFixStringLength;

    private static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, true);

    /// <summary>Writes nil.</summary>
    public void WriteNil()
    {
        Span(1)[0] = MessagePackCode.Nil;
        buffer.Advance(1);
    }

    /// <summary>Writes true or false.</summary>
    /// <param name="flag">Which.</param>
    public void Write(bool flag)
    {
        Span(1)[0] = flag ? MessagePackCode.True : MessagePackCode.False;
        buffer.Advance(1);
    }

    /// <summary>Writes an integer.</summary>
    /// <param name="number">The integer.</param>
    public void Write(long number)
    {
        MessagePackPrimitives.TryWrite(Span(LongestToken), number, out int written);
        buffer.Advance(written);
    }

    /// <summary>Writes an integer.</summary>
    /// <param name="number">The integer.</param>
    public void Write(ulong number)
    {
        MessagePackPrimitives.TryWrite(Span(LongestToken), number, out int written);
        buffer.Advance(written);
    }

    /// <summary>Writes a number of 64 bits with a fraction; never the shorter form of 32 bits.</summary>
    /// <param name="number">The number.</param>
    public void Write(double number)
    {
        MessagePackPrimitives.TryWrite(Span(LongestToken), number, out int written);
        buffer.Advance(written);
    }

    /// <summary>Writes bytes.</summary>
    /// <param name="bytes">The bytes.</param>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        Span<byte> span = Span((long)LongestToken + bytes.Length);
        MessagePackPrimitives.TryWriteBinHeader(span, (uint)bytes.Length, out int written);
        bytes.CopyTo(span[written..]);
        buffer.Advance(written + bytes.Length);
    }

    /// <summary>Writes text.</summary>
    /// <param name="text">The text; every surrogate has its partner.</param>
    public void Write(string text) => TryWrite(text, out _);

    /// <summary>Writes text, unless a surrogate is without its partner.</summary>
    /// <param name="text">The text.</param>
    /// <param name="size">The size of its UTF-8 bytes, which are the last of the buffer.</param>
    /// <returns>Whether it is well-formed; else nothing is written.</returns>
    public bool TryWrite(string text, out int size)
    {
        if (text.Length <= FewCharacters)
        {
            return TryWriteShort(text, out size);
        }

        // Each character takes a byte at least; counting those of longer text would fail otherwise.
        ValueTooLargeException.ThrowIfOver(text.Length);
        bool isWellFormed = Utf16.IsWellFormed(text);
        size = isWellFormed ? WriteLong(text) : 0;
        return isWellFormed;
    }

    /// <summary>Checks and encodes in one go, behind a header as long as it will be if the text is ASCII.</summary>
    private bool TryWriteShort(string text, out int size)
    {
        Span<byte> span = Span(LongestToken + (MostBytesOfCharacter * text.Length));
        int header = text.Length <= LongestFixedText ? 1 : 2;
        OperationStatus status =
            Utf8.FromUtf16(text, span[header..], out _, out size, replaceInvalidSequences: false);
        if (status != OperationStatus.Done)
        {
            CryptographicOperations.ZeroMemory(span[..(header + size)]);
            return false;
        }

        if (header == 1 && size > LongestFixedText)
        {
            span.Slice(header, size).CopyTo(span[2..]);
        }

        if (size <= LongestFixedText)
        {
            span[0] = (byte)(MessagePackCode.MinFixStr + size);
        }
        else
        {
            header = 2;
            span[0] = MessagePackCode.Str8;
            span[1] = (byte)size;
        }

        buffer.Advance(header + size);
        return true;
    }

    private int WriteLong(string text)
    {
        int size = s_strictUtf8.GetByteCount(text);
        Span<byte> span = Span((long)LongestToken + size);
        MessagePackPrimitives.TryWriteStringHeader(span, (uint)size, out int written);
        s_strictUtf8.GetBytes(text, span[written..]);
        buffer.Advance(written + size);
        return size;
    }

    /// <summary>Writes the header of an array.</summary>
    /// <param name="count">How many items follow.</param>
    public void WriteArrayHeader(int count)
    {
        MessagePackPrimitives.TryWriteArrayHeader(Span(LongestToken), (uint)count, out int written);
        buffer.Advance(written);
    }

    /// <summary>Writes the header of a map.</summary>
    /// <param name="count">How many pairs follow.</param>
    public void WriteMapHeader(int count)
    {
        MessagePackPrimitives.TryWriteMapHeader(Span(LongestToken), (uint)count, out int written);
        buffer.Advance(written);
    }

    private Span<byte> Span(long size)
    {
        ValueTooLargeException.ThrowIfOver(buffer.Length + size);
        return buffer.GetSpan((int)size);
    }
}
