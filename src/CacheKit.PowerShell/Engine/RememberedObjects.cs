using System.Management.Automation;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace CacheKit.Engine;

/// <summary>Which bare objects the engine may remember something for.</summary>
/// <remarks>
/// It remembers members and type names in tables of .NET that hold their keys weakly, and nothing is in such a table
/// before it has a hash code of its own. Most objects never get one, and asking for it takes a tenth of a look at both
/// tables. Where the engine or .NET does it otherwise, every object may be remembered.
/// </remarks>
internal static class RememberedObjects
{
    private const BindingFlags Hidden = BindingFlags.Static | BindingFlags.NonPublic;

    private static readonly Func<object, int>? s_hashCode = AreTablesWeak()
        ? typeof(RuntimeHelpers).GetMethod("TryGetHashCode", Hidden, [typeof(object)])?
            .CreateDelegate<Func<object, int>>()
        : null;

    /// <summary>Whether the engine may remember something.</summary>
    /// <param name="value">The object, not wrapped.</param>
    public static bool MayContain(object value) => s_hashCode is null || s_hashCode(value) != 0;

    private static bool AreTablesWeak() => IsWeak("s_instanceMembersResurrectionTable")
        && IsWeak("s_typeNamesResurrectionTable");

    private static bool IsWeak(string table) =>
        typeof(PSObject).GetField(table, Hidden)?.FieldType is { IsGenericType: true } type
        && type.GetGenericTypeDefinition() == typeof(ConditionalWeakTable<,>);
}
