using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using CacheKit.Engine;

namespace CacheKit.CacheKeys;

/// <summary>
/// The identity of cultures: all that they say. Their name does not tell it, as a script may change a copy.
/// </summary>
internal static class CultureIdentity
{
    // Texts for people, in the language of whoever asks; and what leads to another culture.
    private static readonly HashSet<string> s_ignored = new(StringComparer.Ordinal)
    {
        nameof(CultureInfo.DisplayName), nameof(CultureInfo.Parent),
    };

    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> s_properties = new();

    /// <summary>Writes it.</summary>
    /// <param name="identity">Takes it.</param>
    /// <param name="value">A culture, or the formats of one.</param>
    /// <param name="depth">How deep it lies.</param>
    /// <returns>Null, or the type that has no identity.</returns>
    public static Type? TryWrite(ValueIdentity identity, object value, int depth)
    {
        Type type = value.GetType();
        if (type.Assembly != typeof(CultureInfo).Assembly)
        {
            return type;
        }

        PropertyInfo[] properties = s_properties.GetOrAdd(type, PropertiesOf);
        identity.WriteLabel("culture");
        identity.WriteText(type.FullName);
        identity.WriteCount(properties.Length);
        foreach (PropertyInfo property in properties)
        {
            object? part = property.GetValue(value);
            if (part is not null && InstanceMembers.Find(part) is { Length: > 0 })
            {
                return type;
            }

            identity.WriteText(property.Name);
            Type? refused = part switch
            {
                CompareInfo comparison => identity.TryWrite(comparison.Name, depth + 1),
                Calendar or DateTimeFormatInfo or NumberFormatInfo or TextInfo => TryWrite(identity, part, depth + 1),
                Calendar[] calendars =>
                    identity.TryWrite(Array.ConvertAll(calendars, static one => one.ToString()), depth + 1),
                _ => identity.TryWrite(part, depth + 1),
            };
            if (refused is not null)
            {
                return refused;
            }
        }

        return value is DateTimeFormatInfo formats
            ? identity.TryWrite(formats.GetAllDateTimePatterns(), depth + 1)
            : null;
    }

    private static PropertyInfo[] PropertiesOf(Type type) =>
    [
        .. type.GetProperties(BindingFlags.Instance | BindingFlags.Public)
            .Where(static property => property.GetIndexParameters().Length == 0 && !s_ignored.Contains(property.Name))
            .OrderBy(static property => property.Name, StringComparer.Ordinal),
    ];
}
