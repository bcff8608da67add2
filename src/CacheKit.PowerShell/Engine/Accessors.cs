using System.Management.Automation;
using System.Reflection;

namespace CacheKit.Engine;

/// <summary>Makes delegates for properties of PSObject that are not public.</summary>
internal static class Accessors
{
    private const BindingFlags Any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>Makes one that reads.</summary>
    /// <typeparam name="T">The type of the property, or one that it derives from.</typeparam>
    /// <param name="property">The name of the property.</param>
    /// <returns>Null when this version of the engine has no such property.</returns>
    public static Func<PSObject, T>? Getter<T>(string property)
        where T : class =>
        Find<T>(property)?.GetGetMethod(nonPublic: true)?.CreateDelegate<Func<PSObject, T>>();

    /// <summary>Makes one that writes.</summary>
    /// <typeparam name="T">The type of the property.</typeparam>
    /// <param name="property">The name of the property.</param>
    /// <returns>Null when this version of the engine has no such property.</returns>
    public static Action<PSObject, T>? Setter<T>(string property)
        where T : class =>
        Find<T>(property)?.GetSetMethod(nonPublic: true)?.CreateDelegate<Action<PSObject, T>>();

    private static PropertyInfo? Find<T>(string property) =>
        typeof(PSObject).GetProperty(property, Any) is { } found && found.PropertyType.IsAssignableTo(typeof(T))
            ? found
            : null;
}
