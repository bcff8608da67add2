using System.Management.Automation;
using System.Reflection;

namespace CacheKit.Engine;

/// <summary>The members that a script or the engine has put on one object, beside those of its type.</summary>
internal static class InstanceMembers
{
    // Public members give them among all members of the type, which takes as long as two whole calls of a cmdlet. The
    // engine itself asks here first, at each access to a member; it has stood since PowerShell 3.
    private static readonly MethodInfo? s_method = typeof(PSObject).GetMethod(
        "HasInstanceMembers",
        BindingFlags.Static | BindingFlags.NonPublic);

    private static readonly Finder s_direct = MakeFinder() ?? new Finder();

    // Public members make a view of all properties for each object that gets one. The engine's own deserializer adds
    // here, and then tells the call sites that some object now has a member of this name.
    private static readonly Func<PSObject, PSMemberInfoCollection<PSMemberInfo>>? s_collection =
        Accessors.Getter<PSMemberInfoCollection<PSMemberInfo>>("InstanceMembers");

    private static readonly HashSet<string> s_views =
        new(StringComparer.OrdinalIgnoreCase) { "psadapted", "psbase", "psextended", "psobject" };

    private static readonly Action<string>? s_announce = typeof(PSObject).Assembly
        .GetType("System.Management.Automation.Language.PSGetMemberBinder")?
        .GetMethod("SetHasInstanceMember", BindingFlags.Static | BindingFlags.NonPublic, [typeof(string)])?
        .CreateDelegate<Action<string>>();

    /// <summary>Finds them.</summary>
    /// <param name="value">
    /// The object, wrapped or not: the engine remembers them for bare objects of a class too.
    /// </param>
    /// <returns>The members in the order in which they were added, or null.</returns>
    public static PSMemberInfo[]? Find(object value) => s_direct.Find(value);

    /// <summary>The same by public members alone.</summary>
    /// <param name="value">The object, wrapped or not.</param>
    public static PSMemberInfo[]? FindByPublicMembers(object value)
    {
        // To the engine, what an adapter gives is of the instance too.
        const PSMemberTypes Adapted = PSMemberTypes.Property | PSMemberTypes.Method | PSMemberTypes.ParameterizedProperty
            | PSMemberTypes.Event | PSMemberTypes.Dynamic;
        PSMemberInfo[] members =
        [
            .. PSObject.AsPSObject(value).Members
                .Where(static member => member.IsInstance && (member.MemberType & Adapted) == 0),
        ];
        return members.Length > 0 ? members : null;
    }

    /// <summary>
    /// Whether the engine put a member there for its own use, when a script asked for the type names, or for one of the
    /// views of the object. A note of such a name is none of these.
    /// </summary>
    /// <param name="member">The member.</param>
    public static bool IsReserved(PSMemberInfo member) => member.MemberType switch
    {
        PSMemberTypes.CodeProperty => string.Equals(member.Name, "pstypenames", StringComparison.OrdinalIgnoreCase),
        PSMemberTypes.MemberSet => s_views.Contains(member.Name),
        _ => false,
    };

    /// <summary>Begins to add note properties to an object.</summary>
    /// <param name="target">The object.</param>
    public static NoteAppender AppendTo(PSObject target) => s_collection is not null && s_announce is not null
        ? new NoteAppender(s_collection(target), null, s_announce)
        : AppendByPublicMembers(target);

    /// <summary>The same by public members alone.</summary>
    /// <param name="target">The object.</param>
    public static NoteAppender AppendByPublicMembers(PSObject target) => new(null, target.Properties, null);

    private static Finder? MakeFinder()
    {
        Type? collection = s_method?.GetParameters() is [_, { } result] ? result.ParameterType.GetElementType() : null;
        return collection is not null && collection.IsAssignableTo(typeof(IEnumerable<PSMemberInfo>))
            ? (Finder?)Activator.CreateInstance(typeof(DirectFinder<>).MakeGenericType(collection), s_method)
            : null;
    }

    private class Finder
    {
        public virtual PSMemberInfo[]? Find(object value) => FindByPublicMembers(value);
    }

    /// <summary>Binds to the method, whose result is of a type that has no public name.</summary>
    /// <typeparam name="T">The type of the result.</typeparam>
    /// <param name="method">The method.</param>
    private sealed class DirectFinder<T>(MethodInfo method) : Finder
        where T : class, IEnumerable<PSMemberInfo>
    {
        private readonly Probe _probe = method.CreateDelegate<Probe>();

        // The enumerator copies the members first; the engine's own indexer does not.
        private readonly Func<T, int>? _count = Getter("Count")?.CreateDelegate<Func<T, int>>();
        private readonly Func<T, int, PSMemberInfo>? _item = Getter("Item", typeof(int))?
            .CreateDelegate<Func<T, int, PSMemberInfo>>();

        private delegate bool Probe(object value, out T? members);

        public override PSMemberInfo[]? Find(object value)
        {
            if (!_probe(value, out T? members))
            {
                return null;
            }

            if (_count is null || _item is null)
            {
                return [.. members!];
            }

            PSMemberInfo[] found = new PSMemberInfo[_count(members!)];
            for (int i = 0; i < found.Length; i++)
            {
                found[i] = _item(members!, i);
            }

            return found;
        }

        private static MethodInfo? Getter(string name, params Type[] index) => typeof(T).GetProperty(
            name,
            BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public,
            null,
            null,
            index,
            null)?.GetGetMethod(nonPublic: true);
    }
}
