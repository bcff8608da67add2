using System.Text;
using System.Text.Unicode;
using CacheKit.Core.Cryptography;
using MessagePack;
using static MessagePack.MessagePackPrimitives;

namespace CacheKit.Core.Formats;

/// <summary>
/// The plain entry: <c>43 4B 50 01 | flags u8 with bit 0 set | 0 u8 | storage envelope</c>. The envelope's content is
/// a MessagePack array of created, fresh for, keep for, serializer and name, and then the serialized value (DESIGN
/// section 8, docs/formats.md). Nothing authenticates it: whoever can write to the store can make one.
/// </summary>
public static class PlainFrame
{
    /// <summary>Bytes before the envelope: magic, version, flags, zero.</summary>
    public const int PrefixSize = 6;

    /// <summary>The flag that tells a plain entry from an encrypted one.</summary>
    public const byte PlainFlag = 0x01;

    private const uint HeaderItems = 5;

    /// <summary>Array header, three times, serializer, and the header of a name.</summary>
    private const int LongestHeader = 1 + (3 * 9) + 32 + 5;

    private static ReadOnlySpan<byte> Prefix => [(byte)'C', (byte)'K', (byte)'P', 1, PlainFlag, 0];

    /// <summary>Writes an entry.</summary>
    /// <param name="header">Times and serializer; it has no fingerprint, and its envelope is always compressed.</param>
    /// <param name="name">The item's name, or null when the key was derived.</param>
    /// <param name="value">The serialized value.</param>
    /// <returns>The entry, or null when its content is larger than 512 MiB.</returns>
    public static byte[]? Write(in EntryHeader header, string? name, ReadOnlySpan<byte> value)
    {
        int nameSize = name is null ? 0 : Encoding.UTF8.GetByteCount(name);
        if (value.Length > StorageEnvelope.LargestSize - LongestHeader - nameSize)
        {
            return null;
        }

        using SensitiveBuffer content = SensitiveBuffer.Rent(LongestHeader + nameSize + value.Length);
        WriteHeader(content, header, name, nameSize);
        content.Write(value);
        using SensitiveBuffer frame = SensitiveBuffer.Rent();
        frame.Write(Prefix);
        return StorageEnvelope.TryWrite(content.WrittenSpan, frame) ? frame.WrittenSpan.ToArray() : null;
    }

    /// <summary>Reads untrusted bytes.</summary>
    /// <param name="frame">The whole entry.</param>
    /// <param name="content">Empty; takes the content of the envelope.</param>
    /// <param name="header">Times and serializer, which nobody vouches for.</param>
    /// <param name="nameStart">Where the name begins in the content: a MessagePack str, or nil.</param>
    /// <param name="valueStart">Where the serialized value begins in the content.</param>
    /// <returns>Whether they are a whole plain entry of this version.</returns>
    public static bool TryRead(
        ReadOnlySpan<byte> frame,
        SensitiveBuffer content,
        out EntryHeader header,
        out int nameStart,
        out int valueStart)
    {
        ArgumentNullException.ThrowIfNull(content);
        header = default;
        nameStart = 0;
        valueStart = 0;
        if (!frame.StartsWith(Prefix)
            || StorageEnvelope.Read(frame[PrefixSize..], content) != EnvelopeOutcome.Success)
        {
            return false;
        }

        ReadOnlySpan<byte> rest = content.WrittenSpan;
        if (!TryReadHeader(ref rest, out header, out int nameSize))
        {
            return false;
        }

        valueStart = content.Length - rest.Length;
        nameStart = valueStart - nameSize;
        return true;
    }

    private static void WriteHeader(SensitiveBuffer content, in EntryHeader header, string? name, int nameSize)
    {
        Span<byte> span = content.GetSpan(LongestHeader + nameSize);
        TryWriteArrayHeader(span, HeaderItems, out int position);
        foreach (long time in (ReadOnlySpan<long>)[header.CreatedUnixMs, header.FreshForMs, header.KeepForMs])
        {
            TryWrite(span[position..], time, out int size);
            position += size;
        }

        ReadOnlySpan<byte> serializer = NativeFrame.NameOf(header.Serializer);
        TryWriteStringHeader(span[position..], (uint)serializer.Length, out int written);
        position += written;
        serializer.CopyTo(span[position..]);
        position += serializer.Length;
        if (name is null)
        {
            span[position++] = MessagePackCode.Nil;
        }
        else
        {
            TryWriteStringHeader(span[position..], (uint)nameSize, out written);
            position += written;
            position += Encoding.UTF8.GetBytes(name, span[position..]);
        }

        content.Advance(position);
    }

    private static bool TryReadHeader(ref ReadOnlySpan<byte> bytes, out EntryHeader header, out int nameSize)
    {
        header = default;
        nameSize = 0;
        if (!MessagePackToken.TryTakeArray(ref bytes, out uint items)
            || items != HeaderItems
            || !NativeFrame.TryReadTime(ref bytes, out long created)
            || !NativeFrame.TryReadTime(ref bytes, out long freshFor)
            || !NativeFrame.TryReadTime(ref bytes, out long keepFor)
            || !NativeFrame.TryReadSerializer(ref bytes, out SerializerKind serializer)
            || !PlaintextLayout.TryFindValue(bytes, out nameSize)
            || !HasText(bytes[..nameSize]))
        {
            return false;
        }

        header = new EntryHeader(default, created, freshFor, keepFor, serializer, Compressed: true);
        bytes = bytes[nameSize..];
        return true;
    }

    /// <summary>Nobody vouches for the bytes of a name, unlike those of an encrypted one.</summary>
    private static bool HasText(ReadOnlySpan<byte> name) =>
        !MessagePackToken.TryTakeBody(ref name, MessagePackType.String, out ReadOnlySpan<byte> text)
        || Utf8.IsValid(text);
}
