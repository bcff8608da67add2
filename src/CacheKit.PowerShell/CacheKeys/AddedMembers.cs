using System.Management.Automation;
using CacheKit.Engine;

namespace CacheKit.CacheKeys;

/// <summary>What a script has added to one object, beside what its type has: the properties of Add-Member.</summary>
internal static class AddedMembers
{
    private const PSMemberTypes Kinds = PSMemberTypes.NoteProperty | PSMemberTypes.ScriptProperty
        | PSMemberTypes.AliasProperty | PSMemberTypes.CodeProperty | PSMemberTypes.PropertySet
        | PSMemberTypes.ScriptMethod | PSMemberTypes.CodeMethod;

    /// <summary>Finds them.</summary>
    /// <param name="value">
    /// The object, wrapped or not: the engine remembers them for bare objects of a class too.
    /// </param>
    /// <returns>The members, in the order in which they were added.</returns>
    public static IEnumerable<PSMemberInfo> Of(object value) => InstanceMembers.Find(value)?.Where(IsOfKind) ?? [];

    private static bool IsOfKind(PSMemberInfo member) => (member.MemberType & Kinds) != 0 && !InstanceMembers.IsReserved(member);
}
