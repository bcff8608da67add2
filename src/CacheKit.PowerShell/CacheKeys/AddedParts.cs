using System.Collections.ObjectModel;
using System.Management.Automation;
using CacheKit.Engine;

namespace CacheKit.CacheKeys;

/// <summary>
/// What one object has beside what its .NET type gives it: members of Add-Member, type names that a script changed, and
/// what an object brought from where it was deserialized from.
/// </summary>
internal readonly struct AddedParts
{
    private static readonly PSMemberInfo[] s_none = [];

    private AddedParts(Collection<string>? typeNames, string? text, PSMemberInfo[] members, bool isFromAnotherSession)
    {
        IsFromAnotherSession = isFromAnotherSession;
        TypeNames = typeNames;
        Text = text;
        Members = members;
    }

    /// <summary>The type names, or null when they are those of the .NET type.</summary>
    public Collection<string>? TypeNames { get; }

    /// <summary>The text that it brought with it, which it prints instead of its own, or null.</summary>
    public string? Text { get; }

    /// <summary>The members, in the order in which they were added.</summary>
    public PSMemberInfo[] Members { get; }

    /// <summary>Whether it has properties of a .NET type that it had in another session.</summary>
    public bool IsFromAnotherSession { get; }

    /// <summary>Whether there is anything.</summary>
    public bool HasAny => TypeNames is not null || Text is not null || Members.Length > 0;

    /// <summary>Finds them.</summary>
    /// <param name="value">
    /// The object, wrapped or not: the engine remembers members and names for bare objects of a class too.
    /// </param>
    public static AddedParts Of(object value)
    {
        PSObject? wrapped = value as PSObject;
        if (wrapped is null && !RememberedObjects.MayContain(value))
        {
            return new AddedParts(null, null, s_none, isFromAnotherSession: false);
        }

        PSMemberInfo[] members = InstanceMembers.Find(value) ?? s_none;
        if (wrapped is null)
        {
            Collection<string>? remembered = InstanceTypeNames.Find(value);
            return new AddedParts(
                remembered is not null && IsOwn(remembered, value.GetType()) ? remembered : null,
                null,
                Array.TrueForAll(members, Counts) ? members : Array.FindAll(members, Counts),
                isFromAnotherSession: false);
        }

        object bare = wrapped.BaseObject;
        if (members.Length > 0)
        {
            bool isLine = bare is string && IsLineOfProvider(members);
            if (isLine || !Array.TrueForAll(members, Counts))
            {
                members = Array.FindAll(members, member => Counts(member) && !(isLine && IsOfLine(member)));
            }
        }

        Collection<string> names = ObjectParts.TypeNamesOf(wrapped);
        PSMemberInfo[] adapted = ObjectParts.AdaptedMembersOf(wrapped);
        if (adapted.Length > 0)
        {
            members = [.. members, .. adapted];
        }

        return new AddedParts(
            IsOwn(names, bare.GetType()) ? names : null,
            ObjectParts.DeserializedTextOf(wrapped),
            members,
            adapted.Length > 0);
    }

    // The engine shares the names of a type, and copies them for an object whose names were asked for.
    private static bool IsOwn(Collection<string> names, Type type) =>
        !((ICollection<string>)names).IsReadOnly && ObjectParts.HasOtherTypeNames(names, type);

    private static bool Counts(PSMemberInfo member) => !InstanceMembers.IsReserved(member);

    /// <summary>
    /// Whether the members are those that Get-Content adds to each line: they say where the text was read from, and
    /// would make another text of the same line of another file.
    /// </summary>
    private static bool IsLineOfProvider(PSMemberInfo[] members) =>
        Array.Exists(members, static member => member is PSNoteProperty { Name: "PSProvider", Value: ProviderInfo })
        && Array.Exists(members, static member => member is PSNoteProperty { Name: "ReadCount", Value: long });

    private static bool IsOfLine(PSMemberInfo member) => member is PSNoteProperty
    {
        Name: "PSPath" or "PSParentPath" or "PSChildName" or "PSDrive" or "PSProvider" or "ReadCount",
    };
}
