using System.Buffers.Binary;

namespace CacheKit.Core.Formats;

/// <summary>Names an entry inside a tenant: the first 160 bits of a keyed hash of what identifies it.</summary>
public readonly record struct EntryId
{
    /// <summary>The size in bytes.</summary>
    public const int Size = 20;

    /// <summary>The size in hexadecimal digits.</summary>
    public const int HexSize = 2 * Size;

    private readonly ulong _first;
    private readonly ulong _second;
    private readonly uint _third;

    private EntryId(ReadOnlySpan<byte> bytes)
    {
        _first = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _second = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _third = BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]);
    }

    /// <summary>Reads an id.</summary>
    /// <param name="bytes">20 bytes or more; the first 20 count.</param>
    public static EntryId FromBytes(ReadOnlySpan<byte> bytes) => new(bytes);

    /// <summary>Writes the id.</summary>
    /// <param name="destination">Takes 20 bytes.</param>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _first);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _second);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], _third);
    }

    /// <summary>An id is the output of a MAC: any of its bits are as good as a hash.</summary>
    public override int GetHashCode() => unchecked((int)_first);
}
