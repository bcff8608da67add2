using System.Buffers.Binary;
using CacheKit.Core.Cryptography;
using MessagePack;

namespace CacheKit.Core.Formats;

/// <summary>How the clear text of an entry is written.</summary>
public enum SerializerKind
{
    /// <summary>MessagePack with our extension types: full fidelity (docs/formats.md).</summary>
    PowerShell,

    /// <summary>MessagePack that other languages read (PROTOCOL section 7.3, value profile).</summary>
    MessagePack,

    /// <summary>JSON.</summary>
    Json,

    /// <summary>An Arrow IPC stream.</summary>
    Arrow,
}

/// <summary>The readable, authenticated part of a native entry.</summary>
/// <param name="Fingerprint">Which key sealed it.</param>
/// <param name="CreatedUnixMs">When, in milliseconds since 1970 UTC.</param>
/// <param name="FreshForMs">For how long it is fresh, in milliseconds from then.</param>
/// <param name="KeepForMs">For how long it may be kept (stale-if-error included), in milliseconds from then.</param>
/// <param name="Serializer">How its clear text is written.</param>
/// <param name="Compressed">Whether its value is an LZ4 block.</param>
/// <param name="HasDigest">Whether its clear text begins with an <see cref="IdentityDigest"/>.</param>
public readonly record struct EntryHeader(
    KeyFingerprint Fingerprint,
    long CreatedUnixMs,
    long FreshForMs,
    long KeepForMs,
    SerializerKind Serializer,
    bool Compressed,
    bool HasDigest = false);

/// <summary>
/// The native entry: <c>43 4B 50 01 | flags u8 | 0 u8 | header_len u16 | header | nonce 12 | ciphertext | tag 16</c>
/// with a MessagePack array of six as its header (DESIGN section 8, docs/formats.md).
/// </summary>
public static class NativeFrame
{
    /// <summary>Bytes before the header: magic, version, flags, zero, header length.</summary>
    public const int PrefixSize = 8;

    /// <summary>The longest header that this version writes.</summary>
    public const int LongestHeader = 1 + 2 + KeyFingerprint.Size + (3 * 9) + 1 + 10 + 1;

    /// <summary>The flag of an entry whose clear text begins with an <see cref="IdentityDigest"/>.</summary>
    private const byte DigestFlag = 0x02;

    private const uint HeaderItems = 6;

    private static ReadOnlySpan<byte> Magic => "CKP\u0001"u8;

    /// <summary>The name of a serializer, as header and associated data say it.</summary>
    /// <param name="serializer">The serializer.</param>
    public static ReadOnlySpan<byte> NameOf(SerializerKind serializer) => serializer switch
    {
        SerializerKind.PowerShell => "powershell"u8,
        SerializerKind.MessagePack => "msgpack"u8,
        SerializerKind.Json => "json"u8,
        SerializerKind.Arrow => "arrow"u8,
        _ => throw new ArgumentOutOfRangeException(nameof(serializer)),
    };

    /// <summary>Writes prefix and header; returns their size.</summary>
    /// <param name="header">The header.</param>
    /// <param name="destination">Takes up to <see cref="PrefixSize"/> plus <see cref="LongestHeader"/> bytes.</param>
    public static int WriteStart(in EntryHeader header, Span<byte> destination)
    {
        Span<byte> body = destination[PrefixSize..];
        Cursor cursor = new(body);
        MessagePackPrimitives.TryWriteArrayHeader(cursor.Rest, HeaderItems, out int written);
        cursor.Advance(written);
        MessagePackPrimitives.TryWriteBinHeader(cursor.Rest, KeyFingerprint.Size, out written);
        cursor.Advance(written);
        header.Fingerprint.CopyTo(cursor.Rest);
        cursor.Advance(KeyFingerprint.Size);
        cursor.Write(header.CreatedUnixMs);
        cursor.Write(header.FreshForMs);
        cursor.Write(header.KeepForMs);
        ReadOnlySpan<byte> name = NameOf(header.Serializer);
        MessagePackPrimitives.TryWriteStringHeader(cursor.Rest, (uint)name.Length, out written);
        cursor.Advance(written);
        name.CopyTo(cursor.Rest);
        cursor.Advance(name.Length);
        MessagePackPrimitives.TryWrite(cursor.Rest, header.Compressed, out written);
        cursor.Advance(written);

        Magic.CopyTo(destination);
        destination[4] = header.HasDigest ? DigestFlag : (byte)0;
        destination[5] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(destination[6..], (ushort)cursor.Position);
        return PrefixSize + cursor.Position;
    }

