using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;

namespace CacheKit.Core.Auditing;

/// <summary>
/// The head of an audit log, in a file beside it: how many lines there are, how many bytes, and the link of the last
/// line. It makes a cut tail show. One line of text of a fixed size (docs/formats.md, audit log).
/// </summary>
/// <param name="Count">The number of lines in the chain.</param>
/// <param name="Length">The size of the log in bytes after the last of them.</param>
/// <param name="Link">The link of the last of them, 64 digits.</param>
internal readonly record struct AuditHead(long Count, long Length, string Link)
{
    /// <summary>The size of a head in bytes.</summary>
    public const int Size = BodySize + 1 + AuditLine.HashHexSize + 1;

    private const int NumberSize = 18;
    private const int CountStart = 16;
    private const int LengthStart = CountStart + NumberSize + 1;
    private const int LinkStart = LengthStart + NumberSize + 1;
    private const int BodySize = LinkStart + AuditLine.HashHexSize;

    /// <summary>The head of a log without lines, which is never written.</summary>
    public static AuditHead None => new(0, 0, AuditLine.FirstLink);

    private static ReadOnlySpan<byte> Prefix => "cachekit-audit1 "u8;

    /// <summary>Reads a head, which may be anything.</summary>
    /// <param name="bytes">The bytes of its file.</param>
    /// <param name="head">The head; a claim until it was verified.</param>
    /// <returns>Whether it has the form of one.</returns>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out AuditHead head)
    {
        head = None;
        if (bytes.Length != Size || !bytes.StartsWith(Prefix) || bytes[^1] != '\n' || bytes[BodySize] != ' '
            || bytes[LengthStart - 1] != ' ' || bytes[LinkStart - 1] != ' '
            || bytes[CountStart..(LengthStart - 1)].ContainsAnyExceptInRange((byte)'0', (byte)'9')
            || bytes[LengthStart..(LinkStart - 1)].ContainsAnyExceptInRange((byte)'0', (byte)'9')
            || !LowerHex.IsAll(bytes[LinkStart..BodySize])
            || !LowerHex.IsAll(MacOf(bytes))
            || !Utf8Parser.TryParse(bytes[CountStart..(LengthStart - 1)], out long count, out _)
            || !Utf8Parser.TryParse(bytes[LengthStart..(LinkStart - 1)], out long length, out _))
        {
            return false;
        }

        head = new AuditHead(count, length, Encoding.ASCII.GetString(bytes[LinkStart..BodySize]));
        return true;
    }

    /// <summary>The authentication code of a head that was parsed, 64 digits.</summary>
    /// <param name="bytes">The bytes of its file.</param>
    public static ReadOnlySpan<byte> MacOf(ReadOnlySpan<byte> bytes) =>
        bytes.Slice(BodySize + 1, AuditLine.HashHexSize);

    /// <summary>Writes the head.</summary>
    /// <param name="hash">The hash under the key of heads.</param>
    /// <param name="destination">Takes <see cref="Size"/> bytes.</param>
    public void Write(KeyedHash hash, Span<byte> destination)
    {
        Prefix.CopyTo(destination);
        WriteNumber(Count, destination[CountStart..]);
        WriteNumber(Length, destination[LengthStart..]);
        Encoding.ASCII.GetBytes(Link, destination[LinkStart..]);
        Span<byte> mac = stackalloc byte[KeyedHash.HashSize];
        hash.Compute(destination[..BodySize], [], mac);
        destination[BodySize] = (byte)' ';
        LowerHex.Encode(mac, destination.Slice(BodySize + 1, AuditLine.HashHexSize));
        destination[Size - 1] = (byte)'\n';
    }

    /// <summary>Whether a code is that of this head under one of several keys.</summary>
    /// <param name="mac">The code, 64 digits.</param>
    /// <param name="keys">The keys.</param>
    public bool IsAuthentic(ReadOnlySpan<byte> mac, IEnumerable<TenantKeys> keys)
    {
        Span<byte> expected = stackalloc byte[Size];
        foreach (TenantKeys each in keys)
        {
            Write(each.AuditHeadHash, expected);
            if (CryptographicOperations.FixedTimeEquals(MacOf(expected), mac))
            {
                return true;
            }
        }

        return false;
    }

    private static void WriteNumber(long number, Span<byte> destination)
    {
        Utf8Formatter.TryFormat(number, destination, out _, new System.Buffers.StandardFormat('D', NumberSize));
        destination[NumberSize] = (byte)' ';
    }
}
