using System.Collections.Frozen;
using System.Net;
using System.Numerics;
using System.Xml;

namespace CacheKit.Conversion;

/// <summary>The scalar types of .NET that are kept as they are (DESIGN section 7).</summary>
internal static class PlainTypes
{
    private static readonly FrozenSet<Type> s_types = new[]
    {
        typeof(string), typeof(bool), typeof(char), typeof(sbyte), typeof(byte), typeof(short), typeof(ushort), typeof(int),
        typeof(uint), typeof(long), typeof(ulong), typeof(nint), typeof(nuint), typeof(Half), typeof(Int128),
        typeof(UInt128), typeof(float), typeof(double), typeof(decimal), typeof(BigInteger), typeof(DateTime),
        typeof(DateTimeOffset), typeof(DateOnly), typeof(TimeOnly), typeof(TimeSpan), typeof(Guid), typeof(Uri),
        typeof(Version), typeof(DBNull), typeof(XmlDocument), typeof(IPAddress), typeof(byte[]),
    }.ToFrozenSet();

    /// <summary>Whether a type is one of them.</summary>
    /// <param name="type">The type.</param>
    public static bool Contains(Type type) => s_types.Contains(type) || type.BaseType == typeof(IPAddress);
}
