using System.Management.Automation;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Serialization;
using CacheKit.Engine;

namespace CacheKit.Conversion;

/// <summary>
/// The properties of an object with their values, as Export-Clixml takes them: computed ones as the value that they
/// have now; one whose getter throws is left out.
/// </summary>
internal static class PropertyValues
{
    /// <summary>What was added to one object.</summary>
    /// <param name="value">The object, wrapped or not.</param>
    /// <param name="needsAll">
    /// Whether one that cannot be computed is an error: without it, it is another object.
    /// </param>
    /// <exception cref="InteropModelException">All are needed, and one throws.</exception>
    public static List<KeyValuePair<string, object?>> OfInstance(object value, bool needsAll = false)
    {
        // Text and numbers lose what was added to them together with their wrapper.
        if (value is string or ValueType || InstanceMembers.Find(value) is not { } members)
        {
            return [];
        }

        List<KeyValuePair<string, object?>> values = new(members.Length);
        foreach (PSMemberInfo member in members)
        {
            if (member is PSPropertyInfo property && !InstanceMembers.IsReserved(member))
            {
                Add(values, property, needsAll);
            }
        }

        return values;
    }

    /// <summary>
    /// What an object of another session has; what its type's definition adds comes back with the type names.
    /// </summary>
    /// <param name="bag">The object.</param>
    public static List<KeyValuePair<string, object?>> OfDeserialized(PSObject bag)
    {
        List<KeyValuePair<string, object?>> values = [];
        foreach (PSPropertyInfo property in bag.Properties)
        {
            if (property.IsInstance || property.MemberType == PSMemberTypes.Property)
            {
                Add(values, property);
            }
        }

        return values;
    }

    /// <summary>All of them: adapted, of the type's definition, and added.</summary>
    /// <param name="value">The object.</param>
    public static List<KeyValuePair<string, object?>> OfAll(PSObject value)
    {
        List<KeyValuePair<string, object?>> values = [];
        try
        {
            foreach (PSPropertyInfo property in value.Properties)
            {
                Add(values, property);
            }
        }
        catch (Exception exception) when (IsOfTheObject(exception))
        {
            // An adapter that cannot list its properties: what it listed so far is kept.
            return values;
        }

        return values;
    }

    /// <summary>The text of an object, null when it gives none.</summary>
    /// <param name="value">The object.</param>
    public static string? TextOf(PSObject value)
    {
        try
        {
            return value.ToString();
        }
        catch (Exception exception) when (IsOfTheObject(exception))
        {
            return null;
        }
    }

    /// <summary>The text of an object, null when it says no more than the type name does.</summary>
    /// <param name="value">The object.</param>
    public static string? TellingTextOf(PSObject value)
    {
        string? text = TextOf(value);
        Type type = value.BaseObject.GetType();
        return text == type.FullName || text == type.ToString() ? null : text;
    }

    /// <summary>Whether an exception is the object's own fault, and not that somebody pressed Ctrl+C.</summary>
    /// <param name="exception">The exception.</param>
    public static bool IsOfTheObject(Exception exception)
    {
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is PipelineStoppedException or OperationCanceledException or CacheKitException)
            {
                return false;
            }
        }

        return exception is not OutOfMemoryException;
    }

    private static void Add(
        List<KeyValuePair<string, object?>> values, PSPropertyInfo property, bool needsAll = false)
    {
        try
        {
            if (property is PSNoteProperty || property.IsGettable)
            {
                values.Add(new KeyValuePair<string, object?>(property.Name, property.Value));
            }
        }
        catch (Exception exception) when (IsOfTheObject(exception))
        {
            if (needsAll)
            {
                throw new InteropModelException($"the property '{property.Name}' of an object cannot be computed");
            }

            // Left out, as Export-Clixml does: an object must not fail for one property that cannot be computed now.
        }
    }
}
