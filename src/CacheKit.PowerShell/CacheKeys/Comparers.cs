using System.Collections;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace CacheKit.CacheKeys;

/// <summary>The identity of comparers: by them, a dictionary or a set decides which keys are the same.</summary>
internal static class Comparers
{
    // Each is one behaviour and nothing else.
    private static readonly HashSet<string> s_stateless = new(StringComparer.Ordinal)
    {
        "ByteEqualityComparer", "EnumComparer`1", "EnumEqualityComparer`1", "GenericComparer`1",
        "GenericEqualityComparer`1", "NullableComparer`1", "NullableEqualityComparer`1", "ObjectComparer`1",
        "ObjectEqualityComparer`1", "ReferenceEqualityComparer", "StringEqualityComparer", "StructuralComparer",
        "StructuralEqualityComparer",
    };

    /// <summary>Writes one.</summary>
    /// <param name="identity">Takes it.</param>
    /// <param name="comparer">The comparer; null is the default of the collection.</param>
    /// <returns>Null, or the type of a comparer whose behaviour nothing tells.</returns>
    public static Type? TryWrite(ValueIdentity identity, object? comparer)
    {
        Type? type = comparer?.GetType();
        switch (comparer)
        {
            case null:
                identity.WriteText(null);
                return null;
            // To .NET, the default comparer of text is a well-known ordinal one too, but it is another object.
            case not StringComparer when IsStateless(type!) && TypeIdentity.Of(type!) is { } name:
                identity.WriteText(name);
                return null;
            case IEqualityComparer<string?> ordinal
                when StringComparer.IsWellKnownOrdinalComparer(ordinal, out bool ignoresCase):
                identity.WriteLabel(ignoresCase ? "ordinal any case" : "ordinal");
                return null;
            case IEqualityComparer<string?> linguistic when StringComparer.IsWellKnownCultureAwareComparer(
                linguistic, out CompareInfo? culture, out CompareOptions options):
                identity.WriteLabel("culture");
                identity.WriteText(culture.Name);
                identity.WriteCount((int)options & int.MaxValue);
                return null;
            case Comparer ofObjects:
                identity.WriteLabel("comparer");
                identity.WriteText(CultureOf(ofObjects).Name);
                return null;
            case CaseInsensitiveComparer ofObjects when type == typeof(CaseInsensitiveComparer):
                identity.WriteLabel("comparer any case");
                identity.WriteText(CultureOf(ofObjects).Name);
                return null;
            default:
                return type;
        }
    }

    private static bool IsStateless(Type type) =>
        type.Assembly == typeof(object).Assembly
        && type.Namespace is "System.Collections.Generic" or "System.Collections"
        && s_stateless.Contains(type.Name);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_compareInfo")]
    private static extern ref CompareInfo CultureOf(Comparer comparer);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_compareInfo")]
    private static extern ref CompareInfo CultureOf(CaseInsensitiveComparer comparer);
}
