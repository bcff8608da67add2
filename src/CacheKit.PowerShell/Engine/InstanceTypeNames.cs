using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Reflection;

namespace CacheKit.Engine;

/// <summary>The type names that the engine remembers for one object, because a script asked for them.</summary>
internal static class InstanceTypeNames
{
    // Public members wrap the object, and find or copy the names of its type. The engine asks here first.
    private static readonly MethodInfo? s_method = typeof(PSObject).GetMethod(
        "HasInstanceTypeName",
        BindingFlags.Static | BindingFlags.NonPublic);

    private static readonly Finder s_direct = MakeFinder() ?? new Finder();

    /// <summary>Finds them.</summary>
    /// <param name="value">The object, not wrapped.</param>
    /// <returns>The names, which may be those of its type; null when nobody asked for them yet.</returns>
    public static Collection<string>? Find(object value) => s_direct.Find(value);

    /// <summary>The same by public members alone.</summary>
    /// <param name="value">The object, not wrapped.</param>
    public static Collection<string> FindByPublicMembers(object value) => PSObject.AsPSObject(value).TypeNames;

    private static Finder? MakeFinder()
    {
        Type? names = s_method?.GetParameters() is [_, { } result] ? result.ParameterType.GetElementType() : null;
        return names is not null && names.IsAssignableTo(typeof(Collection<string>))
            ? (Finder?)Activator.CreateInstance(typeof(DirectFinder<>).MakeGenericType(names), s_method)
            : null;
    }

    private class Finder
    {
        public virtual Collection<string>? Find(object value) => FindByPublicMembers(value);
    }

    /// <summary>Binds to the method, whose result is of a type that has no public name.</summary>
    /// <typeparam name="T">The type of the result.</typeparam>
    /// <param name="method">The method.</param>
    private sealed class DirectFinder<T>(MethodInfo method) : Finder
        where T : Collection<string>
    {
        private readonly Probe _probe = method.CreateDelegate<Probe>();

        private delegate bool Probe(object value, out T? names);

        public override Collection<string>? Find(object value) => _probe(value, out T? names) ? names : null;
    }
}
