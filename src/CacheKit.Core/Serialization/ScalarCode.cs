using System.Collections.Frozen;
using System.Net;
using System.Numerics;
using System.Security;
using System.Xml;

namespace CacheKit.Core.Serialization;

/// <summary>
/// The closed list of scalar types with their MessagePack extension codes (docs/formats.md). A code never changes its
/// meaning: entries outlive the version that wrote them.
/// </summary>
internal enum ScalarCode : sbyte
{
    /// <summary>Not a scalar: any object. It occurs as the element type of an array alone.</summary>
    Object = 0,
    SByte = 1,
    Byte = 2,
    Int16 = 3,
    UInt16 = 4,
    UInt32 = 5,
    Int64 = 6,
    UInt64 = 7,
    Char = 8,
    Decimal = 9,
    BigInteger = 10,
    DateTime = 11,
    DateTimeOffset = 12,
    TimeSpan = 13,
    Guid = 14,
    Uri = 15,
    Version = 16,
    DateOnly = 17,
    TimeOnly = 18,

    /// <summary>Text that is not well-formed UTF-16, so that UTF-8 cannot carry it.</summary>
    Utf16Text = 19,
    SecureString = 20,

    // These have a MessagePack form of their own; their codes occur as element types alone.
    Boolean = 21,
    Int32 = 22,
    Single = 23,
    Double = 24,
    String = 25,

    IntPtr = 26,
    UIntPtr = 27,
    Half = 28,
    Int128 = 29,
    UInt128 = 30,
    IPAddress = 31,
    DBNull = 32,
    XmlDocument = 33,
}

/// <summary>Maps the codes to types and back.</summary>
internal static class ScalarTypes
{
    private static readonly FrozenDictionary<Type, ScalarCode> s_codes = new Dictionary<Type, ScalarCode>
    {
        [typeof(object)] = ScalarCode.Object,
        [typeof(sbyte)] = ScalarCode.SByte,
        [typeof(byte)] = ScalarCode.Byte,
        [typeof(short)] = ScalarCode.Int16,
        [typeof(ushort)] = ScalarCode.UInt16,
        [typeof(uint)] = ScalarCode.UInt32,
        [typeof(long)] = ScalarCode.Int64,
        [typeof(ulong)] = ScalarCode.UInt64,
        [typeof(char)] = ScalarCode.Char,
        [typeof(decimal)] = ScalarCode.Decimal,
        [typeof(BigInteger)] = ScalarCode.BigInteger,
        [typeof(DateTime)] = ScalarCode.DateTime,
        [typeof(DateTimeOffset)] = ScalarCode.DateTimeOffset,
        [typeof(TimeSpan)] = ScalarCode.TimeSpan,
        [typeof(Guid)] = ScalarCode.Guid,
        [typeof(Uri)] = ScalarCode.Uri,
        [typeof(Version)] = ScalarCode.Version,
        [typeof(DateOnly)] = ScalarCode.DateOnly,
        [typeof(TimeOnly)] = ScalarCode.TimeOnly,
        [typeof(SecureString)] = ScalarCode.SecureString,
        [typeof(bool)] = ScalarCode.Boolean,
        [typeof(int)] = ScalarCode.Int32,
        [typeof(float)] = ScalarCode.Single,
        [typeof(double)] = ScalarCode.Double,
        [typeof(string)] = ScalarCode.String,
        [typeof(nint)] = ScalarCode.IntPtr,
        [typeof(nuint)] = ScalarCode.UIntPtr,
        [typeof(Half)] = ScalarCode.Half,
        [typeof(Int128)] = ScalarCode.Int128,
        [typeof(UInt128)] = ScalarCode.UInt128,
        [typeof(IPAddress)] = ScalarCode.IPAddress,
        [typeof(DBNull)] = ScalarCode.DBNull,
        [typeof(XmlDocument)] = ScalarCode.XmlDocument,
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<ScalarCode, Type> s_types =
        s_codes.ToFrozenDictionary(pair => pair.Value, pair => pair.Key);

    public static bool TryGetCode(Type type, out ScalarCode code) => s_codes.TryGetValue(type, out code);

    /// <summary>The type that a code stands for, object among them.</summary>
    public static bool TryGetType(byte code, out Type type)
    {
        type = typeof(object);
        return code <= (byte)sbyte.MaxValue && s_types.TryGetValue((ScalarCode)code, out type!);
    }

    /// <summary>The element type that the tag of a typed array tells; an array of objects has no tag.</summary>
    public static bool TryGetElementType(byte code, out Type type)
    {
        bool isKnown = TryGetType(code, out type);
        return isKnown && code != (byte)ScalarCode.Object;
    }
}
