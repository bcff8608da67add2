using System.Management.Automation;

namespace CacheKit.Engine;

/// <summary>Adds note properties to one object.</summary>
/// <param name="members">The object's own members, if they can be reached.</param>
/// <param name="properties">The public view of its properties, if they cannot.</param>
/// <param name="announce">Tells the engine's call sites that an object has a member of a name.</param>
internal readonly struct NoteAppender(
    PSMemberInfoCollection<PSMemberInfo>? members,
    PSMemberInfoCollection<PSPropertyInfo>? properties,
    Action<string>? announce)
{
    /// <summary>Adds one.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public void Add(string name, object? value)
    {
        PSNoteProperty note = new(name, value);
        if (members is null)
        {
            properties!.Add(note, preValidated: true);
            return;
        }

        members.Add(note, preValidated: true);
        AnnouncedNames.Announce(name, announce!);
    }

    /// <summary>Adds a method of the object itself; without effect where its own members cannot be reached.</summary>
    /// <param name="method">The method.</param>
    public void AddMethod(PSMemberInfo method)
    {
        if (members is not null)
        {
            members.Add(method, preValidated: true);
            AnnouncedNames.Announce(method.Name, announce!);
        }
    }
}
