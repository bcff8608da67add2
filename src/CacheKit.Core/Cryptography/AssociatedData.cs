using System.Buffers.Binary;
using System.Text;

namespace CacheKit.Core.Cryptography;

/// <summary>
/// The family's associated data, version 0x03 (PROTOCOL section 3.2): the version byte, then each component as a
/// big-endian <c>u32</c> length and its UTF-8 bytes, in the order tenant, key, format, compressed, [original type].
/// </summary>
public static class AssociatedData
{
    /// <summary>The first byte of every associated data that this version writes.</summary>
    public const byte Version = 0x03;

    private static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, true);

    /// <summary>The component for the compressed flag: literally <c>True</c> or <c>False</c>, frozen.</summary>
    /// <param name="compressed">Whether the clear text was compressed.</param>
    public static ReadOnlySpan<byte> CompressedComponent(bool compressed) => compressed ? "True"u8 : "False"u8;

    /// <summary>Builds associated data from text.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="key">The key under which the entry is stored.</param>
    /// <param name="format">The format of the clear text.</param>
    /// <param name="compressed">Whether the clear text was compressed.</param>
    /// <param name="originalType">The fifth component, or null where the writer has none.</param>
    public static byte[] Build(string tenant, string key, string format, bool compressed, string? originalType = null)
    {
        byte[] result = new byte[1 + TextSize(tenant) + TextSize(key) + TextSize(format) + TextSize(originalType)
            + ComponentSize(CompressedComponent(compressed).Length)];
        result[0] = Version;
        Span<byte> rest = result.AsSpan(1);
        rest = rest[WriteText(rest, tenant)..];
        rest = rest[WriteText(rest, key)..];
        rest = rest[WriteText(rest, format)..];
        rest = rest[WriteComponent(rest, CompressedComponent(compressed))..];
        if (originalType is not null)
        {
            WriteText(rest, originalType);
        }

        return result;
    }

    /// <summary>The size of a component in bytes.</summary>
    /// <param name="valueLength">The length of its UTF-8 bytes.</param>
    public static int ComponentSize(int valueLength) => sizeof(uint) + valueLength;

    /// <summary>Writes one component and returns its size.</summary>
    /// <param name="destination">Takes it.</param>
    /// <param name="value">Its UTF-8 bytes.</param>
    public static int WriteComponent(Span<byte> destination, ReadOnlySpan<byte> value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)value.Length);
        value.CopyTo(destination[sizeof(uint)..]);
        return ComponentSize(value.Length);
    }

    private static int TextSize(string? value) =>
        value is null ? 0 : ComponentSize(s_strictUtf8.GetByteCount(value));

    private static int WriteText(Span<byte> destination, string value)
    {
        int length = s_strictUtf8.GetBytes(value, destination[sizeof(uint)..]);
        BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)length);
        return ComponentSize(length);
    }
}
