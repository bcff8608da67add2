using System.Collections.Concurrent;
using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Reflection;

namespace CacheKit.Engine;

/// <summary>Parts of a PSObject that its public members give slowly, or not at all.</summary>
internal static class ObjectParts
{
    // The public list is one that may be written to: each asking copies the names and remembers the copy for the
    // object's life.
    private static readonly Func<PSObject, Collection<string>>? s_typeNames =
        Accessors.Getter<Collection<string>>("InternalTypeNames");

    // What an object of another session gave as its text. Nothing public tells it from the text of its properties.
    private static readonly Func<PSObject, string?>? s_text = Accessors.Getter<string>("ToStringFromDeserialization");

    private static readonly PSMemberInfo[] s_noMembers = [];

    private static readonly Func<PSObject, IEnumerable<PSMemberInfo>>? s_adapted =
        Accessors.Getter<IEnumerable<PSMemberInfo>>("AdaptedMembers");

    private static readonly Func<PSObject, IEnumerable<PSMemberInfo>>? s_clr =
        Accessors.Getter<IEnumerable<PSMemberInfo>>("ClrMembers");

    private static readonly Action<PSObject, string>? s_setText = Accessors.Setter<string>("ToStringFromDeserialization");

    // Only the method of the wrapper itself gives that text; a string in double quotes asks the object's members first.
    private static readonly Func<object, string, PSMemberInfo>? s_ownMethod = MakeOwnMethod();

    // The constructor with a capacity is public since PowerShell 7; without it, an object's members are kept in a
    // table beside it that outlives it.
    private static readonly ConstructorInvoker? s_sized =
        typeof(PSObject).GetConstructor([typeof(int)]) is { } constructor ? ConstructorInvoker.Create(constructor) : null;

    // The engine's own version type is not in the reference assembly.
    private static readonly Type? s_semanticVersion = typeof(PSObject).Assembly.GetType(SemanticVersionName);

    private static readonly ConcurrentDictionary<Type, string[]> s_usualNames = new();

    /// <summary>The full name of the engine's version type.</summary>
    public const string SemanticVersionName = "System.Management.Automation.SemanticVersion";

    /// <summary>The type names of an object, to be read only.</summary>
    /// <param name="value">The object.</param>
    public static Collection<string> TypeNamesOf(PSObject value) =>
        s_typeNames is null ? value.TypeNames : s_typeNames(value);

    /// <summary>Whether an object has other type names than its .NET type gives it.</summary>
    /// <param name="value">The object.</param>
    /// <param name="type">The type of what it wraps.</param>
    public static bool HasOwnTypeNames(PSObject value, Type type) => HasOtherTypeNames(TypeNamesOf(value), type);

    /// <summary>Whether names are others than those that a .NET type gives.</summary>
    /// <param name="names">The names.</param>
    /// <param name="type">The type.</param>
    public static bool HasOtherTypeNames(Collection<string> names, Type type)
    {
        string[] usual = s_usualNames.GetOrAdd(type, static key => [.. Hierarchy(key)]);
        if (names.Count != usual.Length)
        {
            return true;
        }

        for (int i = 0; i < usual.Length; i++)
        {
            if (names[i] != usual[i])
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The text that an object brought from where it was deserialized from, or null.</summary>
    /// <param name="value">The object.</param>
    public static string? DeserializedTextOf(PSObject value) => s_text?.Invoke(value);

    /// <summary>
    /// The properties that an object of another session had from its .NET type there. To the engine, they are neither
    /// of its .NET type here nor added to it.
    /// </summary>
    /// <param name="value">The object.</param>
    public static PSMemberInfo[] AdaptedMembersOf(PSObject value)
    {
        if (s_adapted is null || s_clr is null)
        {
            return AdaptedMembersByPublicMembers(value);
        }

        IEnumerable<PSMemberInfo>? adapted = s_adapted(value);
        IEnumerable<PSMemberInfo>? clr = s_clr(value);
        return adapted is null && clr is null ? s_noMembers : [.. adapted ?? s_noMembers, .. clr ?? s_noMembers];
    }

    /// <summary>The same by public members alone.</summary>
    /// <param name="value">The object.</param>
    public static PSMemberInfo[] AdaptedMembersByPublicMembers(PSObject value) => value.BaseObject is PSCustomObject
        ? [.. value.Properties.Where(static property => property.MemberType == PSMemberTypes.Property)]
        : s_noMembers;

    /// <summary>
    /// Gives an object the text that it had where it came from; without effect where the engine cannot.
    /// </summary>
    /// <param name="value">The object.</param>
    /// <param name="text">The text.</param>
    public static void SetDeserializedText(PSObject value, string text)
    {
        if (s_setText is not null && s_ownMethod is not null)
        {
            s_setText(value, text);
            InstanceMembers.AppendTo(value).AddMethod(s_ownMethod(value, nameof(ToString)));
        }
    }

    /// <summary>Makes a PSCustomObject.</summary>
    /// <param name="capacity">How many members it will have.</param>
    public static PSObject NewBag(int capacity) =>
        s_sized is null ? new PSObject() : (PSObject)s_sized.Invoke(capacity);

    /// <summary>Makes a version of the engine's own type.</summary>
    /// <param name="text">Its text form.</param>
    /// <returns>Null when the text is not one, or the engine has no such type.</returns>
    public static object? SemanticVersionFrom(string text)
    {
        if (s_semanticVersion?.GetConstructor([typeof(string)]) is not { } constructor)
        {
            return null;
        }

        try
        {
            return constructor.Invoke([text]);
        }
        catch (TargetInvocationException)
        {
            return null;
        }
    }

    private static Func<object, string, PSMemberInfo>? MakeOwnMethod()
    {
        const BindingFlags Hidden = BindingFlags.Static | BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;
        return typeof(PSObject).GetProperty("DotNetInstanceAdapter", Hidden)?.GetValue(null) is { } adapter
            ? adapter.GetType().GetMethod("GetDotNetMethod", Hidden, [typeof(object), typeof(string)])?
                .MakeGenericMethod(typeof(PSMemberInfo))
                .CreateDelegate<Func<object, string, PSMemberInfo>>(adapter)
            : null;
    }

    private static IEnumerable<string> Hierarchy(Type type)
    {
        for (Type? current = type; current is not null; current = current.BaseType)
        {
            yield return current.FullName ?? current.Name;
        }
    }
}
