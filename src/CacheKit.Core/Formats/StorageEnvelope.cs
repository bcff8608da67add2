using System.IO.Hashing;
using System.Text.Unicode;
using CacheKit.Core.Cryptography;
using K4os.Compression.LZ4;
using MessagePack;
using static MessagePack.MessagePackPrimitives;

namespace CacheKit.Core.Formats;

/// <summary>How reading an envelope ended, in the order in which the faults are looked for.</summary>
public enum EnvelopeOutcome
{
    /// <summary>The content is whole.</summary>
    Success,

    /// <summary>The envelope, or the content that it declares, is larger than 512 MiB.</summary>
    InputTooLarge,

    /// <summary>The bytes do not have the form of an envelope.</summary>
    DeserializationFailed,

    /// <summary>It declares more than 1,000 times the size of its block, or has no block at all.</summary>
    DecompressionBomb,

    /// <summary>The block is not a whole LZ4 block, or gives more than the declared size.</summary>
    DecompressionFailed,

    /// <summary>The content is not the one that the checksum was computed of.</summary>
    ChecksumMismatch,

    /// <summary>The content is shorter than the declared size.</summary>
    SizeValidationFailed,
}

/// <summary>
/// The ByteStorage envelope: a MessagePack array of LZ4 block, checksum (array of eight integers: XXH3-64 of the
/// content, big-endian), size of the content and format (PROTOCOL section 5). It finds damage, not forgery.
/// </summary>
public static class StorageEnvelope
{
    /// <summary>The largest content, and the largest envelope, in bytes: 512 MiB.</summary>
    public const int LargestSize = 512 * 1024 * 1024;

    private const int LargestRatio = 1000;
    private const uint Fields = 4;
    private const uint ChecksumSize = 8;

    /// <summary>What the first array header and the longest block header take.</summary>
    private const int LongestStart = 1 + 5;

    /// <summary>The longest form of checksum, size and format.</summary>
    private const int LongestEnd = 1 + (2 * (int)ChecksumSize) + 5 + 8;

    private static ReadOnlySpan<byte> Format => "msgpack"u8;

    /// <summary>LZ4's form of nothing. The codec neither writes nor reads it, other members of the family do.</summary>
    private static ReadOnlySpan<byte> EmptyBlock => [0];

    /// <summary>Writes an envelope, its block as <c>bin</c>.</summary>
    /// <param name="content">The content.</param>
    /// <param name="destination">Takes the envelope.</param>
    /// <returns>
    /// Whether content and envelope are within <see cref="LargestSize"/>; if not, nothing is written.
    /// </returns>
    public static bool TryWrite(ReadOnlySpan<byte> content, SensitiveBuffer destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        if (content.Length > LargestSize)
        {
            return false;
        }

        int longestBlock = LZ4Codec.MaximumOutputSize(content.Length) + 1;
        Span<byte> span = destination.GetSpan(LongestStart + longestBlock + LongestEnd);
        int blockSize = Compress(content, span.Slice(LongestStart, longestBlock));
        TryWriteArrayHeader(span, Fields, out int position);
        TryWriteBinHeader(span[position..], (uint)blockSize, out int written);
        position += written;
        span.Slice(LongestStart, blockSize).CopyTo(span[position..]);
        position += blockSize;

        position += WriteChecksum(content, span[position..]);
        MessagePackPrimitives.TryWrite(span[position..], (uint)content.Length, out written);
        position += written;
        TryWriteStringHeader(span[position..], (uint)Format.Length, out written);
        Format.CopyTo(span[(position + written)..]);
        position += written + Format.Length;
        if (position > LargestSize)
        {
            return false;
        }

        destination.Advance(position);
        return true;
    }

    /// <summary>
    /// Reads untrusted bytes: exactly one envelope, its block as <c>bin</c> or as the array of integers that older
    /// writers made of it. Nothing is allocated before all sizes have been compared with what is there.
    /// </summary>
    /// <param name="envelope">The bytes.</param>
    /// <param name="destination">Takes the content; nothing is added to it unless all is well.</param>
    public static EnvelopeOutcome Read(ReadOnlySpan<byte> envelope, SensitiveBuffer destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        if (envelope.Length > LargestSize)
        {
            return EnvelopeOutcome.InputTooLarge;
        }

        Span<byte> checksum = stackalloc byte[(int)ChecksumSize];
        ReadOnlySpan<byte> rest = envelope;
        if (!MessagePackToken.TryTakeArray(ref rest, out uint fields)
            || fields != Fields
            || !TryFindBlock(ref rest, out EncodedBlock block)
            || !TryReadChecksum(ref rest, checksum)
            || !TryReadSize(ref rest, out long contentSize)
            || !IsFormat(rest))
        {
            return EnvelopeOutcome.DeserializationFailed;
        }

        if (contentSize > LargestSize)
        {
            return EnvelopeOutcome.InputTooLarge;
        }

        return block.Size == 0 || contentSize > (long)block.Size * LargestRatio
            ? EnvelopeOutcome.DecompressionBomb
            : Unpack(block, checksum, (int)contentSize, destination);
    }