    /// <summary>
    /// Reads prefix and header of untrusted bytes. What it returns means nothing until the entry has been opened.
    /// </summary>
    /// <param name="frame">The whole entry.</param>
    /// <param name="header">The header.</param>
    /// <param name="start">The size of prefix and header, where the sealed bytes begin.</param>
    /// <returns>Whether the bytes have the form of an encrypted native entry of this version.</returns>
    public static bool TryReadStart(ReadOnlySpan<byte> frame, out EntryHeader header, out int start)
    {
        header = default;
        start = 0;
        if (frame.Length < PrefixSize + EntryCipher.Overhead
            || !frame.StartsWith(Magic)
            || (frame[4] & ~DigestFlag) != 0
            || frame[5] != 0)
        {
            return false;
        }

        start = PrefixSize + BinaryPrimitives.ReadUInt16BigEndian(frame[6..]);
        if (start > frame.Length - EntryCipher.Overhead || !TryReadHeader(frame[PrefixSize..start], out header))
        {
            return false;
        }

        header = header with { HasDigest = (frame[4] & DigestFlag) != 0 };
        return true;
    }

    private static bool TryReadHeader(ReadOnlySpan<byte> bytes, out EntryHeader header)
    {
        header = default;
        if (!MessagePackToken.TryTakeArray(ref bytes, out uint items)
            || items != HeaderItems
            || !MessagePackToken.TryTakeBody(ref bytes, MessagePackType.Binary, out ReadOnlySpan<byte> fingerprint)
            || fingerprint.Length != KeyFingerprint.Size
            || !TryReadTime(ref bytes, out long created)
            || !TryReadTime(ref bytes, out long freshFor)
            || !TryReadTime(ref bytes, out long keepFor)
            || !TryReadSerializer(ref bytes, out SerializerKind serializer)
            || bytes is not [MessagePackCode.False or MessagePackCode.True])
        {
            return false;
        }

        header = new EntryHeader(
            KeyFingerprint.FromBytes(fingerprint),
            created,
            freshFor,
            keepFor,
            serializer,
            Compressed: bytes[0] == MessagePackCode.True);
        return true;
    }

    /// <summary>Reads a time, bounded so that sums of two never overflow.</summary>
    internal static bool TryReadTime(ref ReadOnlySpan<byte> bytes, out long value) =>
        MessagePackToken.TryTakeInteger(ref bytes, out value) && value is >= 0 and <= long.MaxValue / 4;

    /// <summary>Reads the name of a serializer.</summary>
    internal static bool TryReadSerializer(ref ReadOnlySpan<byte> bytes, out SerializerKind serializer)
    {
        serializer = SerializerKind.PowerShell;
        if (!MessagePackToken.TryTakeBody(ref bytes, MessagePackType.String, out ReadOnlySpan<byte> name))
        {
            return false;
        }

        for (; serializer <= SerializerKind.Arrow; serializer++)
        {
            if (name.SequenceEqual(NameOf(serializer)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A position in a span that is being written.</summary>
    private ref struct Cursor(Span<byte> destination)
    {
        private readonly Span<byte> _destination = destination;

        public int Position { get; private set; }

        public readonly Span<byte> Rest => _destination[Position..];

        public void Advance(int count) => Position += count;

        public void Write(long value)
        {
            MessagePackPrimitives.TryWrite(Rest, value, out int written);
            Position += written;
        }
    }
}
