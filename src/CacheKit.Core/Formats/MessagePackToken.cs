using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using MessagePack;

namespace CacheKit.Core.Formats;

/// <summary>
/// The head of a MessagePack value: its code, and the number or length behind that. Whatever reads MessagePack here
/// reads it with this. The bytes are untrusted: a length may declare more than there is, except for the body that
/// <see cref="TryTakeBody"/> returns.
/// </summary>
/// <remarks>
/// The library's own primitives throw where a number is too large, and their first use compiles some fifty methods,
/// which a script waits for at its first hit. For the same reason these are fields: an accessor is a method, too.
/// </remarks>
internal struct MessagePackToken
{
    public byte Code;

    public MessagePackType Type;

    public sbyte ExtensionCode;

    /// <summary>How many bytes the head takes, those of a number included.</summary>
    public int Size;

    /// <summary>
    /// The items of an array, the pairs of a map, the bytes of a body, the bits of a float; the 64 bits of an integer,
    /// which is signed unless its code is <see cref="MessagePackCode.UInt64"/>; one for true.
    /// </summary>
    public ulong Number;

    /// <summary>
    /// How many bytes of a number or length follow the codes from <see cref="MessagePackCode.Nil"/> on.
    /// </summary>
    private static ReadOnlySpan<byte> Widths =>
    [
        0, 0, 0, 0, // nil, nothing, false, true
        1, 2, 4, // bin
        1, 2, 4, // ext
        4, 8, // float
        1, 2, 4, 8, // uint
        1, 2, 4, 8, // int
        0, 0, 0, 0, 0, // fixext
        1, 2, 4, // str
        2, 4, // array
        2, 4, // map
    ];

    /// <summary>Reads the token that bytes begin with.</summary>
    /// <param name="bytes">The bytes, untrusted.</param>
    /// <param name="token">The token; when it is cut off, only its code and type are known.</param>
    /// <returns>Whether it is whole.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRead(ReadOnlySpan<byte> bytes, out MessagePackToken token)
    {
        token = default;
        if (bytes.IsEmpty)
        {
            return false;
        }

        byte code = bytes[0];
        token.Code = code;
        token.Size = 1;
        switch (code)
        {
            case <= MessagePackCode.MaxFixInt:
                token.Type = MessagePackType.Integer;
                token.Number = code;
                return true;
            case <= MessagePackCode.MaxFixMap:
                token.Type = MessagePackType.Map;
                token.Number = code & 0x0Fu;
                return true;
            case <= MessagePackCode.MaxFixArray:
                token.Type = MessagePackType.Array;
                token.Number = code & 0x0Fu;
                return true;
            case <= MessagePackCode.MaxFixStr:
                token.Type = MessagePackType.String;
                token.Number = code & 0x1Fu;
                return true;
            case >= MessagePackCode.MinNegativeFixInt:
                token.Type = MessagePackType.Integer;
                token.Number = unchecked((ulong)(sbyte)code);
                return true;
            default:
                token.Type = MessagePackCode.ToMessagePackType(code);
                return TryReadNumber(bytes, ref token);
        }
    }

    /// <summary>Reads an integer of any of MessagePack's forms.</summary>
    /// <param name="bytes">They begin with it; then what is behind it.</param>
    /// <param name="value">The integer.</param>
    /// <returns>Whether there is a whole integer, and a <see cref="long"/> holds it.</returns>
    public static bool TryTakeInteger(ref ReadOnlySpan<byte> bytes, out long value)
    {
        value = 0;
        bool success = TryRead(bytes, out MessagePackToken token) && token.TryGetInteger(out value);
        bytes = success ? bytes[token.Size..] : bytes;
        return success;
    }

    /// <summary>Reads the head of an array.</summary>
    /// <param name="bytes">They begin with it; then the items.</param>
    /// <param name="items">How many items it declares.</param>
    /// <returns>Whether there is one.</returns>
    public static bool TryTakeArray(ref ReadOnlySpan<byte> bytes, out uint items)
    {
        bool success = TryRead(bytes, out MessagePackToken token) && token.Type == MessagePackType.Array;
        items = success ? (uint)token.Number : 0;
        bytes = success ? bytes[token.Size..] : bytes;
        return success;
    }

    /// <summary>Reads text or bytes.</summary>
    /// <param name="bytes">They begin with it; then what is behind it.</param>
    /// <param name="type">Which of the two.</param>
    /// <param name="body">The bytes of it.</param>
    /// <returns>Whether there is one, whole.</returns>
    public static bool TryTakeBody(
        ref ReadOnlySpan<byte> bytes, MessagePackType type, out ReadOnlySpan<byte> body)
    {
        bool success = TryRead(bytes, out MessagePackToken token)
            && token.Type == type
            && token.Number <= (uint)(bytes.Length - token.Size);
        body = success ? bytes.Slice(token.Size, (int)token.Number) : default;
        bytes = success ? bytes[(token.Size + body.Length)..] : bytes;
        return success;
    }

    /// <summary>Whether it is an integer that a <see cref="long"/> holds.</summary>
    /// <param name="value">The integer.</param>
    public readonly bool TryGetInteger(out long value)
    {
        value = unchecked((long)Number);
        return Type == MessagePackType.Integer && (Code != MessagePackCode.UInt64 || value >= 0);
    }

    private static bool TryReadNumber(ReadOnlySpan<byte> bytes, ref MessagePackToken token)
    {
        bool isExtension = token.Type == MessagePackType.Extension;
        int width = Widths[token.Code - MessagePackCode.Nil];
        token.Size = 1 + width + (isExtension ? 1 : 0);
        if (token.Type == MessagePackType.Unknown || bytes.Length < token.Size)
        {
            return false;
        }

        token.ExtensionCode = isExtension ? unchecked((sbyte)bytes[token.Size - 1]) : default;
        token.Number = width switch
        {
            1 => bytes[1],
            2 => BinaryPrimitives.ReadUInt16BigEndian(bytes[1..]),
            4 => BinaryPrimitives.ReadUInt32BigEndian(bytes[1..]),
            8 => BinaryPrimitives.ReadUInt64BigEndian(bytes[1..]),
            _ when isExtension => 1u << (token.Code - MessagePackCode.FixExt1),
            _ => token.Code == MessagePackCode.True ? 1u : 0,
        };
        if (token.Code is >= MessagePackCode.Int8 and <= MessagePackCode.Int64)
        {
            int unused = 64 - (8 * width);
            token.Number = unchecked((ulong)((long)(token.Number << unused) >> unused));
        }

        return true;
    }
}
