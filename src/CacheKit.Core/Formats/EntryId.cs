using System.Buffers.Binary;
using System.Text;

namespace CacheKit.Core.Formats;

/// <summary>
/// What names an entry inside a tenant: the first 160 bits of a keyed hash, 20 bytes or 40 hexadecimal digits.
/// </summary>
public readonly struct EntryId : IEquatable<EntryId>
{
    /// <summary>The length of an id, in bytes.</summary>
    public const int ByteLength = 20;

    /// <summary>The length of an id in hexadecimal digits.</summary>
    public const int HexLength = 2 * ByteLength;

    private readonly ulong _high;
    private readonly ulong _middle;
    private readonly uint _low;

    private EntryId(ulong high, ulong middle, uint low)
    {
        _high = high;
        _middle = middle;
        _low = low;
    }

    /// <summary>Reads an id.</summary>
    /// <param name="bytes">Exactly <see cref="ByteLength"/> bytes.</param>
    /// <exception cref="ArgumentException">The length is another one.</exception>
    public static EntryId FromBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != ByteLength)
        {
            throw new ArgumentException($"An entry id has {ByteLength} bytes, not {bytes.Length}.", nameof(bytes));
        }

        return new EntryId(
            BinaryPrimitives.ReadUInt64BigEndian(bytes),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]));
    }

    /// <summary>Writes the id as lower-case hexadecimal digits in ASCII.</summary>
    /// <param name="destination">At least <see cref="HexLength"/> bytes.</param>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public void CopyHexTo(Span<byte> destination)
    {
        if (destination.Length < HexLength)
        {
            throw new ArgumentException(
                $"The destination has room for {destination.Length}, but {HexLength} are needed.");
        }

        Span<byte> bytes = stackalloc byte[ByteLength];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, _high);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], _middle);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[16..], _low);
        LowerHex.Encode(bytes, destination);
    }

    /// <summary>The id as 40 lower-case hexadecimal digits.</summary>
    public override string ToString()
    {
        Span<byte> digits = stackalloc byte[HexLength];
        CopyHexTo(digits);
        return Encoding.ASCII.GetString(digits);
    }

    /// <inheritdoc/>
    public bool Equals(EntryId other) => _high == other._high && _middle == other._middle && _low == other._low;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is EntryId other && Equals(other);

    /// <summary>The id's own bits: they come from a keyed hash, so that they are spread already.</summary>
    public override int GetHashCode() => unchecked((int)_high);

    /// <summary>Whether two ids are the same.</summary>
    public static bool operator ==(EntryId left, EntryId right) => left.Equals(right);

    /// <summary>Whether two ids differ.</summary>
    public static bool operator !=(EntryId left, EntryId right) => !left.Equals(right);
}
