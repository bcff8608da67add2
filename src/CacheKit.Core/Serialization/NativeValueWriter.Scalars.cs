using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security;
using System.Xml;

namespace CacheKit.Core.Serialization;

/// <content>The scalars that are extension types.</content>
public sealed partial class NativeValueWriter
{
    private const int KindShift = 62;

    private bool TryWriteNumber(object value)
    {
        switch (value)
        {
            case long number:
                BinaryPrimitives.WriteInt64BigEndian(BeginExtension(ScalarCode.Int64, 8), number);
                break;
            case byte number:
                BeginExtension(ScalarCode.Byte, 1)[0] = number;
                break;
            case sbyte number:
                BeginExtension(ScalarCode.SByte, 1)[0] = unchecked((byte)number);
                break;
            case short number:
                BinaryPrimitives.WriteInt16BigEndian(BeginExtension(ScalarCode.Int16, 2), number);
                break;
            case ushort number:
                BinaryPrimitives.WriteUInt16BigEndian(BeginExtension(ScalarCode.UInt16, 2), number);
                break;
            case uint number:
                BinaryPrimitives.WriteUInt32BigEndian(BeginExtension(ScalarCode.UInt32, 4), number);
                break;
            case ulong number:
                BinaryPrimitives.WriteUInt64BigEndian(BeginExtension(ScalarCode.UInt64, 8), number);
                break;
            case decimal number:
                WriteDecimal(number);
                break;
            case BigInteger number:
                byte[] bytes = number.ToByteArray(isUnsigned: false, isBigEndian: true);
                bytes.CopyTo(BeginExtension(ScalarCode.BigInteger, bytes.Length));
                break;
            case nint number:
                BinaryPrimitives.WriteInt64BigEndian(BeginExtension(ScalarCode.IntPtr, 8), number);
                break;
            case nuint number:
                BinaryPrimitives.WriteUInt64BigEndian(BeginExtension(ScalarCode.UIntPtr, 8), number);
                break;
            case Half number:
                BinaryPrimitives.WriteHalfBigEndian(BeginExtension(ScalarCode.Half, 2), number);
                break;
            case Int128 number:
                BinaryPrimitives.WriteInt128BigEndian(BeginExtension(ScalarCode.Int128, 16), number);
                break;
            case UInt128 number:
                BinaryPrimitives.WriteUInt128BigEndian(BeginExtension(ScalarCode.UInt128, 16), number);
                break;
            default:
                return false;
        }

        return true;
    }

    private bool TryWriteOther(object value)
    {
        switch (value)
        {
            case DateTime time:
                Span<byte> body = BeginExtension(ScalarCode.DateTime, 9);
                BinaryPrimitives.WriteInt64BigEndian(body, time.Ticks);
                // The top bits also tell a local time that is in the repeated hour of autumn which of the two it is.
                body[8] = (byte)(Unsafe.BitCast<DateTime, ulong>(time) >> KindShift);
                break;
            case DateTimeOffset time:
                body = BeginExtension(ScalarCode.DateTimeOffset, 10);
                BinaryPrimitives.WriteInt64BigEndian(body, time.Ticks);
                BinaryPrimitives.WriteInt16BigEndian(body[8..], (short)time.TotalOffsetMinutes);
                break;
            case TimeSpan time:
                BinaryPrimitives.WriteInt64BigEndian(BeginExtension(ScalarCode.TimeSpan, 8), time.Ticks);
                break;
            case DateOnly date:
                BinaryPrimitives.WriteInt32BigEndian(BeginExtension(ScalarCode.DateOnly, 4), date.DayNumber);
                break;
            case TimeOnly time:
                BinaryPrimitives.WriteInt64BigEndian(BeginExtension(ScalarCode.TimeOnly, 8), time.Ticks);
                break;
            case Guid guid:
                guid.TryWriteBytes(BeginExtension(ScalarCode.Guid, 16), bigEndian: true, out _);
                break;
            case char character:
                BinaryPrimitives.WriteUInt16BigEndian(BeginExtension(ScalarCode.Char, 2), character);
                break;
            case Version version:
                WriteTextExtension(ScalarCode.Version, version.ToString());
                break;
            case DBNull:
                BeginExtension(ScalarCode.DBNull, 0);
                break;
            case IPAddress address:
                WriteAddress(address);
                break;
            case XmlDocument document when value.GetType() == typeof(XmlDocument):
                return TryWriteXml(document);
            case Uri uri when Utf16.IsWellFormed(uri.OriginalString):
                WriteTextExtension(ScalarCode.Uri, OriginalOf(uri));
                break;
            default:
                return false;
        }

        return true;
    }

    private void WriteSecureString(SecureString secret)
    {
        Span<byte> body = BeginExtension(ScalarCode.SecureString, 2 * secret.Length);
        IntPtr clear = Marshal.SecureStringToGlobalAllocUnicode(secret);
        try
        {
            for (int i = 0; i < secret.Length; i++)
            {
                BinaryPrimitives.WriteInt16LittleEndian(body[(2 * i)..], Marshal.ReadInt16(clear, 2 * i));
            }
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(clear);
        }
    }

    private void WriteDecimal(decimal number)
    {
        Span<int> parts = stackalloc int[4];
        decimal.GetBits(number, parts);
        Span<byte> body = BeginExtension(ScalarCode.Decimal, 16);
        for (int i = 0; i < parts.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(body[(4 * i)..], parts[i]);
        }
    }

    private void WriteTextExtension(ScalarCode code, string text) =>
        s_strictUtf8.GetBytes(text, BeginExtension(code, s_strictUtf8.GetByteCount(text)));

    /// <summary>A path that was said to be an absolute Uri would be read as a relative one.</summary>
    private static string OriginalOf(Uri uri) =>
        uri.IsAbsoluteUri && uri.OriginalString.StartsWith('/') ? uri.AbsoluteUri : uri.OriginalString;

    private void WriteAddress(IPAddress address)
    {
        bool isShort = address.AddressFamily == AddressFamily.InterNetwork;
        Span<byte> body = BeginExtension(ScalarCode.IPAddress, isShort ? 4 : 20);
        address.TryWriteBytes(body, out int written);
        if (!isShort)
        {
            BinaryPrimitives.WriteUInt32BigEndian(body[written..], (uint)address.ScopeId);
        }
    }

    private bool TryWriteXml(XmlDocument document)
    {
        string text = document.OuterXml;
        if (!Utf16.IsWellFormed(text))
        {
            return false;
        }

        Span<byte> body = BeginExtension(ScalarCode.XmlDocument, 1 + (long)s_strictUtf8.GetByteCount(text));
        body[0] = (byte)(document.PreserveWhitespace ? 1 : 0);
        s_strictUtf8.GetBytes(text, body[1..]);
        return true;
    }
}
