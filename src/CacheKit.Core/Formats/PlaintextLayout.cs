using System.Security.Cryptography;
using System.Text;
using CacheKit.Core.Cryptography;
using K4os.Compression.LZ4;
using MessagePack;

namespace CacheKit.Core.Formats;

/// <summary>
/// What is encrypted: the digest of what identifies the entry, the item's name (MessagePack text, or nil), then the
/// serialized value. A compressed value is its size (MessagePack integer) and an LZ4 block (DESIGN sections 7 and 8,
/// docs/formats.md).
/// </summary>
internal static class PlaintextLayout
{
    /// <summary>Values up to this size in bytes are never compressed.</summary>
    public const int CompressionThreshold = 1024;

    /// <summary>No value is larger than this when decompressed: 512 MiB (PROTOCOL section 5).</summary>
    public const int LargestValue = 512 * 1024 * 1024;

    /// <summary>An LZ4 block expands at most by this factor (PROTOCOL section 5).</summary>
    private const int LargestRatio = 1000;

    private const int LongestHeader = 5;

    /// <summary>Writes the clear text of an entry.</summary>
    /// <param name="destination">Takes it.</param>
    /// <param name="digest">The digest of what identifies the entry.</param>
    /// <param name="name">The item's name, or null.</param>
    /// <param name="value">The serialized value.</param>
    /// <param name="compress">Whether it may be compressed.</param>
    /// <returns>Whether the value was compressed: it is when that makes it smaller.</returns>
    public static bool Write(
        SensitiveBuffer destination,
        in IdentityDigest digest,
        string? name,
        ReadOnlySpan<byte> value,
        bool compress = true)
    {
        destination.Write(digest.Bytes);
        WriteName(destination, name);
        if (compress && value.Length is > CompressionThreshold and <= LargestValue && TryCompress(destination, value))
        {
            return true;
        }

        destination.Write(value);
        return false;
    }

    /// <summary>Finds the value.</summary>
    /// <param name="plaintext">The clear text behind the digest.</param>
    /// <param name="valueStart">Where the name ends and the value begins.</param>
    /// <returns>Whether the clear text has this layout.</returns>
    public static bool TryFindValue(ReadOnlySpan<byte> plaintext, out int valueStart)
    {
        valueStart = 1;
        if (plaintext is [MessagePackCode.Nil, ..])
        {
            return true;
        }

        ReadOnlySpan<byte> rest = plaintext;
        bool success = MessagePackToken.TryTakeBody(ref rest, MessagePackType.String, out _);
        valueStart = plaintext.Length - rest.Length;
        return success;
    }

    /// <summary>Reads the name.</summary>
    /// <param name="nameBytes">The clear text up to where <see cref="TryFindValue"/> found the value.</param>
    /// <returns>The name, or null.</returns>
    public static string? ReadName(ReadOnlySpan<byte> nameBytes) =>
        MessagePackToken.TryTakeBody(ref nameBytes, MessagePackType.String, out ReadOnlySpan<byte> name)
            ? Encoding.UTF8.GetString(name)
            : null;

    /// <summary>Decompresses a value.</summary>
    /// <param name="compressed">Its size and block.</param>
    /// <param name="destination">Takes the value.</param>
    /// <returns>Whether the block is whole and gives exactly the size it declares.</returns>
    public static bool TryDecompress(ReadOnlySpan<byte> compressed, SensitiveBuffer destination)
    {
        ReadOnlySpan<byte> block = compressed;
        if (!MessagePackToken.TryTakeInteger(ref block, out long length)
            || length is < 0 or > LargestValue
            || length > (long)block.Length * LargestRatio)
        {
            return false;
        }

        Span<byte> target = destination.GetSpan((int)length)[..(int)length];
        if (LZ4Codec.Decode(block, target) != (int)length)
        {
            // Not counted as written, hence nobody else zeroes it.
            CryptographicOperations.ZeroMemory(target);
            return false;
        }

        destination.Advance((int)length);
        return true;
    }

    private static void WriteName(SensitiveBuffer destination, string? name)
    {
        if (name is null)
        {
            destination.Write(MessagePackCode.Nil);
            return;
        }

        int size = Encoding.UTF8.GetByteCount(name);
        Span<byte> span = destination.GetSpan(LongestHeader + size);
        MessagePackPrimitives.TryWriteStringHeader(span, (uint)size, out int written);
        Encoding.UTF8.GetBytes(name, span[written..]);
        destination.Advance(written + size);
    }

    private static bool TryCompress(SensitiveBuffer destination, ReadOnlySpan<byte> value)
    {
        // A destination one byte smaller than the value makes the codec give up where compression does not help.
        Span<byte> span = destination.GetSpan(LongestHeader + value.Length);
        MessagePackPrimitives.TryWrite(span, (uint)value.Length, out int header);
        int size = LZ4Codec.Encode(value, span.Slice(header, value.Length - header - 1));
        if (size <= 0 || value.Length > (long)size * LargestRatio)
        {
            return false;
        }

        destination.Advance(header + size);
        return true;
    }
}
