using System.Buffers.Binary;
using System.Net;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security;
using System.Text;
using System.Xml;

namespace CacheKit.Core.Serialization;

/// <summary>Decodes the bodies of the scalar extension types (docs/formats.md).</summary>
internal static class ScalarDecoder
{
    private static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, true);

    /// <summary>Decodes one body.</summary>
    /// <param name="code">The extension code.</param>
    /// <param name="body">The body, whose length is checked.</param>
    /// <exception cref="MalformedValueException">The code is none of ours, or the length is wrong.</exception>
    /// <exception cref="ArgumentException">The content is out of the type's range.</exception>
    /// <exception cref="FormatException">The content is not the type's text form.</exception>
    /// <exception cref="OverflowException">The content is out of the type's range.</exception>
    /// <exception cref="XmlException">The content is not XML.</exception>
    public static object Decode(ScalarCode code, ReadOnlySpan<byte> body) => code switch
    {
        ScalarCode.SByte => unchecked((sbyte)Sized(body, 1)[0]),
        ScalarCode.Byte => Sized(body, 1)[0],
        ScalarCode.Int16 => BinaryPrimitives.ReadInt16BigEndian(Sized(body, 2)),
        ScalarCode.UInt16 => BinaryPrimitives.ReadUInt16BigEndian(Sized(body, 2)),
        ScalarCode.UInt32 => BinaryPrimitives.ReadUInt32BigEndian(Sized(body, 4)),
        ScalarCode.Int64 => BinaryPrimitives.ReadInt64BigEndian(Sized(body, 8)),
        ScalarCode.UInt64 => BinaryPrimitives.ReadUInt64BigEndian(Sized(body, 8)),
        ScalarCode.Char => (char)BinaryPrimitives.ReadUInt16BigEndian(Sized(body, 2)),
        ScalarCode.Decimal => ReadDecimal(Sized(body, 16)),
        ScalarCode.BigInteger => new BigInteger(body, isUnsigned: false, isBigEndian: true),
        ScalarCode.DateTime => ReadDateTime(Sized(body, 9)),
        ScalarCode.DateTimeOffset => new DateTimeOffset(
            BinaryPrimitives.ReadInt64BigEndian(Sized(body, 10)),
            TimeSpan.FromMinutes(BinaryPrimitives.ReadInt16BigEndian(body[8..]))),
        ScalarCode.TimeSpan => new TimeSpan(BinaryPrimitives.ReadInt64BigEndian(Sized(body, 8))),
        ScalarCode.Guid => new Guid(Sized(body, 16), bigEndian: true),
        ScalarCode.Uri => new Uri(s_strictUtf8.GetString(body), UriKind.RelativeOrAbsolute),
        ScalarCode.Version => Version.Parse(s_strictUtf8.GetString(body)),
        ScalarCode.DateOnly => DateOnly.FromDayNumber(BinaryPrimitives.ReadInt32BigEndian(Sized(body, 4))),
        ScalarCode.TimeOnly => new TimeOnly(BinaryPrimitives.ReadInt64BigEndian(Sized(body, 8))),
        ScalarCode.Utf16Text => new string(MemoryMarshal.Cast<byte, char>(Even(body))),
        ScalarCode.SecureString => ReadSecureString(Even(body)),
        ScalarCode.IntPtr => (nint)BinaryPrimitives.ReadInt64BigEndian(Sized(body, 8)),
        ScalarCode.UIntPtr => (nuint)BinaryPrimitives.ReadUInt64BigEndian(Sized(body, 8)),
        ScalarCode.Half => BinaryPrimitives.ReadHalfBigEndian(Sized(body, 2)),
        ScalarCode.Int128 => BinaryPrimitives.ReadInt128BigEndian(Sized(body, 16)),
        ScalarCode.UInt128 => BinaryPrimitives.ReadUInt128BigEndian(Sized(body, 16)),
        ScalarCode.IPAddress => ReadAddress(body),
        ScalarCode.DBNull => Sized(body, 0).IsEmpty ? DBNull.Value : throw Malformed(),
        ScalarCode.XmlDocument => ReadXml(body),
        _ => throw Malformed(),
    };

    private static decimal ReadDecimal(ReadOnlySpan<byte> body)
    {
        Span<int> parts = stackalloc int[4];
        for (int i = 0; i < parts.Length; i++)
        {
            parts[i] = BinaryPrimitives.ReadInt32BigEndian(body[(4 * i)..]);
        }

        return new decimal(parts);
    }

    private static DateTime ReadDateTime(ReadOnlySpan<byte> body)
    {
        // Kind 3 is a local time in the second of the two hours that the clocks repeat in autumn.
        const byte SecondOfTwoHours = 3;
        const int KindShift = 62;
        long ticks = BinaryPrimitives.ReadInt64BigEndian(body);
        return body[8] == SecondOfTwoHours
            ? Unsafe.BitCast<ulong, DateTime>((ulong)new DateTime(ticks).Ticks | ((ulong)SecondOfTwoHours << KindShift))
            : new DateTime(ticks, (DateTimeKind)body[8]);
    }

    private static IPAddress ReadAddress(ReadOnlySpan<byte> body) => body.Length == 4
        ? new IPAddress(body)
        : new IPAddress(Sized(body, 20)[..16], BinaryPrimitives.ReadUInt32BigEndian(body[16..]));

    private static XmlDocument ReadXml(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty || body[0] > 1)
        {
            throw Malformed();
        }

        // What a document without PreserveWhitespace holds was decided when it was made, not now. A document that
        // names another one must not make this process fetch it.
        XmlDocument document = new() { PreserveWhitespace = true, XmlResolver = null };
        if (body.Length > 1)
        {
            document.LoadXml(s_strictUtf8.GetString(body[1..]));
        }

        document.PreserveWhitespace = body[0] == 1;
        return document;
    }

    private static SecureString ReadSecureString(ReadOnlySpan<byte> body)
    {
        SecureString secret = new();
        for (int i = 0; i < body.Length; i += 2)
        {
            secret.AppendChar((char)BinaryPrimitives.ReadUInt16LittleEndian(body[i..]));
        }

        return secret;
    }

    private static ReadOnlySpan<byte> Sized(ReadOnlySpan<byte> body, int size) =>
        body.Length == size ? body : throw Malformed();

    private static ReadOnlySpan<byte> Even(ReadOnlySpan<byte> body) => body.Length % 2 == 0 ? body : throw Malformed();

    private static MalformedValueException Malformed() => new("The value is not well-formed.");
}