    private static EnvelopeOutcome Unpack(
        EncodedBlock block,
        ReadOnlySpan<byte> checksum,
        int contentSize,
        SensitiveBuffer destination)
    {
        using SensitiveBuffer? decoded = block.IsBin ? null : SensitiveBuffer.Rent(block.Size);
        Span<byte> target = destination.GetSpan(contentSize)[..contentSize];
        int size = Decompress(decoded is null ? block.Bytes : block.Decode(decoded), target);
        if (size < 0)
        {
            target.Clear();
            return EnvelopeOutcome.DecompressionFailed;
        }

        Span<byte> actual = stackalloc byte[(int)ChecksumSize];
        XxHash3.Hash(target[..size], actual);
        if (!actual.SequenceEqual(checksum) || size != contentSize)
        {
            target.Clear();
            return actual.SequenceEqual(checksum)
                ? EnvelopeOutcome.SizeValidationFailed
                : EnvelopeOutcome.ChecksumMismatch;
        }

        destination.Advance(size);
        return EnvelopeOutcome.Success;
    }

    private static int Compress(ReadOnlySpan<byte> content, Span<byte> target)
    {
        if (!content.IsEmpty)
        {
            return LZ4Codec.Encode(content, target);
        }

        EmptyBlock.CopyTo(target);
        return EmptyBlock.Length;
    }

    private static int Decompress(ReadOnlySpan<byte> block, Span<byte> target) =>
        block.SequenceEqual(EmptyBlock) ? 0
        : target.IsEmpty ? -1
        : LZ4Codec.Decode(block, target);

    private static int WriteChecksum(ReadOnlySpan<byte> content, Span<byte> target)
    {
        Span<byte> checksum = stackalloc byte[(int)ChecksumSize];
        XxHash3.Hash(content, checksum);
        TryWriteArrayHeader(target, ChecksumSize, out int position);
        foreach (byte part in checksum)
        {
            MessagePackPrimitives.TryWrite(target[position..], part, out int written);
            position += written;
        }

        return position;
    }

    private static bool TryFindBlock(ref ReadOnlySpan<byte> bytes, out EncodedBlock block)
    {
        if (MessagePackToken.TryTakeBody(ref bytes, MessagePackType.Binary, out ReadOnlySpan<byte> body))
        {
            block = new EncodedBlock(body, body.Length, isBin: true);
            return true;
        }

        block = default;
        if (!MessagePackToken.TryTakeArray(ref bytes, out uint length) || length > (uint)bytes.Length)
        {
            return false;
        }

        ReadOnlySpan<byte> items = bytes;
        for (uint i = 0; i < length; i++)
        {
            if (!TryReadByte(ref bytes, out _))
            {
                return false;
            }
        }

        block = new EncodedBlock(items, (int)length, isBin: false);
        return true;
    }

    private static bool TryReadChecksum(ref ReadOnlySpan<byte> bytes, scoped Span<byte> checksum)
    {
        if (!MessagePackToken.TryTakeArray(ref bytes, out uint length) || length != ChecksumSize)
        {
            return false;
        }

        foreach (ref byte part in checksum)
        {
            if (!TryReadByte(ref bytes, out part))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryReadByte(ref ReadOnlySpan<byte> bytes, out byte value)
    {
        bool success = MessagePackToken.TryTakeInteger(ref bytes, out long number)
            && number is >= 0 and <= byte.MaxValue;
        value = success ? (byte)number : default;
        return success;
    }

    private static bool TryReadSize(ref ReadOnlySpan<byte> bytes, out long value)
    {
        value = 0;
        if (!MessagePackToken.TryRead(bytes, out MessagePackToken token) || token.Type != MessagePackType.Integer)
        {
            return false;
        }

        bytes = bytes[token.Size..];
        if (!token.TryGetInteger(out value))
        {
            // Well-formed, and too large whatever it is exactly.
            value = long.MaxValue;
        }

        return value >= 0;
    }

    /// <summary>
    /// Whether the rest is one text. Which format it names is for the configuration to know, not for the bytes.
    /// </summary>
    private static bool IsFormat(ReadOnlySpan<byte> bytes) =>
        MessagePackToken.TryTakeBody(ref bytes, MessagePackType.String, out ReadOnlySpan<byte> format)
        && bytes.IsEmpty
        && Utf8.IsValid(format);

    /// <summary>An LZ4 block as the envelope has it: bytes, or integers that stand for bytes.</summary>
    private readonly ref struct EncodedBlock(ReadOnlySpan<byte> bytes, int size, bool isBin)
    {
        public ReadOnlySpan<byte> Bytes { get; } = bytes;

        /// <summary>The size of the block itself in bytes.</summary>
        public int Size { get; } = size;

        public bool IsBin { get; } = isBin;

        public ReadOnlySpan<byte> Decode(SensitiveBuffer destination)
        {
            ReadOnlySpan<byte> rest = Bytes;
            for (int i = 0; i < Size; i++)
            {
                TryReadByte(ref rest, out byte value);
                destination.Write(value);
            }

            return destination.WrittenSpan;
        }
    }
}
