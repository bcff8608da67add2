using System.Text;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Formats;
using MessagePack;

namespace CacheKit.Core.Serialization;

/// <summary>Appends the tokens of MessagePack to a buffer, each number and header in its shortest form.</summary>
/// <param name="buffer">Takes the bytes; it never grows over <see cref="PlaintextLayout.LargestValue"/>.</param>
/// <remarks>
/// A member that throws is <see cref="ValueTooLargeException"/>: the document would be larger than a reader takes.
/// </remarks>
internal readonly struct MessagePackTokens(SensitiveBuffer buffer)
{
    /// <summary>The longest number or header, in bytes.</summary>
    public const int LongestToken = 9;

    private static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, true);

    /// <summary>Writes nil.</summary>
    public void WriteNil()
    {
        MessagePackPrimitives.TryWriteNil(Span(1), out int written);
        buffer.Advance(written);
    }

    /// <summary>Writes true or false.</summary>
    /// <param name="flag">Which.</param>
    public void Write(bool flag)
    {
        MessagePackPrimitives.TryWrite(Span(1), flag, out int written);
        buffer.Advance(written);
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
    /// <returns>The size of its UTF-8 bytes, which are the last of the buffer.</returns>
    public int Write(string text)
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
