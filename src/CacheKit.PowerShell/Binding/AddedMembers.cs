using System.Management.Automation;
using System.Reflection;

namespace CacheKit.Binding;

/// <summary>What a script has added to one object, beside what its type has: the properties of Add-Member.</summary>
internal static class AddedMembers
{
    private const PSMemberTypes Kinds = PSMemberTypes.NoteProperty | PSMemberTypes.ScriptProperty
        | PSMemberTypes.AliasProperty | PSMemberTypes.CodeProperty | PSMemberTypes.PropertySet
        | PSMemberTypes.ScriptMethod | PSMemberTypes.CodeMethod;

    // Public members give them among all members of the type, which takes as long as two whole calls of a cmdlet. The
    // engine itself asks here first, at each access to a member; it has stood since PowerShell 3.
    private static readonly MethodInfo? s_direct = typeof(PSObject).GetMethod(
        "HasInstanceMembers",
        BindingFlags.Static | BindingFlags.NonPublic);

    /// <summary>Finds them.</summary>
    /// <param name="value">The object, wrapped or not: the engine remembers them for bare objects of a class too.</param>
    /// <returns>The members, in the order in which they were added.</returns>
    public static IEnumerable<PSMemberInfo> Of(object value)
    {
        if (s_direct is not null)
        {
            object?[] arguments = [value, null];
            return s_direct.Invoke(null, arguments) is true && arguments[1] is IEnumerable<PSMemberInfo> members
                ? members.Where(IsOfKind)
                : [];
        }

        return PSObject.AsPSObject(value).Members.Match("*", Kinds).Where(member => member.IsInstance);
    }

    private static bool IsOfKind(PSMemberInfo member) => (member.MemberType & Kinds) != 0;
}
